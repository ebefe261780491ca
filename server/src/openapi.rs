//! The description of the HTTP interface.

/// Returns it as JSON.
pub fn json() -> String {
    String::new()
}
