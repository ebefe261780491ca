//! Damage that is met while the store is in use: the file is made anew, and nothing that can be had again is missed.

use super::*;

#[tokio::test]
async fn a_file_found_damaged_while_it_is_read_is_made_anew_at_once() {
    let folder = TempDir::new().expect("a folder");
    let handle = StoreHandle::start(filled(&folder)).expect("starts");
    let mut told = report(&handle);
    spoil(&folder);
    assert_eq!(
        handle.page(all(), None, NOW, 50).await,
        Err(StoreFault::Broken)
    );
    assert_eq!(handle.keep(items(7..9, "c2")).await, Ok(()));
    let page = handle.page(all(), None, NOW, 50).await.expect("reads");
    assert_eq!(page.rows.len(), 2);
    assert_eq!(set_aside(&folder), 1);
    handle.close().await;
    assert_eq!(told.recv().await, said(Message::StoreRebuilt));
    assert_eq!(told.recv().await, None, "it works");
    let loaded = loaded(&folder);
    assert!(!loaded.rebuilt, "it was");
    assert_eq!(
        (loaded.items.len(), loaded.cursor),
        (2, None),
        "the log must not be continued before the present was told"
    );
}

#[test]
fn a_file_found_damaged_while_it_is_written_is_made_anew_with_what_waits() {
    let folder = TempDir::new().expect("a folder");
    let mut store = filled(&folder);
    spoil(&folder);
    store
        .inbox()
        .execute_batch("PRAGMA shrink_memory")
        .expect("forgets what it read");
    assert_eq!(store.keep(&items(7..9, "c2")), Err(StoreFault::Broken));
    assert_eq!(store.retry(), Ok(()));
    assert_eq!((store.fault(), set_aside(&folder)), (None, 1));
    assert_eq!(store.items(&[item(8).notice.id]), Ok(vec![item(8)]));
    store
        .keep(&Kept {
            epoch: Some(Epoch(Uuid::nil())),
            ..items(0..3, "c3")
        })
        .expect("keeps");
    let loaded = loaded(&folder);
    assert_eq!(
        (loaded.items.len(), loaded.cursor.as_deref()),
        (5, Some("c3"))
    );
}

#[tokio::test]
async fn a_notice_that_is_none_beyond_those_that_are_loaded_fails_no_page_for_ever() {
    let folder = TempDir::new().expect("a folder");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    let many = u32::try_from(LOADED_MOST).expect("few") + 60;
    store.keep(&items(0..many, "c1")).expect("keeps");
    store
        .inbox()
        .execute("UPDATE notice SET json = '{}' WHERE item = 1", [])
        .expect("writes");
    drop(store);
    let (store, at_start) = Store::open(folder.path(), NOW).expect("opens");
    assert!(!at_start.rebuilt, "it is not read at the start");
    let handle = StoreHandle::start(store).expect("starts");
    let first = vec![item(0).notice.id];
    assert_eq!(handle.items(first.clone()).await, Err(StoreFault::Broken));
    assert_eq!(handle.keep(items(1..9, "c2")).await, Ok(()));
    assert_eq!(handle.items(first).await, Ok(vec![]));
    let page = handle.page(all(), None, NOW, 50).await.expect("reads");
    assert_eq!(page.rows.len(), 8);
    handle.close().await;
}

#[test]
fn a_disk_that_spoils_whatever_is_written_is_given_up_after_a_while() {
    let folder = TempDir::new().expect("a folder");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    for round in 1..=5 {
        let _ = store.keep(&items(0..1, "c1"));
        std::fs::write(folder.path().join("inbox.db.damaged"), "").expect("marks");
        let mended = store.mend();
        assert_eq!(mended.is_ok(), round <= 3, "round {round}");
    }
    assert_eq!(set_aside(&folder), 3);
    assert_eq!(store.fault(), Some(StoreFault::Broken));
}

/// A store with two hundred notices, all of them in the file and none in its log.
fn filled(folder: &TempDir) -> Store {
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    store.keep(&items(0..200, "c1")).expect("keeps");
    drop(store);
    Store::open(folder.path(), NOW).expect("opens").0
}

/// Spoils all of the inbox but its first page.
fn spoil(folder: &TempDir) {
    let path = folder.path().join("inbox.db");
    let mut bytes = std::fs::read(&path).expect("reads");
    bytes[4096..].fill(0xA5);
    std::fs::write(&path, bytes).expect("writes");
}

fn all() -> PageFilter {
    PageFilter {
        tab: crate::view::Tab::All,
        ..PageFilter::default()
    }
}

fn set_aside(folder: &TempDir) -> usize {
    let found = std::fs::read_dir(folder.path()).expect("a folder");
    let names = found.map(|found| found.expect("an entry").file_name());
    names
        .filter(|name| {
            let name = name.to_string_lossy();
            name.contains(".corrupt-") && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .count()
}
