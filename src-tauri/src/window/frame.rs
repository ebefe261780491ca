//! The frame around the page: made hidden, shown when the page is drawn, and closed to everything but the app's own pages.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use campanile_client::view::Window;
use tauri::{
    AppHandle, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::NewWindowResponse,
};
use tokio::sync::Notify;
use url::Url;

use super::{size, system, word};
use crate::places::Places;

/// A page that is not drawn after so long is shown as it is: an empty window can be closed, a hidden one cannot.
const DRAWN_WITHIN: Duration = Duration::from_secs(3);

/// The frame; once closed it is hidden, with its page as if it had just been opened.
pub struct Frame {
    built: WebviewWindow,
    curtain: Mutex<Curtain>,
    closed: Notify,
}

/// What stands between a page and the eye.
struct Curtain {
    /// Whether a person wants to see the window.
    is_wanted: bool,
    /// Whether the page has said that it is drawn.
    is_drawn: bool,
    /// The right to come forward that the last click gave.
    activation: Option<String>,
}

impl Frame {
    /// Makes the window; it is seen once its page is drawn.
    pub fn build(app: &AppHandle, window: Window, places: &Places) -> tauri::Result<Arc<Self>> {
        let (width, height) = size::read(places, window);
        let page = WebviewUrl::App(format!("{}.html", word(window)).into());
        let built = system::cut_off(WebviewWindowBuilder::new(app, word(window), page))
            .title(app.config().product_name.clone().unwrap_or_default())
            .inner_size(width, height)
            .min_inner_size(size::LEAST.0, size::LEAST.1)
            .visible(false)
            .devtools(false)
            .zoom_hotkeys_enabled(true)
            .data_directory(places.state.join("webview").join(word(window)))
            .on_navigation(is_own_page)
            .on_new_window(|_, _| NewWindowResponse::Deny)
            .on_download(|_, _| false)
            // The page knows the person's language, and says its title in it.
            .on_document_title_changed(|window, title| drop(window.set_title(&title)))
            .build()?;
        let frame = Arc::new(Self {
            built,
            curtain: Mutex::new(Curtain {
                is_wanted: true,
                is_drawn: false,
                activation: None,
            }),
            closed: Notify::new(),
        });
        frame.hide_when_closed(window, places.clone());
        frame.show_in_any_case();
        Ok(frame)
    }

    /// Takes in that the page is drawn.
    pub fn drawn(&self) {
        self.curtain().is_drawn = true;
        self.show_if_wanted();
    }

    /// Brings the window forward, by the right that the activation token gives; one that was closed opens again.
    pub fn come_forward(self: &Arc<Self>, activation: Option<String>) {
        let is_drawn = {
            let mut curtain = self.curtain();
            curtain.is_wanted = true;
            curtain.activation = activation;
            curtain.is_drawn
        };
        if is_drawn {
            self.show_if_wanted();
        } else {
            self.show_in_any_case();
        }
    }

    /// Waits until a person has closed the window.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }

    fn curtain(&self) -> MutexGuard<'_, Curtain> {
        self.curtain.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show_if_wanted(&self) {
        let activation = {
            let mut curtain = self.curtain();
            if !(curtain.is_wanted && curtain.is_drawn) {
                return;
            }
            curtain.activation.take()
        };
        if let Some(activation) = activation {
            let built = self.built.clone();
            // Where the main thread is gone, so is the window.
            let _ = self
                .built
                .run_on_main_thread(move || system::authorize(&built, &activation));
        }
        let shown = self
            .built
            .show()
            .and_then(|()| self.built.unminimize())
            .and_then(|()| self.built.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window cannot be shown");
        }
    }

    /// Shows the page as it is if it has not said in time that it is drawn.
    fn show_in_any_case(self: &Arc<Self>) {
        let frame = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(DRAWN_WITHIN).await;
            let is_awaited = {
                let curtain = frame.curtain();
                curtain.is_wanted && !curtain.is_drawn
            };
            if is_awaited {
                tracing::warn!("the page has not said that it is drawn");
                frame.drawn();
            }
        });
    }

    /// Hides the window when it is closed, and begins its page anew: whoever opens it again finds what a new one shows.
    fn hide_when_closed(self: &Arc<Self>, window: Window, places: Places) {
        let frame = Arc::downgrade(self);
        self.built.on_window_event(move |event| {
            let WindowEvent::CloseRequested { api, .. } = event else {
                return;
            };
            let Some(frame) = frame.upgrade() else {
                return;
            };
            api.prevent_close();
            frame.keep_size(window, &places);
            {
                let mut curtain = frame.curtain();
                curtain.is_wanted = false;
                curtain.is_drawn = false;
            }
            if let Err(error) = frame.built.hide().and_then(|()| frame.built.reload()) {
                tracing::warn!(%error, "the window cannot be hidden");
            }
            frame.closed.notify_one();
        });
    }

    fn keep_size(&self, window: Window, places: &Places) {
        if self.built.is_maximized().unwrap_or(true) {
            return;
        }
        if let (Ok(inner), Ok(scale)) = (self.built.inner_size(), self.built.scale_factor()) {
            let inner = inner.to_logical::<f64>(scale);
            size::write(places, window, (inner.width, inner.height));
        }
    }
}

/// Says whether a URL is a page of the app itself: `tauri://localhost/…`, on Windows `http://tauri.localhost/…`.
fn is_own_page(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_own = matches!(
        (url.scheme(), host),
        ("tauri", "localhost") | ("http" | "https", "tauri.localhost")
    );
    if !is_own {
        tracing::warn!(
            scheme = url.scheme(),
            "a page wanted to go elsewhere, and was kept"
        );
    }
    is_own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_can_go_nowhere_but_to_the_apps_own_pages() {
        for (url, is_own) in [
            ("tauri://localhost/bell.html", true),
            ("http://tauri.localhost/bell.html", true),
            ("https://tauri.localhost/", true),
            ("http://tauri.evil.test/bell.html", false),
            ("http://tauri.localhost.evil.test/", false),
            ("tauri://evil.test/", false),
            ("http://localhost:5173/", false),
            ("https://desk.example.org/", false),
            ("about:blank", false),
            ("data:text/html,hi", false),
            ("javascript:alert(1)", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(
                is_own_page(&Url::parse(url).expect("a URL")),
                is_own,
                "{url}"
            );
        }
    }
}
