//! Toasts: one door, and a file for each system behind it.

mod fallback;
mod key;
mod link;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod markup;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod other;
mod queue;
#[cfg(windows)]
mod windows;
#[cfg(any(windows, test))]
mod xml;

use campanile_client::{
    effect::{Press, Toast, ToastKey},
    message::Message,
};
use futures_util::future::BoxFuture;
use tauri::AppHandle;
use tokio::sync::mpsc::Sender;

#[cfg(target_os = "linux")]
use self::linux as native;
#[cfg(target_os = "macos")]
use self::macos as native;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
use self::other as native;
#[cfg(windows)]
use self::windows as native;

/// Returns what was pressed, of a link that the system kept for a toast of this run of the desk; `None` for any other.
///
/// Only Windows keeps links; elsewhere none acts.
#[must_use]
pub fn pressed(link: &str) -> Option<(ToastKey, Press)> {
    link::read(link).filter(|_| cfg!(windows))
}

/// Says whether a link is written as one that the system keeps for a toast.
#[must_use]
pub fn is_press(link: &str) -> bool {
    cfg!(windows) && link::is_press(link)
}

/// What each system's way of showing toasts offers.
///
/// No call waits: an adapter has a thread of its own and a bounded queue, and answers by message.
trait Adapter: Send + Sync {
    /// Shows a toast, or puts it in the place of the one with the same key.
    ///
    /// It is answered by [`Message::ToastShown`] or [`Message::ToastFailed`], and later by [`Message::Pressed`] for each
    /// click and [`Message::ToastClosed`] when it goes by itself.
    fn show(&self, toast: Toast);

    /// Takes a toast back, from the screen and from the system's list. It is not answered.
    fn withdraw(&self, key: ToastKey);

    /// Says whether toasts are shown and by whom, as [`Message::Part`] of [`campanile_client::view::Part::Toast`].
    fn check(&self);
}

/// The way to whatever shows toasts here.
pub struct Outlet(Box<dyn Adapter>);

/// Starts the system's own way of showing toasts; where it cannot start, Tauri's notification plugin in its place.
///
/// `app` is asked for only in that second case.
pub fn start(events: Sender<Message>, app: BoxFuture<'static, Option<AppHandle>>) -> Outlet {
    Outlet(native::start(events.clone()).unwrap_or_else(|why| {
        tracing::info!(%why, "the system's own toasts cannot be used; the plugin's take their place");
        fallback::start(events, app)
    }))
}

impl Outlet {
    /// Shows a toast, or replaces the one with the same key.
    pub fn show(&self, toast: Toast) {
        self.0.show(toast);
    }

    /// Takes a toast back.
    pub fn withdraw(&self, key: ToastKey) {
        self.0.withdraw(key);
    }

    /// Says how the toasts are, by a message.
    pub fn check(&self) {
        self.0.check();
    }
}
