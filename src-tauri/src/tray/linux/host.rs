//! The panel that shows the icon.

use std::fs;

use futures_util::{StreamExt as _, future, stream::BoxStream};
use zbus::{
    Connection, Message, MessageStream,
    fdo::{self, DBusProxy},
};

use crate::bus::names;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Whether there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// It took the icon.
    Here,
    /// There is none, or it went.
    Gone,
}

/// Returns the changes of who keeps the tray: one panel may take over from another without a moment between them.
pub async fn changes(bus: &Connection) -> zbus::Result<BoxStream<'static, ()>> {
    names::hear_of(bus, WATCHER).await?;
    let told = |message: Message| names::owner_told(&message, WATCHER).map(drop);
    let heard = MessageStream::from(bus);
    Ok(heard
        .filter_map(move |message| future::ready(message.ok().and_then(told)))
        .boxed())
}

/// Returns the name of the program that keeps the tray, as far as the system tells; `None` where nobody does.
pub async fn name(bus: &Connection) -> Option<String> {
    let process = match process(bus).await {
        Err(fdo::Error::NameHasNoOwner(_)) => return None,
        process => process.ok(),
    };
    // A name of the kernel's own keeping: at most 15 bytes, and a line's end.
    let name = process.and_then(|process| fs::read_to_string(format!("/proc/{process}/comm")).ok());
    Some(name.map_or_else(
        || "StatusNotifier".to_owned(),
        |name| name.trim().to_owned(),
    ))
}

async fn process(bus: &Connection) -> fdo::Result<u32> {
    let watcher = WATCHER.try_into().map_err(zbus::Error::from)?;
    let names = DBusProxy::new(bus).await?;
    names.get_connection_unix_process_id(watcher).await
}
