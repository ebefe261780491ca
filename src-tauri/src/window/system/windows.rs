//! WebView2.

use tauri::WebviewWindow;

/// Does nothing: there is nothing to prepare here.
pub fn prepare() {}

/// Says yes: a display is always there.
pub fn has_display() -> bool {
    true
}

/// Brings the window forward; the system knows no tokens.
pub fn come_forward(window: &WebviewWindow, _activation: Option<&str>) {
    super::frame::show(window);
}
