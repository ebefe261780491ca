//! Databases of every release, brought to a later form and killed at every step of the way.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fs,
    path::PathBuf,
    rc::Rc,
};

use tempfile::TempDir;

use super::*;
use crate::store::open::{MIGRATIONS, open, open_as, tests::database};

/// At how many places of one upgrade the server is killed.
const KILLS: usize = 100;

/// What a later release might do, so that there is something to upgrade to.
const LATER: &str = "
    ALTER TABLE agents ADD COLUMN zone TEXT;
    UPDATE agents SET zone = 'Europe/Kyiv';
    CREATE TABLE reminders (agent INTEGER NOT NULL, event BLOB NOT NULL, at INTEGER NOT NULL) STRICT;
    INSERT INTO reminders SELECT agent, event, at FROM log WHERE event IS NOT NULL;
    UPDATE log SET body = body || ' ';
    DROP INDEX events_rating;
    CREATE INDEX log_kind ON log (kind) WHERE kind IS NOT NULL;
    UPDATE server SET policy = '{}';";

thread_local! {
    static STEP: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

/// Lets a test look on at each step that SQLite takes on this connection.
pub fn watched(mut db: Connection) -> rusqlite::Result<Connection> {
    if STEP.with_borrow(Option::is_some) {
        let step = || {
            STEP.with_borrow_mut(|step| step.as_mut().map(|step| step()));
            false
        };
        db.progress_handler(1, Some(step))?;
    }
    Ok(db)
}

/// Opens the database in a folder and calls `step` before each step that SQLite takes, with its number.
fn open_watched(folder: &Path, migrations: &[&str], mut step: impl FnMut(usize) + 'static) {
    let mut steps = 0;
    STEP.set(Some(Box::new(move || {
        steps += 1;
        step(steps);
    })));
    let path = folder.join("campanile.db");
    drop(open_as(&path, migrations).expect("opens"));
    STEP.set(None);
}

/// Opens the database in `whole`, and one that `began`, and returns the folder of that as it was at [`KILLS`] steps of the way.
fn killed(migrations: &[&str], began: impl Fn() -> TempDir, whole: &Path) -> Vec<TempDir> {
    let steps = Rc::new(Cell::new(0));
    let count = steps.clone();
    open_watched(whole, migrations, move |step| count.set(step));
    let (folder, killed) = (began(), Rc::new(RefCell::new(Vec::new())));
    let (place, found) = (folder.path().to_owned(), killed.clone());
    let every = steps.get() / KILLS;
    open_watched(folder.path(), migrations, move |step| {
        if step.is_multiple_of(every) {
            found.borrow_mut().push(copied(&place));
        }
    });
    let killed = killed.take();
    assert!(killed.len() >= KILLS, "{} of {}", killed.len(), steps.get());
    killed
}

fn releases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/releases");
    let mut all: Vec<_> = fs::read_dir(folder)
        .expect("the releases")
        .map(|entry| entry.expect("an entry").path().join("campanile.db"))
        .filter(|path| path.is_file())
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

/// Copies what lies in a folder, as it is found by whoever starts after a kill.
fn copied(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let name = from.file_name().expect("a name");
        fs::copy(&from, folder.path().join(name)).expect("copies");
    }
    folder
}

fn read<T: rusqlite::types::FromSql>(path: &Path, sql: &str) -> Vec<T> {
    let db = Connection::open(path).expect("opens");
    let mut select = db.prepare(sql).expect("reads");
    let told = select.query_map([], |row| row.get(0)).expect("reads");
    told.collect::<Result<_, _>>().expect("reads")
}

fn schema(path: &Path) -> Vec<String> {
    // What SQLite counts for itself is no part of a form.
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_stat%' ORDER BY name";
    read(path, sql)
}

