//! Files of every release, brought to a later format and killed at every step of the way.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use campanile_core::time::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::store::database::{Access, CHANGES, INBOX, Kind};

const NOW: Timestamp = Timestamp::from_ms(1_795_249_800_000);

/// At how many places of one upgrade the desk is killed.
const KILLS: usize = 100;

/// What a later release might do to the files, so that there is something to upgrade to.
const LATER: [(&Kind, &str); 2] = [
    (
        &INBOX,
        "ALTER TABLE item ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE reminder (id BLOB PRIMARY KEY NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
         INSERT INTO reminder SELECT id, time_ms FROM item;
         UPDATE item SET words = upper(words);
         CREATE INDEX item_pinned ON item (pinned) WHERE pinned = 1;
         DELETE FROM cell WHERE value IS NULL;",
    ),
    (
        &CHANGES,
        "ALTER TABLE change ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
         UPDATE change SET tries = answered;
         DROP INDEX change_waiting;
         CREATE INDEX change_waiting ON change (n) WHERE answered = 0 AND tries < 9;",
    ),
];

thread_local! {
    static STEP: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

/// Lets a test look on at each step that SQLite takes on this connection.
pub fn watched(mut connection: Connection) -> rusqlite::Result<Connection> {
    if STEP.with_borrow(Option::is_some) {
        let step = || {
            STEP.with_borrow_mut(|step| step.as_mut().map(|step| step()));
            false
        };
        connection.progress_handler(1, Some(step))?;
    }
    Ok(connection)
}

/// Opens the file in `folder` and calls `step` before each step that SQLite takes, with its number.
fn open_watched(kind: &Kind, folder: &Path, mut step: impl FnMut(usize) + 'static) {
    let mut steps = 0;
    STEP.set(Some(Box::new(move || {
        steps += 1;
        step(steps);
    })));
    drop(open(kind, folder));
    STEP.set(None);
}

/// Opens the file in `whole`, and one that `began`, and returns the folder of that as it was at [`KILLS`] steps of the way.
fn killed(kind: &Kind, began: impl Fn() -> TempDir, whole: &Path) -> Vec<TempDir> {
    let steps = Rc::new(Cell::new(0));
    let count = steps.clone();
    open_watched(kind, whole, move |step| count.set(step));
    let (folder, killed) = (began(), Rc::new(RefCell::new(Vec::new())));
    let (place, found) = (folder.path().to_owned(), killed.clone());
    let every = steps.get() / KILLS;
    open_watched(kind, folder.path(), move |step| {
        if step.is_multiple_of(every) {
            found.borrow_mut().push(copied(&place));
        }
    });
    let killed = killed.take();
    assert!(killed.len() >= KILLS, "{} of {}", killed.len(), steps.get());
    killed
}

fn releases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/releases");
    let mut all: Vec<_> = fs::read_dir(folder)
        .expect("the releases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

/// Copies what lies in a folder, as it is found by whoever starts after a kill.
fn copied(from: &Path) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let name = from.file_name().expect("a name");
        fs::copy(&from, folder.path().join(name)).expect("copies");
    }
    folder
}

/// A kind of file with one format more.
fn later(kind: &Kind, more: &'static str) -> Kind {
    let migrations = kind.migrations.iter().copied().chain([more]);
    Kind {
        migrations: migrations.collect::<Vec<_>>().leak(),
        ..*kind
    }
}

type Rows = BTreeMap<String, Vec<String>>;

/// Returns all that the tables of `of` hold in the file at `path`, column by column of `of`.
fn rows(path: &Path, of: &Path) -> Rows {
    let read = |path: &Path| Connection::open(path).expect("opens");
    let (file, form) = (read(path), read(of));
    let mut tables = form
        .prepare(
            "SELECT t.name, group_concat(quote(c.name)) FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name",
        )
        .expect("reads");
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let tables: Vec<(String, String)> = tables
        .expect("reads")
        .collect::<Result<_, _>>()
        .expect("reads");
    let told = tables.into_iter().map(|(table, columns)| {
        let columns = columns
            .replace('\'', "\"")
            .replace(',', ") || '|' || quote(");
        let sql = format!("SELECT quote({columns}) FROM {table} ORDER BY 1");
        let mut select = file.prepare(&sql).expect("reads");
        let rows = select.query_map([], |row| row.get(0)).expect("reads");
        (table, rows.collect::<Result<_, _>>().expect("reads"))
    });
    told.collect()
}

fn open(kind: &Kind, folder: &Path) -> Connection {
    let (database, ()) = kind
        .open(folder, Access::Write, NOW, |_| Ok(()))
        .expect("opens");
    assert!(!database.rebuilt(), "nothing is lost");
    drop(database);
    Connection::open(folder.join(kind.name)).expect("opens")
}

