//! Opening the database: durable, of a version we know, whole.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use campanile_core::{ids::Epoch, policy::Policy};
use rusqlite::{Connection, OpenFlags, params};
use uuid::Uuid;

use super::folder::owners_file;

/// The oldest SQLite that does not lose data when two connections meet at a checkpoint: 3.51.3.
const OLDEST_SQLITE: i32 = 3_051_003;

/// A file that somebody else holds is not waited for: those who ask may come again.
const BUSY_PATIENCE: Duration = Duration::from_millis(100);

/// What SQLite keeps beside a database, and without which it may lack what was committed.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The steps from an empty file to the present form. Steps are added, never changed.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001.sql")];

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or a file in it.
    #[error("{}: {}", .0.display(), .1)]
    Folder(PathBuf, io::Error),
    /// Another process has it.
    #[error("{} is in use by a running campanile-server; stop it, or set another `data`", .0.display())]
    InUse(PathBuf),
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

/// Opens the database for writing, and brings it to the present form.
///
/// # Errors
/// [`StoreError`]; a file that was written by a later version is not touched.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version()));
    }
    owners_file(path).map_err(trouble(path))?;
    let ended_badly = with_ending(path, "-wal")
        .metadata()
        .is_ok_and(|wal| wal.len() > 0);
    check_form(path)?;
    let mut db = Connection::open(path)?;
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
    migrate(&mut db)?;
    if ended_badly {
        check_whole(&db, path)?;
    }
    Ok(db)
}

/// Opens one more connection, to read.
pub fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.set_prepared_statement_cache_capacity(64);
    db.busy_timeout(Duration::from_secs(5))?;
    // What it read is old after the next commit, and the system has the pages in memory as well.
    db.pragma_update(None, "cache_size", -512)?;
    Ok(db)
}

/// Checks that a file is a whole database of a form we know, without changing it.
///
/// # Errors
/// [`StoreError`] if it is not.
pub fn check_file(path: &Path) -> Result<(), StoreError> {
    check_form(path)?;
    check_whole(&open_reader(path)?, path)
}

/// Copies the database at `path` into a fresh file, as it is at one moment, while others go on writing.
///
/// # Errors
/// [`StoreError`]; the file must not be there yet.
pub fn backup(path: &Path, into: &Path) -> Result<(), StoreError> {
    if into.exists() {
        return Err(trouble(into)(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "the file is there already",
        )));
    }
    let db = open_reader(path)?;
    owners_file(into).map_err(trouble(into))?;
    let text = into
        .to_str()
        .ok_or_else(|| trouble(into)(io::Error::other("the path is not UTF-8")))?;
    db.execute("VACUUM INTO ?1", [text])?;
    check_file(into)
}

/// Puts a copy of the database `from` at `path` and begins another life of it. The caller holds the lock.
///
/// Returns where what was there before is kept, with everything that lay beside it, if there was anything.
/// At every moment there is a database at `path`, the earlier one or the copy.
///
/// # Errors
/// [`StoreError`]; what was there is there as before.
pub fn restore(path: &Path, from: &Path) -> Result<Option<PathBuf>, StoreError> {
    check_file(from)?;
    let fresh = with_ending(path, ".restoring");
    for left in std::iter::once(fresh.clone()).chain(companions(&fresh)) {
        remove(&left).map_err(trouble(&left))?;
    }
    backup(from, &fresh)?;
    let db = open(&fresh)?;
    begin_epoch(&db)?;
    // All of it must be in the one file that is put in place.
    db.pragma_update(None, "journal_mode", "DELETE")?;
    drop(db);
    let kept = path.exists().then(|| free_name(path));
    let placed = match &kept {
        Some(kept) => keep(path, kept).and_then(|()| put_in_place(&fresh, path)),
        None => put_in_place(&fresh, path),
    };
    if let Err(error) = placed {
        if let Some(kept) = &kept {
            put_back(path, kept);
        }
        return Err(trouble(path)(error));
    }
    Ok(kept)
}

/// Keeps the database at `path` under another name as well. Its companions move there: they hold what was committed last,
/// and must not meet another file. It is not opened, as SQLite removes the companions of a file that it cannot read.
fn keep(path: &Path, kept: &Path) -> io::Result<()> {
    std::fs::hard_link(path, kept)?;
    for (from, to) in companions(path).zip(companions(kept)) {
        if from.exists() {
            std::fs::rename(from, to)?;
        }
    }
    sync_folder(path)
}

/// Takes back what [`keep`] did, as far as it came.
fn put_back(path: &Path, kept: &Path) {
    for (home, away) in companions(path).zip(companions(kept)) {
        if away.exists() {
            // Should this fail, it stays beside the kept file, which then stays as well.
            if std::fs::rename(away, home).is_err() {
                return;
            }
        }
    }
    let _ = remove(kept);
}

fn put_in_place(fresh: &Path, path: &Path) -> io::Result<()> {
    std::fs::File::open(fresh)?.sync_all()?;
    std::fs::rename(fresh, path)?;
    sync_folder(path)
}

/// A rename survives a power cut once the folder is on the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

