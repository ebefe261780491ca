//! A disk that is full or cannot be written, as SQLite itself reports it: on its own limits, without root.

use campanile_core::{
    change::{Mark, Seq},
    event::{Because, Notice},
    ids::{ChangeId, Epoch, EventId, KindId, SourceId},
    inbox::Marked,
};
use campanile_protocol::changes::{Deed, PushedChange};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::message::Message;

mod damage;

const NOW: Timestamp = Timestamp::from_ms(1_795_249_800_000);

fn item(number: u32) -> KeptItem {
    KeptItem {
        notice: Notice {
            id: EventId(Uuid::from_u128(u128::from(number) + 1)),
            source: SourceId::new("desk").expect("a name"),
            kind: KindId::new("ticket_message").expect("a name"),
            time: NOW,
            because: Because::Assigned,
            cause: None,
            actor: None,
            conversation: None,
            contact: None,
            line: None,
            inbox: None,
            team: None,
            title: None,
            body: Some("x".repeat(200)),
            lang: None,
            links: Vec::new(),
            collapse: None,
            expires_at: None,
            data: serde_json::Map::new(),
        },
        seq: Seq(1),
        bell: true,
        marked: Marked {
            mark: Mark::Unread,
            at: NOW,
        },
    }
}

fn items(numbers: std::ops::Range<u32>, cursor: &str) -> Kept {
    Kept {
        items: numbers.map(item).collect(),
        cursor: Some(cursor.to_owned()),
        ..Kept::default()
    }
}

fn change() -> PushedChange {
    PushedChange {
        id: ChangeId(Uuid::from_u128(1)),
        at: NOW,
        deed: Deed::Marked {
            ids: Vec::new(),
            mark: Mark::Read,
        },
    }
}

/// Lets the inbox grow no further, as a full disk would.
fn fill(store: &Store) {
    let pages = store
        .inbox()
        .pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0))
        .expect("reads");
    make_room(store, pages);
}

fn make_room(store: &Store, pages: i64) {
    store
        .inbox()
        .pragma_update(None, "max_page_count", pages)
        .expect("sets");
}

impl Store {
    fn inbox(&self) -> &rusqlite::Connection {
        self.files.as_ref().expect("open").inbox.connection()
    }
}

fn loaded(folder: &TempDir) -> Loaded {
    Store::open(folder.path(), NOW).expect("opens").1
}

#[test]
fn what_came_while_the_disk_was_full_is_written_when_there_is_room() {
    let folder = TempDir::new().expect("a folder");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    store.keep(&items(0..1, "c1")).expect("keeps");
    fill(&store);
    assert_eq!(store.keep(&items(1..200, "c2")), Err(StoreFault::Full));
    assert_eq!(store.keep(&items(200..201, "c3")), Err(StoreFault::Full));
    assert_eq!(store.fault(), Some(StoreFault::Full));
    assert_eq!(
        store.items(&[item(0).notice.id]),
        Ok(vec![item(0)]),
        "it can still be read"
    );
    assert_eq!(
        loaded(&folder).cursor.as_deref(),
        Some("c1"),
        "never past what is stored"
    );
    assert_eq!(store.retry(), Err(StoreFault::Full));
    make_room(&store, 100_000);
    assert_eq!(store.retry(), Ok(()));
    assert_eq!(store.fault(), None);
    let loaded = loaded(&folder);
    assert_eq!(
        (loaded.items.len(), loaded.cursor.as_deref()),
        (201, Some("c3"))
    );
}

#[test]
fn the_next_that_is_kept_brings_what_could_not_be_written_along() {
    let folder = TempDir::new().expect("a folder");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    store
        .inbox()
        .pragma_update(None, "query_only", true)
        .expect("sets");
    assert_eq!(store.keep(&items(0..1, "c1")), Err(StoreFault::ReadOnly));
    store
        .inbox()
        .pragma_update(None, "query_only", false)
        .expect("sets");
    assert_eq!(store.keep(&items(1..2, "c2")), Ok(()));
    let loaded = loaded(&folder);
    assert_eq!(
        (loaded.items.len(), loaded.cursor.as_deref()),
        (2, Some("c2"))
    );
}

