//! The data folder: for its owner alone, and for one server at a time.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError, set_permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::StoreError;

/// The folder that holds the database, its lock and the admin socket.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// Held while the database is in use. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

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
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(self.0.clone())),
            Err(TryLockError::Error(error)) => Err(trouble(error)),
        }
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
