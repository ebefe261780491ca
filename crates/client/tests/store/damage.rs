//! Damaged files are set aside and made anew, and what can be saved is saved (F9, F10).

use std::{fs, path::Path};

use campanile_client::{effect::Kept, message::Loaded, store::Store};
use campanile_core::time::Timestamp;

use crate::fixture::{Desk, NOW, change, item, read_of, sorted};

/// Three dozen notices and a change that nobody else has: a file of some 100 KiB.
fn filled() -> Desk {
    let desk = Desk::with((0..36).map(item).collect());
    desk.keep(&Kept {
        pending: vec![change(1, read_of(1))],
        ..Kept::default()
    });
    desk
}

/// What must hold whatever was done to the files: the store opens, what it holds is whole, and it can be used.
fn is_usable(desk: &Desk, what: &str) -> Loaded {
    let (mut store, loaded) = desk.open();
    assert_eq!(store.fault(), None, "{what}");
    if loaded.items.is_empty() {
        assert!(
            loaded.rebuilt && loaded.cursor.is_none(),
            "{what}: an empty store must be fetched anew"
        );
    } else {
        assert!(
            (36..=37).contains(&sorted(loaded.items.clone()).len()),
            "{what}: some are lost without a word"
        );
    }
    assert_eq!(loaded.rebuilt, !desk.set_aside().is_empty(), "{what}");
    store
        .keep(&Kept {
            items: vec![item(99)],
            cursor: Some("c2".to_owned()),
            ..Kept::default()
        })
        .expect(what);
    drop(store);
    let (_, again) = desk.open();
    assert!(!again.rebuilt && again.items.contains(&item(99)), "{what}");
    loaded
}

#[test]
fn a_damaged_inbox_is_set_aside_and_the_changes_made_here_survive() {
    type Deed = fn(&Path);
    let deeds: &[(&str, Deed)] = &[
        ("emptied", |file| fs::write(file, "").expect("writes")),
        ("not a database", |file| {
            fs::write(file, "hello ".repeat(1_000)).expect("writes")
        }),
        ("header overwritten", |file| {
            overwrite(file, 0, &[0xA5; 100])
        }),
        ("a folder", |file| {
            fs::remove_file(file).expect("removes");
            fs::create_dir(file).expect("makes");
            fs::write(file.join("x"), "x").expect("writes");
        }),
        ("a link", |file| {
            let elsewhere = file.with_file_name("elsewhere");
            fs::rename(file, &elsewhere).expect("moves");
            #[cfg(unix)]
            std::os::unix::fs::symlink(&elsewhere, file).expect("links");
            #[cfg(not(unix))]
            fs::write(file, "").expect("writes");
        }),
        #[cfg(unix)]
        ("a link to nothing", |file| {
            fs::remove_file(file).expect("removes");
            std::os::unix::fs::symlink("nothing", file).expect("links");
        }),
        #[cfg(unix)]
        ("a pipe", |file| {
            fs::remove_file(file).expect("removes");
            let made = std::process::Command::new("mkfifo").arg(file).status();
            assert!(made.expect("runs").success());
        }),
        ("somebody else's database", |file| {
            fs::remove_file(file).expect("removes");
            let other = rusqlite::Connection::open(file).expect("opens");
            other
                .execute_batch("CREATE TABLE item (n); PRAGMA user_version = 1")
                .expect("writes");
        }),
        ("a table is missing", |file| {
            let file = rusqlite::Connection::open(file).expect("opens");
            file.execute_batch("DROP TABLE toasting").expect("drops");
        }),
        ("a text is no notice", |file| {
            let file = rusqlite::Connection::open(file).expect("opens");
            file.execute_batch("UPDATE notice SET json = '{}' WHERE item = 20")
                .expect("writes");
        }),
    ];
    for (what, deed) in deeds {
        let desk = filled();
        deed(&desk.file("inbox.db"));
        let loaded = is_usable(&desk, what);
        assert!(loaded.rebuilt, "{what}");
        assert_eq!(loaded.pending, [change(1, read_of(1))], "{what}");
        assert_eq!(
            desk.set_aside(),
            ["inbox.db.corrupt-20261121T083000Z"],
            "{what}"
        );
    }
}

