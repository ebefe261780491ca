//! A window: a process with one webview that holds no token, no database and no network.
//!
//! What its page asks goes to the desk by the local socket; the process ends half a minute after the window was closed,
//! so that one that is opened again soon is there at once.

mod commands;
mod desk;
mod frame;
mod size;

#[cfg_attr(target_os = "linux", path = "window/system/linux.rs")]
#[cfg_attr(target_os = "windows", path = "window/system/windows.rs")]
#[cfg_attr(target_os = "macos", path = "window/system/macos.rs")]
mod system;

use std::sync::Arc;

use anyhow::Context as _;
use campanile_client::view::Window;
use tauri::Manager as _;

use crate::places::Places;
use desk::Desk;
use frame::Frame;

/// The variables by which a process is told the activation token of the click that started it.
pub const ACTIVATION_VARIABLES: [&str; 2] = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"];

/// Returns the word for a window: its label, the stem of its page, the value of `--window`.
#[must_use]
pub const fn word(window: Window) -> &'static str {
    match window {
        Window::Bell => "bell",
        Window::Preferences => "preferences",
    }
}

/// Shows a window until it has been closed for a while.
///
/// Must be called on the main thread, before any other thread was started.
///
/// # Errors
/// One line that says what to do.
pub fn run(window: Window, places: &Places) -> anyhow::Result<()> {
    system::prepare();
    anyhow::ensure!(
        system::has_display(),
        "there is no display to show a window on; set DISPLAY or WAYLAND_DISPLAY"
    );
    let desk = Arc::new(Desk::new(places.clone(), window));
    let app = tauri::Builder::default()
        .manage(Arc::clone(&desk))
        .invoke_handler(tauri::generate_handler![
            commands::look,
            commands::act,
            commands::page,
            commands::why,
            commands::zones,
            commands::adopt,
            commands::ready,
            commands::close,
        ])
        .build(crate::context())
        .context("the window could not be started; see that WebKitGTK (or WebView2 on Windows) is installed")?;
    let frame = Frame::build(app.handle(), window, places).context(
        "the window could not be opened; see that WebKitGTK (or WebView2 on Windows) is installed",
    )?;
    app.manage(Arc::clone(&frame));
    tauri::async_runtime::spawn(desk.follow(app.handle().clone(), frame));
    app.run_return(|_, _| {});
    Ok(())
}
