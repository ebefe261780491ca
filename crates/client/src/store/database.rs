//! One SQLite file: opened, checked, brought up to date, and set aside where it cannot be read.

use std::path::Path;

use campanile_core::time::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};

use super::{
    StoreError, fault,
    files::{self, Found},
    upgrade,
};
use crate::message::StoreFault;

// The oldest SQLite that does not lose data when two connections meet at a checkpoint; the one that is built in is the
// one that runs.
const _: () = assert!(
    rusqlite::ffi::SQLITE_VERSION_NUMBER >= 3_051_003,
    "this SQLite has the WAL reset bug"
);

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read and write.
    Write,
    /// To read what can be read, on a disk that cannot be written.
    Read,
}

/// A kind of file that the store knows.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    /// In the file's header, so that somebody else's database is not taken for ours.
    pub application: i32,
    /// Append-only: the format of a file is how many of them it has seen.
    pub migrations: &'static [&'static str],
    /// Whether each commit waits for the disk.
    pub durable: bool,
}

/// What the server told. A commit that a power cut takes back is fetched again, as cursor and notices go together;
/// so it waits for the disk only where a toast is about to be shown (see `Files::write`).
pub const INBOX: Kind = Kind {
    name: "inbox.db",
    application: 0x434d_5001,
    migrations: &[include_str!("../../migrations/inbox/0001_notices.sql")],
    durable: false,
};

/// What was done here: nobody else has it, so every commit waits for the disk.
pub const CHANGES: Kind = Kind {
    name: "changes.db",
    application: 0x434d_5002,
    migrations: &[include_str!("../../migrations/changes/0001_changes.sql")],
    durable: true,
};

/// Every kind of file.
pub const KINDS: [&Kind; 2] = [&INBOX, &CHANGES];

/// Larger files are not read through at the start; what is wrong in them shows when it is read.
const CHECK_MOST_BYTES: u64 = 128 * 1024 * 1024;

/// Written beside a file that was found damaged while it was in use: who opens it next sets it aside.
const DAMAGED: &str = ".damaged";

/// An open file.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    path: std::path::PathBuf,
    access: Access,
    rebuilt: bool,
}

impl Kind {
    /// Refuses a file of a newer format without touching it.
    pub fn refuse_newer(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(self.name);
        if !matches!(files::look(&path), Ok(Found::File)) {
            return Ok(());
        }
        // What cannot even be looked at is no newer file; opening it will say what it is.
        let Ok((application, found)) = upgrade::peek(&path) else {
            return Ok(());
        };
        let known = self.format();
        if application == self.application && found > known {
            return Err(StoreError::Newer { path, found, known });
        }
        Ok(())
    }

    fn format(&self) -> i64 {
        i64::try_from(self.migrations.len()).unwrap_or(i64::MAX)
    }

    /// Opens the file in `folder` and reads it with `load`; where either shows damage, it is set aside and made anew.
    pub fn open<T: Default>(
        &self,
        folder: &Path,
        access: Access,
        now: Timestamp,
        load: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<(Database, T), StoreFault> {
        let path = folder.join(self.name);
        let found = files::look(&path).map_err(|error| fault::of_io(&error))?;
        let marked = files::beside(&path, DAMAGED);
        let mut rebuilt = false;
        if found == Found::Strange || marked.exists() {
            rebuilt = true;
        } else if found == Found::File {
            match self
                .connect(&path, access)
                .and_then(|connection| Ok((load(&connection)?, connection)))
            {
                Ok((loaded, connection)) => {
                    return Ok((
                        Database {
                            connection,
                            path,
                            access,
                            rebuilt,
                        },
                        loaded,
                    ));
                }
                Err(error) if fault::is_damage(&error) => {
                    // The error itself may quote what a notice says.
                    tracing::warn!(file = self.name, code = ?error.sqlite_error_code(), "damaged");
                    rebuilt = true;
                }
                Err(error) => return Err(fault::of(&error)),
            }
        }
        if access == Access::Read {
            return Err(StoreFault::ReadOnly);
        }
        let made = self
            .make(&path, rebuilt.then_some(now))
            .map_err(|error| fault::of_io(&error))?;
        let _ = std::fs::remove_file(&marked);
        let connection = made.map_err(|error| fault::of(&error))?;
        let loaded = load(&connection).map_err(|error| fault::of(&error))?;
        Ok((
            Database {
                connection,
                path,
                access,
                rebuilt,
            },
            loaded,
        ))
    }

    fn make(
        &self,
        path: &Path,
        set_aside: Option<Timestamp>,
    ) -> std::io::Result<rusqlite::Result<Connection>> {
        if let Some(now) = set_aside {
            files::set_aside(path, now)?;
        }
        files::make_private(path)?;
        let made = self.connect(path, Access::Write);
        if made.is_err() {
            // A half-made file would be taken for a damaged one at the next start.
            let _ = std::fs::remove_file(path);
        }
        Ok(made)
    }

    fn connect(&self, path: &Path, access: Access) -> rusqlite::Result<Connection> {
        if access == Access::Read {
            return open_read_only(path);
        }
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        #[cfg(test)]
        let connection = upgrade::tests::watched(connection)?;
        let mut connection = connection;
        // SQLite opens what it may not write for reading alone, and stays so when it may: then it is opened anew.
        if connection.is_readonly(rusqlite::MAIN_DB)? {
            return Err(read_only());
        }
        harden(&connection)?;
        connection.pragma_update(
            None,
            "synchronous",
            if self.durable { "FULL" } else { "NORMAL" },
        )?;
        check(&connection, path)?;
        if is_empty(&connection)? {
            // Only a file without tables takes this, and only before its first page is written.
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
            connection.pragma_update(None, "application_id", self.application)?;
        } else if pragma(&connection, "application_id")? != i64::from(self.application) {
            return Err(not_ours());
        }
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        // The log is folded in at this size, and the file is cut back to it.
        connection.pragma_update(None, "journal_size_limit", 4 * 1024 * 1024)?;
        upgrade::migrate(&mut connection, path, self.migrations)?;
        if files::restrict(path, 0o600).is_err() {
            tracing::warn!(
                file = self.name,
                "the rights of a local file could not be narrowed"
            );
        }
        Ok(connection)
    }

    /// Takes note of what was met when the file was read.
    pub fn note(&self, folder: &Path, error: &rusqlite::Error) {
        note_damage(&folder.join(self.name), error);
    }

    /// Says whether the file was found damaged while it was in use.
    pub fn is_damaged(&self, folder: &Path) -> bool {
        files::beside(&folder.join(self.name), DAMAGED).exists()
    }

    /// Opens a second connection that only reads.
    pub fn reader(&self, folder: &Path) -> rusqlite::Result<Connection> {
        open_read_only(&folder.join(self.name))
    }
}

impl Database {
    /// Runs `work` in a transaction, all or nothing.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreFault> {
        if self.is_read_only() {
            return Err(StoreFault::ReadOnly);
        }
        let done = self.try_attempt(work);
        if let Err(error) = &done {
            tracing::debug!(code = ?error.sqlite_error_code(), "a write to the local store failed");
            note_damage(&self.path, error);
        }
        done.map_err(|error| fault::of(&error))
    }

