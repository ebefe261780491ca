//! The frame around the page: made hidden, shown when the page is drawn, and closed to everything but the app's own pages.

use std::{process, time::Duration};

use campanile_client::view::Window;
use tauri::{
    AppHandle, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::NewWindowResponse,
};
use url::Url;

use super::{size, system, word};
use crate::places::Places;

/// A page that is not drawn after so long is shown as it is: an empty window can be closed, a hidden one cannot.
const DRAWN_WITHIN: Duration = Duration::from_secs(3);

/// Makes the window.
pub fn build(app: &AppHandle, window: Window, places: &Places) -> tauri::Result<()> {
    let (width, height) = size::read(places, window);
    let page = WebviewUrl::App(format!("{}.html", word(window)).into());
    let built = WebviewWindowBuilder::new(app, word(window), page)
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
    end_when_closed(&built, window, places);
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(DRAWN_WITHIN).await;
        if !built.is_visible().unwrap_or(true) {
            tracing::warn!("the page has not said that it is drawn");
            show(&built);
        }
    });
    Ok(())
}

/// Shows the window and brings it forward.
pub fn show(window: &WebviewWindow) {
    if let Err(error) = window.show().and_then(|()| window.set_focus()) {
        tracing::warn!(%error, "the window cannot be shown");
    }
}

/// Brings the window forward, by the right that the activation token gives.
pub fn come_forward(app: &AppHandle, activation: Option<String>) {
    for window in app.webview_windows().into_values() {
        let handle = window.clone();
        let activation = activation.clone();
        // Where the main thread is gone, so is the window.
        let _ =
            handle.run_on_main_thread(move || system::come_forward(&window, activation.as_deref()));
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

/// Ends the process with its window, at once: while a page is taken down the desk would take the window for an open one,
/// and bring forward what is about to go.
fn end_when_closed(built: &WebviewWindow, window: Window, places: &Places) {
    let (frame, places) = (built.clone(), places.clone());
    built.on_window_event(move |event| {
        if !matches!(event, WindowEvent::CloseRequested { .. }) {
            return;
        }
        keep_size(&frame, window, &places);
        frame.app_handle().cleanup_before_exit();
        process::exit(0);
    });
}

fn keep_size(frame: &WebviewWindow, window: Window, places: &Places) {
    if frame.is_maximized().unwrap_or(true) {
        return;
    }
    if let (Ok(inner), Ok(scale)) = (frame.inner_size(), frame.scale_factor()) {
        let inner = inner.to_logical::<f64>(scale);
        size::write(places, window, (inner.width, inner.height));
    }
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
