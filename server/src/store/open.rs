//! Opening the database: durable, of a version we know, whole.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use campanile_core::ids::Epoch;
use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, ffi};

use super::{copies::keep_earlier, folder::owners_file, upgrade};

/// The oldest SQLite that does not lose data when two connections meet at a checkpoint: 3.51.3.
const OLDEST_SQLITE: i32 = 3_051_003;

/// A file that somebody else holds is not waited for: those who ask may come again.
const BUSY_PATIENCE: Duration = Duration::from_millis(100);

/// The steps from an empty file to the present form. Steps are added, never changed.
pub(super) const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001.sql")];

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder, or what makes it one server's.
    #[error("{}: {}; see that it is this user's and can be written, or set another `data`", .0.display(), .1)]
    Folder(PathBuf, io::Error),
    /// A file.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// Another process has it.
    #[error("{} is in use by a running campanile-server; stop it, or set another `data`", .0.display())]
    InUse(PathBuf),
    /// There was one, and it is gone.
    #[error("{} is gone: mount its disk, or put a copy back with `campanile-server restore`; to begin with an empty one, remove {}", .database.display(), .lock.display())]
    Lost {
        /// The file that is gone.
        database: PathBuf,
        /// The file that says that it was there.
        lock: PathBuf,
    },
    /// It was written by a later version.
    #[error("{} was written by a later campanile-server (form {found}, this one knows {known}); nothing was touched, run the later one", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: i64,
        /// The newest form that this program knows.
        known: usize,
    },
    /// It is damaged.
    #[error("{} is damaged ({told}); restore it from a backup with `campanile-server restore`", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        told: String,
    },
    /// It may not be read or written.
    #[error("{} cannot be opened; see that it and its folder are this user's and can be written, or set another `data`", .0.display())]
    Closed(PathBuf),
    /// Its disk is full.
    #[error("there is no room left on the disk of {}; make some, then start it again", .0.display())]
    Full(PathBuf),
    /// The SQLite that was built in is too old.
    #[error("SQLite {0} can damage a database; build with 3.51.3 or later")]
    OldSqlite(&'static str),
    /// SQLite failed.
    #[error("the database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The system gave no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] crate::token::NoRandomness),
}

/// Opens the database for writing, and brings it to the present form. As it was before is kept beside it.
///
/// # Errors
/// [`StoreError`]; a file that was written by a later version is not touched.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    open_as(path, MIGRATIONS).map_err(|error| match error {
        StoreError::Sqlite(error) if is_full(&error) => StoreError::Full(path.to_owned()),
        StoreError::Sqlite(error) if is_closed(&error) => StoreError::Closed(path.to_owned()),
        error => error,
    })
}

fn is_closed(error: &rusqlite::Error) -> bool {
    use ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
    let code = error.sqlite_error_code();
    code.is_some_and(|code| matches!(code, CannotOpen | PermissionDenied | ReadOnly))
}

/// Says whether a disk is full: the index beside the log, which the last who closes the file removes, has its own word for it.
fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|failure| {
        failure.code == ErrorCode::DiskFull || failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    })
}

/// Opens it as a program of another version does.
pub(super) fn open_as(path: &Path, migrations: &[&str]) -> Result<Connection, StoreError> {
    let ended_badly = with_ending(path, "-wal")
        .metadata()
        .is_ok_and(|wal| wal.len() > 0);
    let form = upgrade::check_form(path, migrations.len())?;
    owners_file(path).map_err(trouble(path))?;
    if (1..migrations.len()).contains(&form) {
        keep_earlier(path, form)?;
    }
    let db = bring_up(path, migrations)?;
    if ended_badly {
        check_whole(&db, path)?;
    }
    Ok(db)
}

/// Opens a copy that was checked as [`open`] does, without keeping it as it was: where it came from it still is.
pub fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    bring_up(path, MIGRATIONS)
}

fn bring_up(path: &Path, migrations: &[&str]) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version()));
    }
    let db = Connection::open(path)?;
    #[cfg(test)]
    let db = upgrade::tests::watched(db)?;
    let mut db = db;
    harden(&db)?;
    db.set_prepared_statement_cache_capacity(128);
    // Only a stranger could hold the file: the folder is locked.
    db.busy_timeout(BUSY_PATIENCE)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // An acknowledged event survives a power cut only if the commit waits for the disk.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // More is no gain: when a page of an index is split, SQLite looks through all that is kept.
    db.pragma_update(None, "cache_size", -16_384)?;
    upgrade::migrate(&mut db, migrations)?;
    Ok(db)
}

/// Opens one more connection, to read.
pub fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    #[cfg(test)]
    let db = upgrade::tests::watched(db)?;
    harden(&db)?;
    db.set_prepared_statement_cache_capacity(64);
    db.busy_timeout(Duration::from_secs(5))?;
    // What it read is old after the next commit, and the system has the pages in memory as well.
    db.pragma_update(None, "cache_size", -512)?;
    Ok(db)
}

/// Lets a connection do what is written here, and nothing that is written in the file: a copy that is restored comes from outside.
pub fn harden(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.pragma_update(None, "cell_size_check", true)
}

/// Checks that a file is a whole database of a form we know, without changing it.
///
/// # Errors
/// [`StoreError`] if it is not.
pub fn check_file(path: &Path) -> Result<(), StoreError> {
    upgrade::check_form(path, MIGRATIONS.len())?;
    check_whole(&open_reader(path)?, path)
}

/// Returns what makes an error of the system one of the file at `path`.
pub fn trouble(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |error| StoreError::File(path, error)
}

/// Returns `path` with an ending after its name.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn check_whole(db: &Connection, path: &Path) -> Result<(), StoreError> {
    let told: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if told == "ok" {
        Ok(())
    } else {
        Err(StoreError::Damaged {
            path: path.to_owned(),
            told,
        })
    }
}

/// Returns the name of one more life of a database.
pub fn fresh_epoch() -> Result<Epoch, crate::token::NoRandomness> {
    Ok(Epoch(
        uuid::Builder::from_random_bytes(crate::token::random()?).into_uuid(),
    ))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns where a database may be made, in a folder that goes with it.
    pub(in crate::store) fn database() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("campanile.db");
        (home, path)
    }

    #[test]
    fn a_commit_waits_for_the_disk() {
        let (_home, path) = database();
        let db = open(&path).expect("opens");
        let pragma = |name| {
            db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
                .expect("tells")
        };
        assert_eq!(pragma("synchronous"), 2);
        assert_eq!(pragma("foreign_keys"), 1);
        let mode: String = db
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .expect("tells");
        assert_eq!(mode, "wal");
    }

    #[test]
    fn every_connection_mistrusts_what_the_file_says() {
        let (_home, path) = database();
        for db in [open(&path), open_reader(&path).map_err(StoreError::from)] {
            let db = db.expect("opens");
            let is = |config| db.db_config(config).expect("tells");
            assert!(is(DbConfig::SQLITE_DBCONFIG_DEFENSIVE));
            assert!(!is(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA));
            let checks: i64 = db
                .pragma_query_value(None, "cell_size_check", |row| row.get(0))
                .expect("tells");
            assert_eq!(checks, 1);
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let (_home, path) = database();
        std::fs::write(&path, "not a database at all, only words").expect("writes");
        assert!(matches!(open(&path), Err(StoreError::Damaged { .. })));
    }
}
