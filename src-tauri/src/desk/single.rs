//! One desk for one user: locks on files in the data folder and beside the socket, which the system releases however the desk ends.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

use anyhow::Context as _;

use crate::places::{self, Places};

/// The lock. Whoever holds it is the desk: nobody else writes to the store, and nobody else listens at the socket.
pub struct Lock {
    _files: [File; 2],
}

impl Lock {
    /// Takes the lock; `None` if another process holds it.
    ///
    /// # Errors
    /// One line that says what to do, where the file cannot be made.
    pub fn take(places: &Places) -> anyhow::Result<Option<Self>> {
        let Some(data) = lock(&places.data.join("desk.lock"))? else {
            return Ok(None);
        };
        // Another data folder does not make another socket: its desk must not take this one's door away.
        Ok(
            lock(&places.runtime.join("socket.lock"))?.map(|socket| Self {
                _files: [data, socket],
            }),
        )
    }
}

fn lock(path: &Path) -> anyhow::Result<Option<File>> {
    try_lock(path).with_context(|| {
        format!(
            "{} cannot be locked; see that it and its folder are yours and can be written",
            path.display()
        )
    })
}

fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let made = places::private()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    let file = match made {
        // On a disk that cannot be written the bell still opens; a lock needs no more than the file.
        Err(error) if cannot_write(&error) => File::open(path)?,
        made => made?,
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn cannot_write(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_who_come_at_once_one_is_the_desk() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = Places::below(folder.path());
        let held: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| Lock::take(&places).expect("a lock file")))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        assert_eq!(held.iter().flatten().count(), 1);
        drop(held);
        assert!(Lock::take(&places).expect("a lock file").is_some());
    }

    #[test]
    fn two_data_folders_beside_one_socket_have_one_desk() {
        let (one, two) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let first = Places::below(one.path());
        let second = Places {
            data: two.path().into(),
            ..first.clone()
        };
        let held = Lock::take(&first)
            .expect("lock files")
            .expect("nobody holds it");
        assert!(Lock::take(&second).expect("lock files").is_none());
        drop(held);
        assert!(Lock::take(&second).expect("lock files").is_some());
    }
}
