//! What the machine does: it wakes from sleep, its network changes, it is told not to disturb, somebody touches it.

use std::time::Duration;

use campanile_client::{
    message::Message,
    view::{Part, PartState},
};
use tokio::sync::mpsc;

#[cfg_attr(target_os = "linux", path = "idle/linux.rs")]
#[cfg_attr(target_os = "windows", path = "idle/windows.rs")]
#[cfg_attr(target_os = "macos", path = "idle/macos.rs")]
mod platform;

/// Sends a [`Message::Resumed`] whenever the machine wakes or its network is another.
///
/// Where the system does not tell, nothing is sent; the desk's alarm notices a sleep by the clocks a minute later.
/// Must be called within the runtime.
pub fn start(events: mpsc::Sender<Message>) {
    platform::start(events);
}

/// Returns whether the system itself holds toasts back, for the health page: `Fails` with the code `on` when it does,
/// `Off` when it does not, `Unknown` where the system does not tell.
pub async fn system_quiet() -> PartState {
    match platform::holds_toasts().await {
        Some(true) => Part::SystemQuiet.fails("on"),
        Some(false) => PartState::Off,
        None => PartState::Unknown,
    }
}

/// Returns for how long nobody has touched keyboard or mouse; `None` where the system does not tell.
pub async fn since_input() -> Option<Duration> {
    platform::since_input().await
}