fn free_name(path: &Path) -> PathBuf {
    let mut number = 2;
    loop {
        let kept = with_ending(path, &format!(".replaced-{number}"));
        if !kept.exists() && !companions(&kept).any(|companion| companion.exists()) {
            return kept;
        }
        number += 1;
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn companions(path: &Path) -> impl Iterator<Item = PathBuf> {
    COMPANIONS
        .map(|ending| with_ending(path, ending))
        .into_iter()
}

fn trouble(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |error| StoreError::Folder(path, error)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn check_form(path: &Path) -> Result<(), StoreError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let damaged = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            StoreError::Damaged {
                path: path.to_owned(),
                told: error.to_string(),
            }
        }
        _ => StoreError::Sqlite(error),
    };
    let found: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(damaged)?;
    if usize::try_from(found).is_ok_and(|found| found <= MIGRATIONS.len()) {
        Ok(())
    } else {
        Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: MIGRATIONS.len(),
        })
    }
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

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let done: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (step, sql) in (0_u32..).zip(MIGRATIONS).skip(done as usize) {
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

/// Returns the name of one more life of a database.
pub fn fresh_epoch() -> Result<Epoch, crate::token::NoRandomness> {
    Ok(Epoch(
        uuid::Builder::from_random_bytes(crate::token::random()?).into_uuid(),
    ))
}

/// Begins another life of the database: what desks know of the earlier one no longer holds.
///
/// # Errors
/// [`StoreError`] if it cannot be written.
pub fn begin_epoch(db: &Connection) -> Result<Uuid, StoreError> {
    let epoch = fresh_epoch()?.0;
    db.execute("UPDATE server SET epoch = ?1", [epoch])?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> (tempfile::TempDir, PathBuf) {
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
    fn a_file_of_a_later_version_is_refused_untouched() {
        let (_home, path) = database();
        open(&path)
            .expect("opens")
            .pragma_update(None, "user_version", 99)
            .expect("sets");
        let before = std::fs::read(&path).expect("reads");
        let error = open(&path).expect_err("refused");
        assert!(
            matches!(error, StoreError::Newer { found: 99, .. }),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).expect("reads"), before);
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let (_home, path) = database();
        std::fs::write(&path, "not a database at all, only words").expect("writes");
        assert!(matches!(open(&path), Err(StoreError::Damaged { .. })));
    }

    #[test]
    fn a_backup_is_whole_and_never_overwrites() {
        let (home, path) = database();
        let _db = open(&path).expect("opens");
        let copy = home.path().join("copy.db");
        backup(&path, &copy).expect("copies");
        check_file(&copy).expect("is whole");
        assert!(matches!(backup(&path, &copy), Err(StoreError::Folder(..))));
    }

    #[test]
    fn a_restored_database_begins_another_life_and_what_was_there_is_kept() {
        let (home, path) = database();
        let epoch = |db: &Connection| {
            db.query_row("SELECT epoch FROM server", [], |row| row.get::<_, Uuid>(0))
                .expect("tells")
        };
        let copy = home.path().join("copy.db");
        let before = epoch(&open(&path).expect("opens"));
        backup(&path, &copy).expect("copies");
        let kept = restore(&path, &copy)
            .expect("restores")
            .expect("something was there");
        assert_ne!(epoch(&open(&path).expect("opens")), before);
        assert_eq!(epoch(&open(&kept).expect("opens")), before);
        std::fs::write(&copy, "no database").expect("writes");
        assert!(restore(&path, &copy).is_err());
        assert_ne!(epoch(&open(&path).expect("still opens")), before);
    }

    /// Ends a database in disorder: what was committed last is in the write-ahead log alone.
    fn crash(path: &Path) {
        let db = open(path).expect("opens");
        db.execute("UPDATE server SET policy = 'committed'", [])
            .expect("writes");
        for ending in ["", "-wal"] {
            let to = with_ending(&with_ending(path, ".crashed"), ending);
            std::fs::copy(with_ending(path, ending), to).expect("copies");
        }
        drop(db);
        for ending in ["", "-wal"] {
            let from = with_ending(&with_ending(path, ".crashed"), ending);
            std::fs::rename(from, with_ending(path, ending)).expect("renames");
        }
    }

    fn policy(path: &Path) -> String {
        Connection::open(path)
            .and_then(|db| db.query_row("SELECT policy FROM server", [], |row| row.get(0)))
            .expect("tells")
    }

    #[test]
    fn what_was_committed_last_is_in_the_file_that_is_kept() {
        let (home, path) = database();
        let copy = home.path().join("copy.db");
        drop(open(&path).expect("opens"));
        backup(&path, &copy).expect("copies");
        crash(&path);
        let kept = restore(&path, &copy).expect("restores").expect("was there");
        assert_eq!(policy(&kept), "committed");
        assert_ne!(policy(&path), "committed");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_kept_with_all_that_lies_beside_it() {
        let (home, path) = database();
        let copy = home.path().join("copy.db");
        drop(open(&path).expect("opens"));
        backup(&path, &copy).expect("copies");
        std::fs::write(&path, "damaged").expect("writes");
        std::fs::write(with_ending(&path, "-wal"), "what was committed").expect("writes");
        let kept = restore(&path, &copy).expect("restores").expect("was there");
        let read = |path: &Path| std::fs::read_to_string(path).expect("reads");
        assert_eq!(read(&kept), "damaged");
        assert_eq!(read(&with_ending(&kept, "-wal")), "what was committed");
        check_file(&path).expect("the copy is whole, and no other file's log is read into it");
    }

    #[test]
    fn a_restoring_that_fails_leaves_everything_as_it_was() {
        let (home, path) = database();
        std::fs::write(&path, "damaged").expect("writes");
        let beside = ["-wal", "-shm", "-journal"].map(|ending| with_ending(&path, ending));
        for companion in &beside {
            std::fs::write(companion, "beside it").expect("writes");
        }
        let kept = home.path().join("campanile.db.replaced-2");
        let error =
            keep(&path, &kept).and_then(|()| put_in_place(&home.path().join("none"), &path));
        assert!(error.is_err());
        put_back(&path, &kept);
        let mut left: Vec<_> = std::fs::read_dir(home.path())
            .expect("lists")
            .map(|entry| {
                entry
                    .expect("lists")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                "campanile.db",
                "campanile.db-journal",
                "campanile.db-shm",
                "campanile.db-wal"
            ]
        );
    }
}
