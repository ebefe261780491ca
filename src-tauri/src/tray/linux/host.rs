//! The panel that shows the icon.

use zbus::Connection;

/// Whether there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// It took the icon.
    Here,
    /// There is none, or it went.
    Gone,
}

/// Returns the name of the program that keeps the tray, as far as the system tells.
pub async fn name(bus: &Connection) -> String {
    let fallback = || "StatusNotifier".to_owned();
    let Ok(watcher) = zbus::fdo::DBusProxy::new(bus).await else {
        return fallback();
    };
    let Ok(name) = "org.kde.StatusNotifierWatcher".try_into() else {
        return fallback();
    };
    let Ok(process) = watcher.get_connection_unix_process_id(name).await else {
        return fallback();
    };
    // A name of the kernel's own keeping: at most 15 bytes, and a line's end.
    std::fs::read_to_string(format!("/proc/{process}/comm"))
        .map_or_else(|_| fallback(), |name| name.trim().to_owned())
}
