//! A file of another build: one of a later build is left alone, one of an earlier build is kept as it was and brought up to date.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};

use super::{
    database::{immutable, open_read_only, pragma},
    files,
};

/// What is put between the name of a file and the format that it was about to get.
const BEFORE: &str = ".before-";

/// Reads application and format of a file and leaves no trace, neither in it nor beside it.
pub fn peek(path: &Path) -> rusqlite::Result<(i32, i64)> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if has_log(path) {
        // What the file says of itself may stand in its log. Whoever is alone with a file keeps the index of its log in memory,
        // and may lock it only where it may be written.
        let alone = || {
            let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            // Where somebody else has it, there is an index to read it by.
            connection.busy_timeout(Duration::ZERO)?;
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            pragma(&connection, "schema_version")?;
            Ok(connection)
        };
        alone().or_else(|_: rusqlite::Error| open_read_only(path))?
    } else {
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(immutable(path), flags)?
    };
    let application = i32::try_from(pragma(&connection, "application_id")?).unwrap_or(0);
    Ok((application, pragma(&connection, "user_version")?))
}

/// Brings an open file to the last of `migrations`. As it was before is kept beside it: an earlier build, which whoever
/// is in trouble with this one goes back to, does not read what is made here.
pub fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[&str],
) -> rusqlite::Result<()> {
    let seen = pragma(connection, "user_version")?;
    let newest = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if (1..newest).contains(&seen) {
        keep_earlier(connection, path, seen)?;
    }
    for (done, migration) in (1..).zip(migrations) {
        if done > seen {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", done)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

/// Keeps one copy: that of the format before this one.
fn keep_earlier(connection: &Connection, path: &Path, format: i64) -> rusqlite::Result<()> {
    let kept = files::beside(path, &format!("{BEFORE}{}", format + 1));
    if kept.exists() {
        return Ok(());
    }
    let fresh = files::beside(&kept, ".making");
    // One that a crash left.
    let _ = fs::remove_file(&fresh);
    files::make_private(&fresh).map_err(|error| of_io(&error))?;
    // The name goes over as text; one that is none cannot be given.
    let target = fresh
        .to_str()
        .ok_or(rusqlite::Error::InvalidPath(fresh.clone()))?;
    let made = connection.execute("VACUUM INTO ?1", [target]);
    let placed = made.and_then(|_| place(&fresh, &kept).map_err(|error| of_io(&error)));
    if placed.is_err() {
        let _ = fs::remove_file(&fresh);
    } else {
        drop_others(path, &kept);
    }
    placed
}

fn place(fresh: &Path, kept: &Path) -> io::Result<()> {
    fs::File::open(fresh)?.sync_all()?;
    fs::rename(fresh, kept)
}

fn drop_others(path: &Path, kept: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let mut prefix = OsString::from(name);
    prefix.push(BEFORE);
    let others = fs::read_dir(folder).into_iter().flatten().flatten();
    for other in others.map(|entry| entry.path()) {
        let is_copy = other.file_name().is_some_and(|name| {
            name.as_encoded_bytes()
                .starts_with(prefix.as_encoded_bytes())
        });
        if is_copy && other != kept {
            let _ = fs::remove_file(other);
        }
    }
}

fn has_log(path: &Path) -> bool {
    let log: PathBuf = files::beside(path, "-wal");
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// A failure of the file system, as SQLite tells of it.
fn of_io(error: &io::Error) -> rusqlite::Error {
    use rusqlite::ffi;
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ffi::SQLITE_FULL,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ffi::SQLITE_READONLY,
        _ => ffi::SQLITE_IOERR,
    };
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

#[cfg(test)]
pub mod tests;
