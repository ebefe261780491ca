//! The panel that shows the icon.

use std::fs;

use futures_util::{StreamExt as _, future, stream::BoxStream};
use zbus::{
    Connection, Message, MessageStream,
    fdo::{self, DBusProxy},
};

const BUS: &str = "org.freedesktop.DBus";
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
///
/// A stream of zbus's own for a signal would hold a connection that nobody drives any more for ever, to take its rule back.
pub async fn changes(bus: &Connection) -> zbus::Result<BoxStream<'static, ()>> {
    let rule = format!("type='signal',sender='{BUS}',member='NameOwnerChanged',arg0='{WATCHER}'");
    bus.call_method(
        Some(BUS),
        "/org/freedesktop/DBus",
        Some(BUS),
        "AddMatch",
        &rule,
    )
    .await?;
    let is_change = |message: zbus::Result<Message>| {
        let message = message.ok()?;
        let member = message.header().member().map(ToString::to_string);
        (member.as_deref() == Some("NameOwnerChanged")).then_some(())
    };
    let heard = MessageStream::from(bus);
    Ok(heard
        .filter_map(move |message| future::ready(is_change(message)))
        .boxed())
}

/// Returns the name of the program that keeps the tray, as far as the system tells; `None` where nobody does.
pub async fn name(bus: &Connection) -> Option<String> {
    let process = match process(bus).await {
        Ok(process) => process.to_string(),
        Err(fdo::Error::NameHasNoOwner(_)) => return None,
        Err(_) => String::new(),
    };
    // A name of the kernel's own keeping: at most 15 bytes, and a line's end.
    let name = fs::read_to_string(format!("/proc/{process}/comm"));
    Some(name.map_or_else(
        |_| "StatusNotifier".to_owned(),
        |name| name.trim().to_owned(),
    ))
}

async fn process(bus: &Connection) -> fdo::Result<u32> {
    let watcher = WATCHER.try_into().map_err(zbus::Error::from)?;
    let names = DBusProxy::new(bus).await?;
    names.get_connection_unix_process_id(watcher).await
}