#[test]
fn a_link_is_not_followed_and_what_it_led_to_is_whole() {
    let desk = filled();
    let elsewhere = desk.file("elsewhere");
    fs::rename(desk.file("inbox.db"), &elsewhere).expect("moves");
    let before = fs::read(&elsewhere).expect("reads");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&elsewhere, desk.file("inbox.db")).expect("links");
    drop(desk.open());
    assert_eq!(fs::read(&elsewhere).expect("reads"), before);
}

#[test]
fn damaged_changes_are_set_aside_and_the_inbox_survives() {
    let desk = filled();
    overwrite(&desk.file("changes.db"), 0, &[0; 4096]);
    let loaded = is_usable(&desk, "changes");
    assert!(loaded.rebuilt && loaded.pending.is_empty());
    assert_eq!(loaded.items.len(), 36);
    assert_eq!(desk.set_aside(), ["changes.db.corrupt-20261121T083000Z"]);
}

#[test]
fn an_inbox_cut_off_at_any_block_is_rebuilt() {
    let desk = filled();
    let whole = fs::read(desk.file("inbox.db")).expect("reads");
    for cut in (0..whole.len()).step_by(512) {
        fs::write(desk.file("inbox.db"), &whole[..cut]).expect("writes");
        let loaded = desk.load();
        assert!(loaded.rebuilt && loaded.pending.len() == 1, "cut at {cut}");
    }
}

#[test]
fn a_page_overwritten_at_random_never_stops_the_store() {
    let desk = filled();
    let whole = fs::read(desk.file("inbox.db")).expect("reads");
    drop(desk);
    for seed in 0..seeds(100) {
        let mut chance = Chance(seed);
        let mut bytes = whole.clone();
        let pages = bytes.len() / 4096;
        let start = chance.below(pages) * 4096 + chance.below(4) * 1024;
        let length = [16, 512, 1024, 4096][chance.below(4)].min(bytes.len() - start);
        bytes[start..start + length].fill_with(|| chance.byte());
        let desk = Desk::new();
        fs::write(desk.file("inbox.db"), &bytes).expect("writes");
        // A few bytes of a text may change without anybody's noticing: then all notices are there.
        is_usable(&desk, &format!("seed {seed}"));
    }
}

/// Returns an inbox in use: its file, of 36 notices, and log and index, which hold another.
fn in_use() -> [Vec<u8>; 3] {
    let desk = Desk::with((0..36).map(item).collect());
    let (mut store, _) = desk.open();
    store
        .keep(&Kept {
            items: vec![item(40)],
            cursor: Some("c2".to_owned()),
            ..Kept::default()
        })
        .expect("keeps");
    ["inbox.db", "inbox.db-wal", "inbox.db-shm"]
        .map(|name| fs::read(desk.file(name)).expect("reads"))
}

#[test]
fn a_log_cut_off_anywhere_holds_all_or_an_earlier_state() {
    let [file, log, _] = in_use();
    let mut seen = [0, 0];
    for cut in (0..=log.len()).step_by(256).chain([log.len()]) {
        let desk = Desk::new();
        fs::write(desk.file("inbox.db"), &file).expect("writes");
        fs::write(desk.file("inbox.db-wal"), &log[..cut]).expect("writes");
        fs::write(desk.file("inbox.db-shm"), &log[..cut.min(100)]).expect("writes");
        let loaded = desk.load();
        let whole = loaded.items.contains(&item(40));
        assert_eq!(
            loaded.cursor.as_deref(),
            Some(if whole { "c2" } else { "c1" }),
            "cut at {cut}"
        );
        assert_eq!(
            loaded.items.len(),
            if whole { 37 } else { 36 },
            "cut at {cut}"
        );
        seen[usize::from(whole)] += 1;
    }
    assert!(seen.iter().all(|&times| times > 0), "{seen:?}");
}

#[test]
fn a_log_or_its_index_damaged_at_random_never_stops_the_store() {
    let [file, log, index] = in_use();
    for seed in 0..seeds(25) {
        let mut chance = Chance(seed);
        let (mut log, mut index) = (log.clone(), index.clone());
        let desk = Desk::new();
        match seed % 5 {
            0 => log.truncate(chance.below(log.len())),
            1 => chance.spoil(&mut log),
            2 => index.truncate(chance.below(index.len())),
            3 => chance.spoil(&mut index),
            _ => {
                let mut journal = vec![0; 512 * chance.below(20)];
                chance.spoil(&mut journal);
                fs::write(desk.file("inbox.db-journal"), journal).expect("writes");
            }
        }
        fs::write(desk.file("inbox.db"), &file).expect("writes");
        fs::write(desk.file("inbox.db-wal"), log).expect("writes");
        fs::write(desk.file("inbox.db-shm"), index).expect("writes");
        is_usable(&desk, &format!("seed {seed}"));
    }
}

