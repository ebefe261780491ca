//! GTK and WebKitGTK.

use std::{env, path::Path};

use gtk::prelude::{GtkWindowExt as _, WidgetExt as _};
use tauri::WebviewWindow;

/// Switches off what leaves the window blank with the NVIDIA driver, unless the person has decided about it.
pub fn prepare() {
    const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if env::var_os(DMABUF).is_none() && Path::new("/proc/driver/nvidia/version").exists() {
        // SAFETY: no other thread has been started yet.
        unsafe { env::set_var(DMABUF, "1") };
    }
}

/// Says whether GTK can be started; must be asked on the main thread.
pub fn has_display() -> bool {
    gtk::init().is_ok()
}

/// Brings the window forward; must be called on the main thread.
pub fn come_forward(window: &WebviewWindow, activation: Option<&str>) {
    let Ok(frame) = window.gtk_window() else {
        return;
    };
    // A compositor gives the focus only for a token that a click has made.
    if let Some(token) = activation {
        frame.set_startup_id(token);
    }
    frame.show();
    frame.present_with_time(gtk::current_event_time());
}