#[test]
fn when_too_much_waits_the_deeds_are_kept_and_the_rest_is_asked_for_again() {
    let folder = TempDir::new().expect("a folder");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    let already = item(90_000);
    store
        .keep(&Kept {
            items: vec![already.clone()],
            ..Kept::default()
        })
        .expect("keeps");
    fill(&store);
    let thousand = |number: u32| items(number * 1_000..number * 1_000 + 1_000, "c1");
    for number in 0..19 {
        assert_eq!(
            store.keep(&Kept {
                pending: vec![change()],
                stranded: vec![already.notice.id],
                ..thousand(number)
            }),
            Err(StoreFault::Full)
        );
    }
    assert_eq!(
        store.keep(&thousand(19)),
        Ok(()),
        "without the notices it fits"
    );
    make_room(&store, 100_000);
    store.keep(&items(1..2, "c3")).expect("keeps");
    let short = loaded(&folder);
    assert_eq!(short.pending, [change()]);
    assert_eq!(short.cursor, None, "a snapshot is asked for");
    let here_only = short
        .items
        .iter()
        .find(|item| item.notice.id == already.notice.id);
    assert_eq!(
        here_only.map(|item| item.seq),
        Some(Seq(0)),
        "no server has it"
    );
    store
        .keep(&Kept {
            epoch: Some(Epoch(Uuid::nil())),
            ..items(0..9, "c4")
        })
        .expect("keeps");
    assert_eq!(loaded(&folder).cursor.as_deref(), Some("c4"));
}

#[test]
fn a_desk_of_another_version_asks_for_a_snapshot_once() {
    let folder = TempDir::new().expect("a folder");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    store.keep(&items(0..1, "c1")).expect("keeps");
    for sql in [
        "UPDATE fact SET value = '0.0.9' WHERE name = 'version'",
        "DELETE FROM fact WHERE name = 'version'",
    ] {
        assert_eq!(loaded(&folder).cursor.as_deref(), Some("c1"));
        store.inbox().execute(sql, []).expect("writes");
        assert_eq!(loaded(&folder).cursor, None, "{sql}");
        store.keep(&items(0..0, "c1")).expect("keeps");
    }
    assert_eq!(loaded(&folder).cursor.as_deref(), Some("c1"));
}

#[test]
fn on_a_disk_that_cannot_be_written_what_is_there_is_read() {
    let folder = TempDir::new().expect("a folder");
    Store::open(folder.path(), NOW)
        .expect("opens")
        .0
        .keep(&items(0..3, "c1"))
        .expect("keeps");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    store.files = None;
    let found = store.open_files(Access::Read).expect("reads");
    assert_eq!(
        (found.items.len(), found.cursor.as_deref()),
        (3, Some("c1"))
    );
    store.note(Some(StoreFault::ReadOnly));
    let page = store.page(&PageFilter::default(), None, NOW, 9);
    assert_eq!(page.expect("reads").rows.len(), 3);
    // Not even root can make a folder of what is a file.
    let moved = folder.path().with_extension("moved");
    std::fs::rename(folder.path(), &moved).expect("moves");
    std::fs::write(folder.path(), "").expect("writes");
    assert!(store.keep(&items(3..4, "c2")).is_err());
    std::fs::remove_file(folder.path()).expect("removes");
    std::fs::rename(&moved, folder.path()).expect("moves back");
    assert_eq!(store.retry(), Ok(()));
    assert_eq!(loaded(&folder).items.len(), 4);
}

/// Hears what the store tells of itself.
fn report(handle: &StoreHandle) -> tokio::sync::mpsc::Receiver<Message> {
    let (tell, told) = tokio::sync::mpsc::channel(8);
    tokio::spawn(handle.report("mira".to_owned(), tell));
    told
}

fn said(message: Message) -> Option<Message> {
    Some(Message::From {
        account: "mira".to_owned(),
        message: Box::new(message),
    })
}

#[tokio::test(start_paused = true)]
async fn a_store_in_trouble_tries_again_by_itself_and_says_so() {
    let folder = TempDir::new().expect("a folder");
    Store::open(folder.path(), NOW)
        .expect("opens")
        .0
        .keep(&items(0..3, "c1"))
        .expect("keeps");
    let (mut store, _) = Store::open(folder.path(), NOW).expect("opens");
    store.files = None;
    store.open_files(Access::Read).expect("reads");
    store.note(Some(StoreFault::ReadOnly));
    let handle = StoreHandle::start(store).expect("starts");
    let mut told = report(&handle);
    assert_eq!(
        told.recv().await,
        said(Message::StoreFailed(StoreFault::ReadOnly))
    );
    assert_eq!(told.recv().await, said(Message::StoreRecovered));
    assert_eq!(handle.keep(items(3..4, "c2")).await, Ok(()));
    handle.close().await;
    assert_eq!(loaded(&folder).items.len(), 4);
}
