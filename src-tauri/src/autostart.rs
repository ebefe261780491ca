//! Whether the desk starts when the person logs in.

use std::io;

use campanile_client::view::{Part, PartState};

use crate::stamp;

#[cfg_attr(target_os = "linux", path = "autostart/linux.rs")]
#[cfg_attr(target_os = "windows", path = "autostart/windows.rs")]
#[cfg_attr(target_os = "macos", path = "autostart/macos.rs")]
mod platform;

/// Switches it on or off; doing so twice is harmless.
///
/// # Errors
/// What the system says.
pub fn set(on: bool) -> io::Result<()> {
    if on {
        platform::add(stamp::program())
    } else {
        platform::remove()
    }
}

/// Returns whether it is on, for the health page: `Works` when on, `Off` when not.
#[must_use]
pub fn state() -> PartState {
    match platform::command() {
        Ok(Some(detail)) => PartState::Works { detail },
        Ok(None) => PartState::Off,
        Err(error) => {
            tracing::warn!(%error, "whether the desk starts at login cannot be read");
            Part::Autostart.fails("unreadable")
        }
    }
}
