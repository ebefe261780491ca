//! WKWebView.

use tauri::{Manager, Runtime, WebviewWindow, WebviewWindowBuilder};

/// Does nothing: there is nothing to prepare here.
pub fn prepare() {}

/// Does nothing: what the page may call is settled by its policy and by the handler of navigations alone.
pub fn cut_off<'a, R: Runtime, M: Manager<R>>(
    window: WebviewWindowBuilder<'a, R, M>,
) -> WebviewWindowBuilder<'a, R, M> {
    window
}

/// Says yes: a display is always there.
pub fn has_display() -> bool {
    true
}

/// Does nothing: the system knows no tokens.
pub fn authorize(_window: &WebviewWindow, _activation: &str) {}
