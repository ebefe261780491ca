//! The tray: one door, and a file for each way of standing in it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
mod outline;
mod picture;

use std::sync::Arc;

use campanile_client::{
    message::Message,
    view::{Part, PartState, TrayView},
};
use futures_util::future::BoxFuture;
use tauri::AppHandle;
use tokio::sync::{mpsc::Sender, watch};

#[cfg(target_os = "linux")]
use self::linux as native;
#[cfg(not(target_os = "linux"))]
use self::other as native;

/// The app's name, as the system shows it beside the icon.
const NAME: &str = "Campanile";

/// The way to the thread of the tray. No call waits.
#[derive(Debug)]
pub struct Outlet {
    views: watch::Sender<Option<Arc<TrayView>>>,
    checks: watch::Sender<()>,
}

/// Starts the thread that keeps the icon in the tray. The icon appears with the first view, and as soon as the system
/// has a place for it; a left click comes as [`campanile_client::act::Action::Show`], a menu's entry as its action.
///
/// `app` is asked for only where the system's tray cannot be reached without it.
///
/// # Errors
/// The system's, if it has no thread to give.
pub fn start(
    events: Sender<Message>,
    app: BoxFuture<'static, Option<AppHandle>>,
) -> std::io::Result<Outlet> {
    let (views, seen) = watch::channel(None);
    let (checks, checked) = watch::channel(());
    native::start(
        Desk {
            events,
            views: seen,
            checks: checked,
            told: None,
        },
        app,
    )?;
    Ok(Outlet { views, checks })
}

impl Outlet {
    /// Draws the tray. Only the last of several views is sure to be drawn.
    pub fn draw(&self, view: TrayView) {
        self.views.send_if_modified(|drawn| {
            let is_other = drawn.as_deref() != Some(&view);
            if is_other {
                *drawn = Some(Arc::new(view));
            }
            is_other
        });
    }

    /// Says whether the icon has a place, by a message.
    pub fn check(&self) {
        self.checks.send_replace(());
    }
}

/// The thread's end.
struct Desk {
    events: Sender<Message>,
    views: watch::Receiver<Option<Arc<TrayView>>>,
    checks: watch::Receiver<()>,
    told: Option<PartState>,
}

impl Desk {
    /// Waits for a view; `None` if nobody draws any more.
    async fn view(&mut self) -> Option<Arc<TrayView>> {
        self.views
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|view| view.clone())
    }

    /// Says how the tray is, where that is another than it was told to be.
    async fn tell(&mut self, state: PartState) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            // A desk that is gone needs no news.
            let _ = self.events.send(Message::Part(Part::Tray, state)).await;
        }
    }
}
