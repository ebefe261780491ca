//! The data folder: for its owner alone, and for one server at a time.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError, set_permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{StoreError, open};

/// The folder that holds the database, its lock and the admin socket.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// Held while the database is in use. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// What the lock says once a database was here: where that is gone, its disk is not mounted or somebody lost it, and an empty
/// one in its place would know no key.
const KEPT: &str = "A database is kept in this folder. Where it is gone, none is made until this file is removed.\n";

impl Folder {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Folder`] if it cannot be made or is not ours to close to others.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let trouble = |error| StoreError::Folder(path.to_owned(), error);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(trouble)?;
        set_permissions(path, Permissions::from_mode(0o700)).map_err(trouble)?;
        Ok(Self(path.to_owned()))
    }

    /// Returns the database's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("campanile.db")
    }

    /// Returns the admin socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.0.join("admin.sock")
    }

    /// Takes the folder for this process.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another has it, [`StoreError::Folder`] if the lock cannot be made.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.0.join("lock");
        let trouble = |error| StoreError::Folder(path.clone(), error);
        let file = owners_file(&path).map_err(trouble)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { file, path }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(self.0.clone())),
            Err(TryLockError::Error(error)) => Err(trouble(error)),
        }
    }
}

impl Lock {
    /// Opens the database of `folder`, and makes it if there never was one.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if there was one and it is gone; else as [`open`].
    pub fn open_database(&mut self, folder: &Folder) -> Result<Connection, StoreError> {
        let database = folder.database();
        let was_kept = self.file.metadata().is_ok_and(|lock| lock.len() > 0);
        if was_kept && !database.exists() {
            return Err(StoreError::Lost {
                database,
                lock: self.path.clone(),
            });
        }
        let db = open(&database)?;
        if !was_kept {
            let written = self.file.write_all(KEPT.as_bytes());
            if let Err(error) = written.and_then(|()| self.file.sync_all()) {
                // A full disk must not keep the server from starting; the next start writes it.
                tracing::warn!(%error, "that a database is kept here could not be noted");
            }
        }
        Ok(db)
    }
}

/// Opens a file for its owner alone, and makes it if it is not there.
pub fn owners_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_closed_to_others_and_taken_once() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(&home.path().join("a/b")).expect("opens");
        let mode = |path: &Path| path.metadata().expect("is there").permissions().mode() & 0o777;
        let lock = folder.lock().expect("locks");
        assert_eq!(mode(&home.path().join("a/b")), 0o700);
        assert_eq!(mode(&home.path().join("a/b/lock")), 0o600);
        assert!(matches!(folder.lock(), Err(StoreError::InUse(_))));
        drop(lock);
        assert!(folder.lock().is_ok());
    }
}
