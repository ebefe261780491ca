//! A desk of its own process group: Ctrl-C in the terminal that started it does not end it.

use std::{
    io,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
};

use crate::stamp;

/// Starts a desk without a window that outlives this process.
pub fn start() -> io::Result<()> {
    let mut command = Command::new(stamp::program());
    command
        .arg("--hidden")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command.spawn().map(drop)
}