fn schema(path: &Path) -> Vec<String> {
    let file = Connection::open(path).expect("opens");
    let mut select = file
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .expect("reads");
    let told = select.query_map([], |row| row.get(0)).expect("reads");
    told.collect::<Result<_, _>>().expect("reads")
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("plain")
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_file_of_every_release_is_upgraded_whole_wherever_the_desk_is_killed() {
    for release in releases() {
        for (kind, more) in LATER {
            let (kind, file) = (later(kind, more), release.join(kind.name));
            let began = || {
                let folder = TempDir::new().expect("a folder");
                fs::copy(&file, folder.path().join(kind.name)).expect("copies");
                folder
            };
            let kept = format!("{}{BEFORE}{}", kind.name, kind.migrations.len());
            let told = |folder: &TempDir| {
                let of = |name: &str, form: &Path| rows(&folder.path().join(name), form);
                let now = of(kind.name, &folder.path().join(kind.name));
                (now, of(&kept, &file))
            };
            let whole = began();
            let all = killed(&kind, began, whole.path());
            let wanted = told(&whole);
            assert_eq!(wanted.1, rows(&file, &file));
            for folder in all {
                drop(open(&kind, folder.path()));
                assert!(told(&folder) == wanted);
                assert_eq!(names(folder.path()), [kind.name, &kept]);
            }
        }
    }
}

#[test]
fn a_file_in_the_making_is_made_whole_wherever_the_desk_is_killed() {
    for kind in [&INBOX, &CHANGES] {
        let made = TempDir::new().expect("a folder");
        let all = killed(kind, || TempDir::new().expect("a folder"), made.path());
        let schema = schema(&made.path().join(kind.name));
        for folder in all {
            // An empty file is taken for a strange one, and set aside.
            let opened = kind.open(folder.path(), Access::Write, NOW, |_| Ok(()));
            drop(opened.expect("opens"));
            assert_eq!(self::schema(&folder.path().join(kind.name)), schema);
        }
    }
}

#[test]
fn only_the_copy_of_the_format_before_is_kept() {
    let folder = TempDir::new().expect("a folder");
    drop(open(&CHANGES, folder.path()));
    let second = later(&CHANGES, LATER[1].1);
    let third = later(&second, "CREATE TABLE third (n INTEGER)");
    for (kind, there) in [
        (&second, ["changes.db", "changes.db.before-2"]),
        (&third, ["changes.db", "changes.db.before-3"]),
    ] {
        // One that a crash left, which is no database.
        let half = format!("{}.making", there[1]);
        fs::write(folder.path().join(half), "half of it").expect("writes");
        drop(open(kind, folder.path()));
        assert_eq!(names(folder.path()), there);
    }
    let kept = Connection::open(folder.path().join("changes.db.before-3")).expect("opens");
    assert_eq!(pragma(&kept, "user_version"), Ok(2));
}

#[test]
fn a_release_never_changes_what_an_earlier_one_wrote_down() {
    for release in releases() {
        for kind in [&INBOX, &CHANGES] {
            let file = release.join(kind.name);
            let format = pragma(&Connection::open(&file).expect("opens"), "user_version");
            let format = usize::try_from(format.expect("reads")).expect("a format");
            let folder = TempDir::new().expect("a folder");
            let as_then = Kind {
                migrations: &kind.migrations[..format],
                ..*kind
            };
            drop(open(&as_then, folder.path()));
            assert_eq!(schema(&folder.path().join(kind.name)), schema(&file));
        }
    }
}

#[test]
fn a_file_of_a_later_build_is_refused_and_nothing_in_its_folder_is_touched() {
    for crashed in [false, true] {
        for kind in [&INBOX, &CHANGES] {
            let made = TempDir::new().expect("a folder");
            let connection = open(kind, made.path());
            // The format stands in the log alone, as a later build left it that was killed.
            connection
                .pragma_update(None, "user_version", 99)
                .expect("sets");
            let folder = if crashed {
                let folder = copied(made.path());
                // Its index does not outlive the machine's next start.
                fs::remove_file(folder.path().join(format!("{}-shm", kind.name))).expect("there");
                folder
            } else {
                drop(connection);
                copied(made.path())
            };
            let all = |folder: &Path| -> Vec<(String, Vec<u8>)> {
                let read = |name: String| {
                    let bytes = fs::read(folder.join(&name)).expect("reads");
                    (name, bytes)
                };
                names(folder).into_iter().map(read).collect()
            };
            let before = all(folder.path());
            assert_eq!(before.len(), if crashed { 2 } else { 1 });
            let refused = crate::store::Store::open(folder.path(), NOW).expect_err("refused");
            assert_eq!(
                refused.to_string(),
                format!(
                    "{} was written by a newer Campanile (its format is 99, this one knows 1): install that one again",
                    folder.path().join(kind.name).display()
                )
            );
            assert!(all(folder.path()) == before, "{crashed} {}", kind.name);
        }
    }
}
