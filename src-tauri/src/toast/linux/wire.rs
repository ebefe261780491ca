//! The words of the Desktop Notifications specification, and of the bus.

use std::collections::HashMap;

use campanile_client::effect::{Press, Toast};
use zbus::{
    Message,
    message::Flags,
    zvariant::{Type, Value},
};

use crate::toast::markup::escaped;

/// The daemon's name and interface.
pub const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
/// The app's name, for people.
const NAME: &str = "Campanile";
/// The name of its desktop entry, by which a desktop groups toasts and finds their settings.
const ENTRY: &str = "Campanile";
/// The name of its icon in the theme.
const ICON: &str = "campanile";
const PATH: &str = "/org/freedesktop/Notifications";

/// What to listen to. It says whom it wants to hear, so that no other program's signal reaches the thread by it.
pub const SIGNALS: &str = "type='signal',sender='org.freedesktop.Notifications',path='/org/freedesktop/Notifications',interface='org.freedesktop.Notifications'";

/// What a daemon can do, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It reports clicks, and may draw buttons.
    pub actions: bool,
    /// It reads markup in the body.
    pub body_markup: bool,
}

impl Capabilities {
    /// Reads the daemon's list.
    pub fn read(list: &[String]) -> Self {
        let has = |name: &str| list.iter().any(|capability| capability == name);
        Self {
            actions: has("actions"),
            body_markup: has("body-markup"),
        }
    }
}

/// Why a daemon says that a toast is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its time was over; it may stand in a list of past ones, and be clicked there.
    Expired,
    /// A person sent it away.
    Dismissed,
    /// It was taken back, or the daemon does not say.
    Other,
}

impl Reason {
    /// Reads the number of the specification.
    pub fn read(number: u32) -> Self {
        match number {
            1 => Self::Expired,
            2 => Self::Dismissed,
            _ => Self::Other,
        }
    }
}

/// Writes the call that shows a toast, in the place of `replaces` if that is not zero.
pub fn notify(toast: &Toast, replaces: u32, can: Capabilities) -> zbus::Result<Message> {
    let body = if can.body_markup {
        escaped(&toast.body)
    } else {
        toast.body.clone()
    };
    let actions = if can.actions {
        actions(toast)
    } else {
        Vec::new()
    };
    let urgency: u8 = if toast.urgent { 2 } else { 1 };
    // No picture, sound or entry ever comes from an event: daemons load what such hints name (threat S1).
    let hints = HashMap::from([
        ("urgency", Value::from(urgency)),
        ("category", Value::from("im.received")),
        ("desktop-entry", Value::from(ENTRY)),
        // The melody is ours: nothing must ring twice (R8).
        ("suppress-sound", Value::from(true)),
    ]);
    let expires_ms = toast
        .duration_ms
        .map_or(0, |ms| i32::try_from(ms).unwrap_or(i32::MAX));
    call(
        "Notify",
        &(
            NAME,
            replaces,
            ICON,
            &*toast.title,
            body,
            actions,
            hints,
            expires_ms,
        ),
    )
}

/// Lists the actions of a toast, each as its name and its words. A click on the toast itself is always one.
fn actions(toast: &Toast) -> Vec<&str> {
    let label = |press| {
        toast
            .buttons
            .iter()
            .find(|button| button.press == press)
            .map(|button| button.label.as_str())
    };
    let mut actions = vec![Press::Open.id(), label(Press::Open).unwrap_or_default()];
    for button in toast
        .buttons
        .iter()
        .filter(|button| button.press != Press::Open)
    {
        actions.extend([button.press.id(), button.label.as_str()]);
    }
    actions
}

/// Writes the call that takes a toast back. Nobody waits for its answer: a toast may be gone already.
pub fn close(id: u32) -> zbus::Result<Message> {
    Message::method_call(PATH, "CloseNotification")?
        .destination(NOTIFICATIONS)?
        .interface(NOTIFICATIONS)?
        .with_flags(Flags::NoReplyExpected)?
        .build(&id)
}

/// Writes a call to the daemon.
pub fn call<B: serde::Serialize + Type>(method: &str, body: &B) -> zbus::Result<Message> {
    Message::method_call(PATH, method)?
        .destination(NOTIFICATIONS)?
        .interface(NOTIFICATIONS)?
        .build(body)
}