/// Returns all that the tables hold.
fn rows(path: &Path) -> BTreeMap<String, Vec<String>> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let told = read::<String>(path, tables).into_iter().map(|table| {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = read::<String>(path, &columns).join(") || '|' || quote(");
        let rows = read(
            path,
            &format!("SELECT quote({columns}) FROM {table} ORDER BY 1"),
        );
        (table, rows)
    });
    told.collect()
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
fn a_database_of_every_release_is_upgraded_whole_wherever_the_server_is_killed() {
    let later: Vec<_> = MIGRATIONS.iter().copied().chain([LATER]).collect();
    for release in releases() {
        let began = || {
            let folder = tempfile::tempdir().expect("a folder");
            fs::copy(&release, folder.path().join("campanile.db")).expect("copies");
            folder
        };
        let form = check_form(&release, MIGRATIONS.len()).expect("is known");
        let kept = format!("campanile.db.before-{}", form + 1);
        let told = |folder: &TempDir| {
            let of = |name: &str| rows(&folder.path().join(name));
            (of("campanile.db"), of(&kept))
        };
        let whole = began();
        let killed = killed(&later, began, whole.path());
        let wanted = told(&whole);
        assert!(wanted.1 == rows(&release));
        for folder in killed {
            drop(open_as(&folder.path().join("campanile.db"), &later).expect("opens"));
            assert!(told(&folder) == wanted);
            assert_eq!(names(folder.path()), ["campanile.db", &kept]);
        }
    }
}

#[test]
fn a_database_in_the_making_is_made_whole_wherever_the_server_is_killed() {
    let (home, path) = database();
    let began = || tempfile::tempdir().expect("a folder");
    for folder in killed(MIGRATIONS, began, home.path()) {
        let there = folder.path().join("campanile.db");
        drop(open(&there).expect("opens"));
        assert!(schema(&there) == schema(&path));
        assert_eq!(rows(&there)["server"].len(), 1);
    }
}

#[test]
fn a_release_never_changes_what_an_earlier_one_wrote_down() {
    for release in releases() {
        let form = check_form(&release, MIGRATIONS.len()).expect("is known");
        let (_home, path) = database();
        drop(open_as(&path, &MIGRATIONS[..form]).expect("opens"));
        assert!(schema(&path) == schema(&release), "{}", release.display());
    }
}

#[test]
fn a_database_of_a_later_version_is_refused_and_nothing_in_its_folder_is_touched() {
    for crashed in [false, true] {
        let (made, path) = database();
        let db = open(&path).expect("opens");
        // The form stands in the log alone, as a later version left it that was killed.
        db.pragma_update(None, "user_version", 99).expect("sets");
        let folder = if crashed {
            let folder = copied(made.path());
            // Its index does not outlive the machine's next start.
            fs::remove_file(folder.path().join("campanile.db-shm")).expect("is there");
            folder
        } else {
            drop(db);
            copied(made.path())
        };
        let all = || -> Vec<(String, Vec<u8>)> {
            let read = |name: String| {
                let bytes = fs::read(folder.path().join(&name)).expect("reads");
                (name, bytes)
            };
            names(folder.path()).into_iter().map(read).collect()
        };
        let before = all();
        assert_eq!(before.len(), if crashed { 2 } else { 1 });
        let path = folder.path().join("campanile.db");
        let refused = open(&path).expect_err("refused").to_string();
        let told = "was written by a later campanile-server (form 99, this one knows 1); nothing was touched, run the later one";
        assert_eq!(refused, format!("{} {told}", path.display()));
        assert!(all() == before, "{crashed}");
    }
}

#[test]
fn before_a_migration_the_database_is_kept_as_it_was_and_only_then() {
    let (home, path) = database();
    let told = |path: &Path| {
        let db = Connection::open(path).expect("opens");
        let form: i64 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("tells");
        let policy: String = db
            .query_row("SELECT policy FROM server", [], |row| row.get(0))
            .expect("tells");
        format!("{form} {policy}")
    };
    let db = open(&path).expect("opens");
    db.execute("UPDATE server SET policy = 'mine'", [])
        .expect("writes");
    drop(db);
    drop(open(&path).expect("opens again"));
    let kept = home.path().join("campanile.db.before-2");
    assert!(!kept.exists(), "nothing is migrated");
    let broken = [
        MIGRATIONS[0],
        "UPDATE server SET policy = 'migrated'; BROKEN",
    ];
    assert!(open_as(&path, &broken).is_err());
    assert_eq!(
        (told(&path), told(&kept)),
        ("1 mine".into(), "1 mine".into())
    );
    let good = [MIGRATIONS[0], "UPDATE server SET policy = 'migrated'"];
    drop(open_as(&path, &good).expect("migrates"));
    assert_eq!(
        (told(&path), told(&kept)),
        ("2 migrated".into(), "1 mine".into())
    );
}
