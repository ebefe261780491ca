//! logind over the system bus, the kernel's word on addresses over netlink, the desktops' Do-Not-Disturb, and when somebody touched the machine.

#[path = "linux/input.rs"]
mod input;
#[path = "linux/network.rs"]
mod network;
#[path = "linux/quiet.rs"]
mod quiet;
#[path = "linux/sleep.rs"]
mod sleep;

use campanile_client::message::Message;
use tokio::sync::mpsc;

pub use input::since_input;
pub use quiet::holds_toasts;

/// Listens to both.
pub fn start(events: mpsc::Sender<Message>) {
    tokio::spawn(sleep::listen(events.clone()));
    network::start(events);
}
