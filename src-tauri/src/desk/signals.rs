//! The system's wish that the desk end.

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(windows, path = "signals/windows.rs")]
mod platform;

/// Waits until the system, or a terminal, asks the process to end.
///
/// # Errors
/// What the system says where it cannot be heard.
pub async fn end() -> std::io::Result<()> {
    platform::end().await
}
