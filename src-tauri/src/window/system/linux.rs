//! GTK and WebKitGTK.

use std::{env, fs, path::Path};

use gtk::prelude::GtkWindowExt as _;
use rustix::{fs::Mode, process::umask};
use tauri::{Manager, Runtime, WebviewWindow, WebviewWindowBuilder};
use url::Url;

/// Keeps what WebKit writes to this person's eyes, and switches off its drawing by the graphics card where that does harm,
/// unless the person has decided about it.
///
/// With the NVIDIA driver the window stays blank; without a card it stays so for seconds, as all is drawn by a stand-in.
pub fn prepare() {
    // WebKit makes its files with whatever rights it is given. The desk itself must not do this: the browsers that it
    // opens links with would make people's downloads with the same rights.
    umask(Mode::RWXG | Mode::RWXO);
    const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let does_harm = || Path::new("/proc/driver/nvidia/version").exists() || !has_graphics_card();
    if env::var_os(DMABUF).is_none() && does_harm() {
        // SAFETY: no other thread has been started yet.
        unsafe { env::set_var(DMABUF, "1") };
    }
}

/// Leads every way to the network into the void. WebKit opens a connection to where a link leads before anybody is asked
/// whether it may be followed, and a host's name alone can tell something.
pub fn cut_off<'a, R: Runtime, M: Manager<R>>(
    window: WebviewWindowBuilder<'a, R, M>,
) -> WebviewWindowBuilder<'a, R, M> {
    // Nobody but root can listen there; what pages ask of the app itself goes by no network.
    match Url::parse("http://127.0.0.1:9") {
        Ok(void) => window.proxy_url(void),
        Err(_) => window,
    }
}

/// Says whether there is a card that draws: one of the kernel's render nodes.
fn has_graphics_card() -> bool {
    let nodes = fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    nodes
        .map(|node| node.file_name())
        .any(|name| name.as_encoded_bytes().starts_with(b"renderD"))
}

/// Says whether GTK can be started; must be asked on the main thread.
pub fn has_display() -> bool {
    gtk::init().is_ok()
}

/// Gives the window the right to come forward: a compositor gives the focus only for a token that a click has made.
/// Must be called on the main thread.
pub fn authorize(window: &WebviewWindow, activation: &str) {
    if let Ok(frame) = window.gtk_window() {
        frame.set_startup_id(activation);
    }
}
