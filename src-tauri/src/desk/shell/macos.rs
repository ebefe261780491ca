//! macOS, where an app stands in the Dock unless it says otherwise, and is told of links instead of started with them.

use std::process::{Command, Stdio};

use tauri::RunEvent;

use crate::stamp;

/// Says yes.
pub fn has_display() -> bool {
    true
}

/// Keeps the desk out of the Dock and of the switcher.
pub fn stay_in_the_background(app: &mut tauri::App) {
    app.set_activation_policy(tauri::ActivationPolicy::Accessory);
}

/// Does with a link or a second start what the other systems do: a process of its own brings it by the socket.
pub fn asked_from_outside(event: RunEvent) {
    match event {
        RunEvent::Opened { urls } => {
            for url in urls {
                start(Some(url.as_str()));
            }
        }
        RunEvent::Reopen { .. } => start(None),
        _ => {}
    }
}

fn start(link: Option<&str>) {
    let mut command = Command::new(stamp::program());
    command
        .args(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::error!(%error, "what was asked from outside could not be passed on");
    }
}
