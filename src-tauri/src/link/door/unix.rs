//! A Unix socket in the runtime folder.

use std::{fs, io};

use interprocess::{
    local_socket::{GenericFilePath, ListenerOptions, Name, PeerCreds, ToFsName as _},
    os::unix::local_socket::ListenerOptionsExt as _,
};

use crate::places::Places;

/// Returns the socket's name.
pub fn name(places: &Places) -> io::Result<Name<'static>> {
    places
        .runtime
        .join("desk.sock")
        .to_fs_name::<GenericFilePath>()
}

/// Removes the socket of a desk that ended without doing so.
pub fn clear(places: &Places) -> io::Result<()> {
    match fs::remove_file(places.runtime.join("desk.sock")) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Lets only this user in.
pub fn narrow(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    // macOS knows no mode of a socket; there the folder, which is this user's alone, keeps others out.
    Ok(if cfg!(target_os = "macos") {
        options
    } else {
        options.mode(0o600)
    })
}

/// Says whether the process at the other end is this user's.
pub fn is_mine(peer: &PeerCreds) -> bool {
    peer.euid() == Some(rustix::process::geteuid().as_raw())
}