    fn try_attempt<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Makes the commits that follow wait for the disk, or not: the log beside the file holds them either way.
    pub fn wait_for_disk(&self, wait: bool) -> Result<(), StoreFault> {
        self.connection
            .pragma_update(None, "synchronous", if wait { "FULL" } else { "NORMAL" })
            .map_err(|error| fault::of(&error))
    }

    /// Returns the connection, to read.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Says whether it was opened on a disk that cannot be written.
    pub fn is_read_only(&self) -> bool {
        self.access == Access::Read
    }

    /// Says whether it was set aside and made anew.
    pub fn rebuilt(&self) -> bool {
        self.rebuilt
    }
}

/// Sees to it that a file which turned out to be damaged while it was in use is set aside.
fn note_damage(path: &Path, error: &rusqlite::Error) {
    if fault::is_damage_in_use(error) {
        let _ = files::make_private(&files::beside(path, DAMAGED));
    }
}

/// A database from elsewhere must not run code of its own: its triggers and views are not trusted.
fn harden(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

fn check(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    if bytes > CHECK_MOST_BYTES {
        return Ok(());
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(not_ours())
    }
}

fn not_ours() -> rusqlite::Error {
    failure(rusqlite::ffi::SQLITE_NOTADB)
}

fn read_only() -> rusqlite::Error {
    failure(rusqlite::ffi::SQLITE_READONLY)
}

fn failure(code: std::ffi::c_int) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)",
        [],
        |row| row.get(0),
    )
}

/// Returns a pragma that is a number.
pub fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// A log beside a file needs an index in shared memory; on a disk that cannot be written only a file without a log
/// can be read, as one that will not change.
pub fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let first = Connection::open_with_flags(path, flags).and_then(|connection| {
        harden(&connection)?;
        pragma(&connection, "schema_version")?;
        Ok(connection)
    });
    let has_log = std::fs::metadata(files::beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    match first {
        Err(error) if !has_log && fault::of(&error) == StoreFault::ReadOnly => {
            let connection =
                Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?;
            harden(&connection)?;
            pragma(&connection, "schema_version")?;
            Ok(connection)
        }
        other => other,
    }
}

/// Returns the name of a file that will not change: nothing is made beside it.
pub fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in bytes(path) {
        match byte {
            b'?' | b'#' | b'%' => uri.push_str(&format!("%{byte:02X}")),
            _ if byte.is_ascii() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

/// Returns the path as SQLite takes it; on Unix a name need not be text.
fn bytes(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    return path.to_string_lossy().replace('\\', "/").into_bytes();
}

#[cfg(all(test, unix))]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    use super::*;

    #[test]
    fn a_name_that_is_no_text_and_one_that_looks_like_a_question_lead_to_their_file() {
        let path = Path::new(OsStr::from_bytes(b"/a\xff/b?c%d\\e"));
        assert_eq!(immutable(path), "file:/a%FF/b%3Fc%25d\\e?immutable=1");
    }
}
