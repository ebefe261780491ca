//! Do-Not-Disturb, as each desktop tells it.

use zbus::{
    Connection,
    proxy::MethodFlags,
    zvariant::{OwnedValue, Value},
};

use super::session_bus;

/// Where one desktop tells it.
struct Teller {
    service: &'static str,
    path: &'static str,
    interface: &'static str,
    method: &'static str,
    arguments: (&'static str, &'static str),
    /// The answer by which toasts are held back.
    held: bool,
}

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const NOTIFICATIONS: (&str, &str) = (
    "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications",
);

/// Every desktop that is known to tell. The first that answers is believed.
const TELLERS: &[Teller] = &[
    // Plasma.
    Teller {
        service: NOTIFICATIONS.0,
        path: NOTIFICATIONS.1,
        interface: PROPERTIES,
        method: "Get",
        arguments: ("org.freedesktop.Notifications", "Inhibited"),
        held: true,
    },
    // dunst.
    Teller {
        service: NOTIFICATIONS.0,
        path: NOTIFICATIONS.1,
        interface: PROPERTIES,
        method: "Get",
        arguments: ("org.dunstproject.cmd0", "paused"),
        held: true,
    },
    // GNOME, by its portal.
    Teller {
        service: "org.freedesktop.portal.Desktop",
        path: "/org/freedesktop/portal/desktop",
        interface: "org.freedesktop.portal.Settings",
        method: "Read",
        arguments: ("org.gnome.desktop.notifications", "show-banners"),
        held: false,
    },
    // Xfce.
    Teller {
        service: "org.xfce.Xfconf",
        path: "/org/xfce/Xfconf",
        interface: "org.xfce.Xfconf",
        method: "GetProperty",
        arguments: ("xfce4-notifyd", "/do-not-disturb"),
        held: true,
    },
];

/// Returns whether the desktop holds toasts back, where it tells.
pub async fn holds_toasts() -> Option<bool> {
    let bus = session_bus().await?;
    for teller in TELLERS {
        if let Some(answer) = teller.ask(&bus).await {
            return Some(answer == teller.held);
        }
    }
    None
}

impl Teller {
    async fn ask(&self, bus: &Connection) -> Option<bool> {
        let proxy = zbus::Proxy::new(bus, self.service, self.path, self.interface)
            .await
            .ok()?;
        // A desktop that is not running is not started to be asked.
        let flags = MethodFlags::NoAutoStart.into();
        let answer: Option<OwnedValue> = proxy
            .call_with_flags(self.method, flags, &self.arguments)
            .await
            .ok()?;
        truth(&Value::from(answer?))
    }
}

/// Finds the truth value; a portal wraps it once more.
fn truth(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Value(inner) => truth(inner),
        _ => None,
    }
}
