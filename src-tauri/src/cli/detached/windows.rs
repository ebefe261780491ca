//! A desk without a console.

use std::{
    io,
    os::windows::process::CommandExt as _,
    process::{Command, Stdio},
};

use windows::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS};

use crate::stamp;

/// Starts a desk without a window that outlives this process.
pub fn start() -> io::Result<()> {
    let mut command = Command::new(stamp::program());
    command
        .arg("--hidden")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.creation_flags(DETACHED_PROCESS.0 | CREATE_NEW_PROCESS_GROUP.0);
    command.spawn().map(drop)
}
