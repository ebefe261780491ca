//! `xdg-open` from `PATH`, with the URL as its one argument.

use std::{
    io,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    thread,
};

use url::Url;

/// Starts `xdg-open`.
pub fn open(url: &Url, activation: Option<&str>) -> io::Result<()> {
    let mut command = Command::new("xdg-open");
    // A group of its own: a browser that was first started by a click outlives the desk.
    command
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    for name in ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"] {
        // The desk's own token was spent when it started.
        command.env_remove(name);
        if let Some(token) = activation {
            command.env(name, token);
        }
    }
    let mut child = command.spawn()?;
    // Some browsers stay in the foreground for as long as they live: somebody must wait, or a zombie stays.
    thread::Builder::new()
        .name("xdg-open".into())
        .spawn(move || match child.wait() {
            Ok(status) if !status.success() => {
                tracing::warn!(%status, "xdg-open could not open a link")
            }
            Err(error) => tracing::warn!(%error, "xdg-open was lost"),
            Ok(_) => {}
        })?;
    Ok(())
}
