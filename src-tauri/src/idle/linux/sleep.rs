//! The end of a sleep, as logind tells it.

use std::time::Duration;

use campanile_client::message::Message;
use futures_util::StreamExt as _;
use tokio::{sync::mpsc, time::sleep};
use zbus::{Connection, MatchRule, MessageStream};

/// How long to wait before the system bus is looked for again, at first and at last: many a machine has none.
const AGAIN_AFTER: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));

/// Sends a message each time the machine has woken.
pub async fn listen(events: mpsc::Sender<Message>) {
    let mut pause = AGAIN_AFTER.0;
    while !events.is_closed() {
        match follow(&events).await {
            Ok(()) => {
                tracing::info!("the system bus has ended");
                pause = AGAIN_AFTER.0;
            }
            Err(error) => tracing::info!(%error, "logind cannot be heard"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(AGAIN_AFTER.1);
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
