//! The end of a sleep, as logind tells it.

use campanile_client::message::Message;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use zbus::{Address, Connection, MatchRule, MessageStream};

use crate::bus::Return;

/// Sends a message each time the machine has woken.
pub async fn listen(events: mpsc::Sender<Message>) {
    let mut lost = None;
    while !events.is_closed() {
        match follow(&events).await {
            Ok(()) => {
                tracing::info!("the system bus has ended");
                lost = None;
            }
            // Many a machine has none, and that is told once.
            Err(error) if lost.is_none() => tracing::info!(%error, "logind cannot be heard"),
            Err(_) => {}
        }
        let lost = lost.get_or_insert_with(|| Return::of(Address::system()));
        lost.again().await;
    }
}

async fn follow(events: &mpsc::Sender<Message>) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    // Only the owner of logind's name is believed.
    let rule = MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .sender("org.freedesktop.login1")?
        .path("/org/freedesktop/login1")?
        .interface("org.freedesktop.login1.Manager")?
        .member("PrepareForSleep")?
        .build();
    let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
    while let Some(signal) = signals.next().await {
        let goes_to_sleep: bool = signal?.body().deserialize()?;
        if !goes_to_sleep && events.send(Message::Resumed).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}
