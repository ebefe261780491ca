//! When keyboard or mouse were last touched: Mutter tells it on the bus, an X server by its screen saver extension.

use std::{env, time::Duration};

use x11rb::{connection::Connection as _, protocol::screensaver};
use zbus::proxy::MethodFlags;

use super::session_bus;

/// Returns for how long nobody has touched the machine, where the desktop tells.
pub async fn since_input() -> Option<Duration> {
    if let Some(idle) = of_mutter().await {
        return Some(idle);
    }
    // Beside a Wayland compositor an X server hears only what its own windows are given.
    if env::var_os("WAYLAND_DISPLAY").is_some() {
        return None;
    }
    tokio::task::spawn_blocking(of_x).await.ok()?
}

async fn of_mutter() -> Option<Duration> {
    let bus = session_bus().await?;
    let proxy = zbus::Proxy::new(
        &bus,
        "org.gnome.Mutter.IdleMonitor",
        "/org/gnome/Mutter/IdleMonitor/Core",
        "org.gnome.Mutter.IdleMonitor",
    )
    .await
    .ok()?;
    // A desktop that is not running is not started to be asked.
    let flags = MethodFlags::NoAutoStart.into();
    let idle_ms: Option<u64> = proxy
        .call_with_flags("GetIdletime", flags, &())
        .await
        .ok()?;
    Some(Duration::from_millis(idle_ms?))
}

fn of_x() -> Option<Duration> {
    let (server, screen) = x11rb::connect(None).ok()?;
    let root = server.setup().roots.get(screen)?.root;
    let told = screensaver::query_info(&server, root).ok()?.reply().ok()?;
    Some(Duration::from_millis(told.ms_since_user_input.into()))
}
