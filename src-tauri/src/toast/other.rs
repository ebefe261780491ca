//! Systems without an adapter of their own.

use campanile_client::message::Message;
use tokio::sync::mpsc::Sender;

use super::Adapter;

/// Says that there is none.
///
/// # Errors
/// Always.
pub fn start(_events: Sender<Message>) -> anyhow::Result<Box<dyn Adapter>> {
    anyhow::bail!("this system has no adapter of its own")
}
