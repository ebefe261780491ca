//! Where the socket stands, and who may come in.

use std::io;

use interprocess::local_socket::{
    ListenerOptions,
    tokio::{Listener, Stream, prelude::*},
};

use crate::places::Places;

#[cfg_attr(unix, path = "door/unix.rs")]
#[cfg_attr(windows, path = "door/windows.rs")]
mod platform;

/// Opens the door. What an earlier desk left behind is cleared away: the caller holds the desk's lock.
pub fn listen(places: &Places) -> io::Result<Listener> {
    platform::clear(places)?;
    platform::narrow(ListenerOptions::new().name(platform::name(places)?))?.create_tokio()
}

/// Removes what is left of the door once nobody listens at it.
pub fn clear(places: &Places) -> io::Result<()> {
    platform::clear(places)
}

/// Goes to the door of the desk.
pub async fn connect(places: &Places) -> io::Result<Stream> {
    let stream = Stream::connect(platform::name(places)?).await?;
    match is_mine(&stream) {
        true => Ok(stream),
        false => Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the desk's socket is another user's",
        )),
    }
}

/// Says whether the other side is a process of this user.
pub fn is_mine(stream: &Stream) -> bool {
    stream
        .peer_creds()
        .is_ok_and(|peer| platform::is_mine(&peer))
}
