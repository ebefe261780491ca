//! A database of another version: one of a later version is left alone, one of an earlier version is brought to the present form.

use std::{path::Path, time::Duration};

use campanile_core::policy::Policy;
use rusqlite::{Connection, OpenFlags, config::DbConfig, params};

use super::open::{StoreError, fresh_epoch, harden, open_reader, with_ending};

/// Returns the form of a file, which is none of the later ones; 0 for one that is empty or not there. No trace is left of it.
///
/// # Errors
/// [`StoreError`] if it is of a later version, or no database.
pub fn check_form(path: &Path, known: usize) -> Result<usize, StoreError> {
    if !path.exists() {
        return Ok(0);
    }
    let damaged = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            StoreError::Damaged {
                path: path.to_owned(),
                told: error.to_string(),
            }
        }
        _ => StoreError::Sqlite(error),
    };
    let found = peek(path).map_err(damaged)?;
    match usize::try_from(found) {
        Ok(form) if form <= known => Ok(form),
        _ => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        }),
    }
}

/// Brings an open database from its form to the last of `migrations`, step by step; each is done or not begun.
///
/// # Errors
/// [`StoreError`] if a step fails; those before it are done.
pub fn migrate(db: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    let done = form(db)?;
    for (step, sql) in (0_i64..).zip(migrations) {
        if step < done {
            continue;
        }
        let change = db.transaction()?;
        change.execute_batch(sql)?;
        if step == 0 {
            let policy = serde_json::to_string(&Policy::default()).unwrap_or_default();
            change.execute(
                "INSERT INTO server (one, epoch, policy) VALUES (1, ?1, ?2)",
                params![fresh_epoch()?.0, policy],
            )?;
        }
        change.pragma_update(None, "user_version", step + 1)?;
        change.commit()?;
    }
    Ok(())
}

fn form(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Reads the form of a file and leaves no trace, neither in it nor beside it.
fn peek(path: &Path) -> rusqlite::Result<i64> {
    let has_log = with_ending(path, "-wal")
        .metadata()
        .is_ok_and(|log| log.len() > 0);
    if !has_log {
        // Beside a file that is said not to change nothing is made.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let db = Connection::open_with_flags(immutable(path), flags)?;
        harden(&db)?;
        return form(&db);
    }
    // The form may stand in the log alone. Whoever is alone with a file keeps the index of its log in memory, and may lock it
    // only where it may be written.
    let alone = || {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // Where somebody else has it, there is an index to read it by.
        db.busy_timeout(Duration::ZERO)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        harden(&db)?;
        form(&db)
    };
    alone().or_else(|_: rusqlite::Error| form(&open_reader(path)?))
}

fn immutable(path: &Path) -> std::ffi::OsString {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let mut uri = b"file:".to_vec();
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'?' | b'#' | b'%' => uri.extend_from_slice(format!("%{byte:02X}").as_bytes()),
            _ => uri.push(byte),
        }
    }
    uri.extend_from_slice(b"?immutable=1");
    std::ffi::OsString::from_vec(uri)
}

#[cfg(test)]
pub mod tests;
