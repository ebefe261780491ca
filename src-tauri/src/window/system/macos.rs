//! WKWebView.

use tauri::WebviewWindow;

/// Does nothing: there is nothing to prepare here.
pub fn prepare() {}

/// Says yes: a display is always there.
pub fn has_display() -> bool {
    true
}

/// Does nothing: the system knows no tokens.
pub fn authorize(_window: &WebviewWindow, _activation: &str) {}