#[test]
fn a_hot_journal_takes_back_what_was_not_committed() {
    let desk = filled();
    let file = rusqlite::Connection::open(desk.file("inbox.db")).expect("opens");
    file.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; UPDATE item SET mark = 3; DELETE FROM notice")
        .expect("writes");
    let after = Desk::new();
    for name in ["inbox.db", "inbox.db-journal"] {
        fs::copy(desk.file(name), after.file(name)).expect("copies");
    }
    assert!(
        fs::read(after.file("inbox.db-journal"))
            .expect("reads")
            .len()
            > 512,
        "nothing to take back"
    );
    assert!(!is_usable(&after, "a hot journal").rebuilt);
}

#[test]
fn a_log_of_another_database_never_stops_the_store() {
    let other = Desk::new();
    let (mut store, _) = other.open();
    store
        .keep(&Kept {
            items: (50..80).map(item).collect(),
            ..Kept::default()
        })
        .expect("keeps");
    let log = fs::read(other.file("inbox.db-wal")).expect("reads");
    drop(store);
    let desk = filled();
    fs::write(desk.file("inbox.db-wal"), &log).expect("writes");
    let (mut store, loaded) = desk.open();
    assert!(loaded.rebuilt || !loaded.items.is_empty());
    store
        .keep(&Kept {
            items: vec![item(99)],
            ..Kept::default()
        })
        .expect("keeps");
}

#[test]
fn a_log_without_its_database_is_set_aside_with_it() {
    let desk = filled();
    fs::remove_file(desk.file("inbox.db")).expect("removes");
    fs::write(desk.file("inbox.db-wal"), [7; 5_000]).expect("writes");
    let (store, loaded) = desk.open();
    assert!(loaded.rebuilt && store.fault().is_none());
}

#[test]
fn a_disk_that_goes_bad_does_not_fill_itself_with_what_was_set_aside() {
    let desk = Desk::new();
    for day in 0..6 {
        fs::write(desk.file("inbox.db"), "bad").expect("writes");
        let (_, loaded) =
            Store::open(desk.folder.path(), NOW.plus_ms(day * 86_400_000)).expect("opens");
        assert!(loaded.rebuilt);
    }
    let days = ["24", "25", "26"].map(|day| format!("inbox.db.corrupt-202611{day}T083000Z"));
    assert_eq!(desk.set_aside(), days);
}

#[test]
fn two_of_one_second_do_not_overwrite_each_other() {
    let desk = Desk::new();
    for text in ["first", "second"] {
        fs::write(desk.file("inbox.db"), text).expect("writes");
        drop(Store::open(desk.folder.path(), Timestamp::from_ms(NOW.ms())).expect("opens"));
    }
    let texts = desk
        .set_aside()
        .into_iter()
        .map(|name| fs::read_to_string(desk.file(&name)).expect("reads"));
    assert_eq!(texts.collect::<Vec<_>>(), ["first", "second"]);
}

fn overwrite(file: &Path, at: usize, bytes: &[u8]) {
    let mut all = fs::read(file).expect("reads");
    all[at..at + bytes.len()].copy_from_slice(bytes);
    fs::write(file, all).expect("writes");
}

/// Returns how many seeds are tried: so many in a short run, and more by what `scripts/soak` asks of every property.
fn seeds(short: u64) -> u64 {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases: Option<u64> = cases.and_then(|cases| cases.parse().ok());
    cases.map_or(short, |cases| short * cases.div_ceil(256))
}

/// Numbers that are the same in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("small")
    }

    /// Writes anything over a part of it.
    fn spoil(&mut self, bytes: &mut [u8]) {
        if bytes.is_empty() {
            return;
        }
        let start = self.below(bytes.len());
        let length = [1, 16, 512, 4096][self.below(4)].min(bytes.len() - start);
        bytes[start..start + length].fill_with(|| self.byte());
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}
