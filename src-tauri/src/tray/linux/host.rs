//! The panel that shows the icon.

use std::fs;

use zbus::{
    Connection,
    fdo::{self, DBusProxy, NameOwnerChangedStream},
};

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
pub async fn changes(bus: &Connection) -> zbus::Result<NameOwnerChangedStream> {
    let names = DBusProxy::new(bus).await?;
    names
        .receive_name_owner_changed_with_args(&[(0, WATCHER)])
        .await
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
