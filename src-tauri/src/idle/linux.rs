//! logind over the system bus, the kernel's word on addresses over netlink, the desktops' Do-Not-Disturb, and when somebody touched the machine.

#[path = "linux/carrier.rs"]
mod carrier;
#[path = "linux/input.rs"]
mod input;
#[path = "linux/network.rs"]
mod network;
#[path = "linux/quiet.rs"]
mod quiet;
#[path = "linux/sleep.rs"]
mod sleep;

use std::time::Duration;

use campanile_client::message::Message;
use tokio::sync::mpsc;
use zbus::{Connection, connection};

pub use input::since_input;
pub use quiet::holds_toasts;

/// Listens to both.
pub fn start(events: mpsc::Sender<Message>) {
    tokio::spawn(sleep::listen(events.clone()));
    network::start(events);
}

/// A desktop that hangs is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(5);

async fn session_bus() -> Option<Connection> {
    let bus = connection::Builder::session()
        .ok()?
        .method_timeout(PATIENCE);
    bus.build().await.ok()
}
