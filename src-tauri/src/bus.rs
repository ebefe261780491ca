//! A bus after it was lost: it may come back minutes or hours later, at the same place. Who owns its names is in [`names`].
//!
//! Where the bus has a socket among the files, the kernel tells when it is made again; else the place is looked at ever more rarely.

pub mod names;

use std::{
    ffi::OsString, mem::MaybeUninit, os::fd::OwnedFd, path::PathBuf, pin::pin, time::Duration,
};

use async_io::{Async, Timer};
use futures_util::future;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use zbus::{
    Address,
    address::transport::{Transport, UnixSocket},
};

/// After how long the bus is tried again at first, and at last.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(300));

/// The wait for the bus to come back.
pub struct Return {
    pause: Duration,
    socket: Option<Socket>,
}

/// The folder of the socket, and what the socket is called in it.
struct Socket {
    folder: Async<OwnedFd>,
    name: OsString,
}

impl Return {
    /// Begins to wait for the bus at `address`.
    pub fn of(address: zbus::Result<Address>) -> Self {
        Self {
            pause: RETRY.0,
            socket: address.ok().and_then(|address| Socket::watched(&address)),
        }
    }

    /// Waits until the bus is worth another try.
    pub async fn again(&mut self) {
        let late = Timer::after(self.pause);
        self.pause = (self.pause * 2).min(RETRY.1);
        let Some(socket) = &mut self.socket else {
            late.await;
            return;
        };
        if let future::Either::Right(_) = future::select(late, pin!(socket.made())).await {
            // It is there before anybody listens at it.
            self.pause = RETRY.0;
        }
    }
}

impl Socket {
    fn watched(address: &Address) -> Option<Self> {
        let Transport::Unix(socket) = address.transport() else {
            return None;
        };
        let UnixSocket::File(path) = socket.path() else {
            return None;
        };
        let path = PathBuf::from(path);
        let watch = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()?;
        let made = WatchFlags::CREATE | WatchFlags::MOVED_TO;
        inotify::add_watch(&watch, path.parent()?, made).ok()?;
        Some(Self {
            folder: Async::new(watch).ok()?,
            name: path.file_name()?.to_owned(),
        })
    }

    /// Waits until the socket is made. What else is made in its folder wakes nobody up for longer.
    async fn made(&mut self) {
        loop {
            if self.folder.readable().await.is_err() {
                return future::pending().await;
            }
            let mut room = [MaybeUninit::uninit(); 4096];
            let mut words = inotify::Reader::new(self.folder.get_ref(), &mut room);
            while let Ok(word) = words.next() {
                let name = word.file_name().map(|name| name.to_bytes());
                if name == Some(self.name.as_encoded_bytes()) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A wait that has lasted for so long that nobody would look for minutes.
    fn long_wait(folder: &tempfile::TempDir) -> Return {
        let socket = folder.path().join("bus");
        let address = format!("unix:path={}", socket.display());
        let mut lost = Return::of(address.parse());
        lost.pause = RETRY.1;
        lost
    }

    #[test]
    fn a_bus_that_comes_back_after_hours_is_tried_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut lost = long_wait(&folder);
        // What else is made there is no bus.
        fs::write(folder.path().join("pipewire-0"), "").expect("a file");
        fs::write(folder.path().join("bus"), "").expect("a file");
        zbus::block_on(lost.again());
        assert_eq!(
            lost.pause, RETRY.0,
            "and soon again, as it may not listen yet"
        );
    }

    #[test]
    fn a_bus_without_a_file_is_looked_for_ever_more_rarely() {
        let mut lost = Return::of("unix:abstract=nobody".parse());
        assert!(lost.socket.is_none());
        zbus::block_on(lost.again());
        assert_eq!(lost.pause, 2 * RETRY.0);
    }
}
