//! Names and ids from outside: one rule for all of them.

use campanile_protocol::problem::Code;

use crate::refusal::Refusal;

/// The most characters of a name for people.
pub const NAME_MOST: usize = 100;
/// The most characters of a source's own id of something.
pub const ID_MOST: usize = 200;

/// Says whether `text` has 1 to `most` characters, none of which controls anything.
#[must_use]
pub fn is_plain(text: &str, most: usize) -> bool {
    !text.is_empty() && is_bounded(text, most) && !text.chars().any(char::is_control)
}

/// Says whether `text` has at most `most` characters.
#[must_use]
pub fn is_bounded(text: &str, most: usize) -> bool {
    // The common case must not count.
    text.len() <= most || text.chars().count() <= most
}

/// Returns the rule of [`is_plain`] in words.
#[must_use]
pub fn rule(most: usize) -> String {
    format!("1 to {most} characters without control characters")
}

/// Checks `text` by that rule.
///
/// # Errors
/// [`Code::BadRequest`], naming `field`.
pub fn check(field: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if is_plain(text, most) {
        return Ok(());
    }
    Err(Refusal::told(
        Code::BadRequest,
        format!("`{field}`: {}", rule(most)),
    ))
}
