//! One desk for one user: a lock on a file in the data folder, which the system releases however the desk ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
};

use crate::places::Places;

/// The lock. Whoever holds it is the desk.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; `None` if another process holds it.
    ///
    /// # Errors
    /// What the system says where the file cannot be made.
    pub fn take(places: &Places) -> io::Result<Option<Self>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(places.data.join("desk.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
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
}
