//! Copies of the database: taking one while others write, and putting one in the place.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use uuid::Uuid;

use super::{
    folder::owners_file,
    open::{StoreError, check_file, fresh_epoch, open_copy, open_reader, trouble, with_ending},
};

/// What SQLite keeps beside a database, and without which it may lack what was committed.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

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

/// Keeps the database at `path` as it is in the form `form`, beside it, for whoever must go back to the version before.
///
/// # Errors
/// [`StoreError`] if there is no room for it; nothing was changed then.
pub fn keep_earlier(path: &Path, form: usize) -> Result<(), StoreError> {
    let kept = with_ending(path, &format!(".before-{}", form + 1));
    if kept.exists() {
        return Ok(());
    }
    let fresh = with_ending(&kept, ".making");
    remove(&fresh).map_err(trouble(&fresh))?;
    backup(path, &fresh)?;
    put_in_place(&fresh, &kept).map_err(trouble(&kept))
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
    let db = open_copy(&fresh)?;
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
    // It is in place: whatever this says, nothing may be put back beside it. A power cut could bring the earlier one back.
    let _ = sync_folder(path);
    Ok(())
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

/// Begins another life of the database: what desks know of the earlier one no longer holds.
///
/// # Errors
/// [`StoreError`] if it cannot be written.
fn begin_epoch(db: &Connection) -> Result<Uuid, StoreError> {
    let epoch = fresh_epoch()?.0;
    db.execute("UPDATE server SET epoch = ?1", [epoch])?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::{open, tests::database};

    #[test]
    fn a_backup_is_whole_and_never_overwrites() {
        let (home, path) = database();
        let _db = open(&path).expect("opens");
        let copy = home.path().join("copy.db");
        backup(&path, &copy).expect("copies");
        check_file(&copy).expect("is whole");
        assert!(matches!(backup(&path, &copy), Err(StoreError::File(..))));
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
        for companion in companions(&path) {
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
