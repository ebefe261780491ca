//! What is kept is there again at the next start.

use campanile_client::{
    effect::Kept,
    store::{LOADED_MOST, RETENTION_MS, Store, StoreError, StoreHandle},
};
use campanile_core::{
    change::{Change, Entry, Mark, Seq},
    ids::Epoch,
    inbox::Marked,
    policy::Policy,
    preferences::{Cell, Scope},
    time::{DAY_MS, Timestamp},
};
use campanile_protocol::changes::{Deed, PushedChange};
use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Desk, NOW, change, event, item, marked, read_of, sorted};

#[test]
fn a_store_that_never_was_holds_nothing_and_is_not_called_rebuilt() {
    assert_eq!(
        Desk::new().load(),
        campanile_client::message::Loaded::default()
    );
}

#[test]
fn everything_that_is_kept_is_loaded_again() {
    let desk = Desk::new();
    let cell = |facet: &str, value| Cell {
        scope: Scope::Line("desk/1".to_owned()),
        kind: "brand_new".to_owned(),
        facet: facet.to_owned(),
        value,
    };
    let policy = Policy {
        version: 7,
        ..Policy::default()
    };
    let kept = Kept {
        items: vec![
            item(0),
            marked(item(1), Mark::Snoozed { until: NOW }),
            marked(item(2), Mark::Read),
        ],
        cells: vec![
            (cell("channel.toast", Some(json!(false))), NOW),
            (cell("melody", None), NOW.plus_ms(1)),
        ],
        entries: vec![Entry {
            seq: Seq(4),
            at: NOW,
            change: Change::Policy {
                policy: Box::new(policy.clone()),
            },
        }],
        cursor: Some("epoch.4.x".to_owned()),
        epoch: Some(Epoch(Uuid::from_u128(9))),
        pending: vec![
            change(1, read_of(1)),
            change(
                2,
                Deed::Availability {
                    value: "busy".to_owned(),
                },
            ),
        ],
        toasting: vec![event(1)],
        ..Kept::default()
    };
    desk.keep(&kept);
    let loaded = desk.load();
    assert_eq!(sorted(loaded.items), kept.items);
    assert_eq!(loaded.cells, kept.cells);
    assert_eq!(loaded.policy, Some(policy));
    assert_eq!((loaded.cursor, loaded.epoch), (kept.cursor, kept.epoch));
    assert_eq!(
        (loaded.pending, loaded.toasting),
        (kept.pending, kept.toasting)
    );
    assert_eq!(loaded.inbox.badge(NOW), 2);
    assert!(!loaded.rebuilt);
}

#[test]
fn a_mark_is_kept_for_a_notice_of_an_earlier_day() {
    let desk = Desk::with(vec![item(0), item(1)]);
    let removed = Marked {
        mark: Mark::Removed,
        at: NOW,
    };
    desk.keep(&Kept {
        marks: vec![(event(1), removed), (event(99), removed)],
        ..Kept::default()
    });
    let (store, loaded) = desk.open();
    assert_eq!(
        loaded.inbox.item(event(1)).map(|item| item.marked),
        Some(removed)
    );
    assert_eq!(store.items(&[event(1)]).expect("reads")[0].marked, removed);
    assert_eq!(store.items(&[event(99)]), Ok(Vec::new()));
}

#[test]
fn what_is_forgotten_is_gone_with_its_text() {
    let desk = Desk::with(vec![item(0), item(1)]);
    desk.keep(&Kept {
        forgotten: vec![event(1)],
        ..Kept::default()
    });
    let (store, loaded) = desk.open();
    assert_eq!(loaded.items, [item(1)]);
    assert_eq!(store.items(&[event(1)]), Ok(Vec::new()));
}

#[test]
fn a_toast_that_was_shown_is_about_to_be_shown_no_more() {
    let desk = Desk::with(vec![item(0), item(1)]);
    desk.keep(&Kept {
        toasting: vec![event(1), event(2)],
        ..Kept::default()
    });
    desk.keep(&Kept {
        toasted: vec![event(1)],
        ..Kept::default()
    });
    assert_eq!(desk.load().toasting, [event(2)]);
}

#[test]
fn a_change_waits_until_it_is_answered_and_is_remembered_for_seven_days() {
    let desk = Desk::new();
    let old = PushedChange {
        at: NOW.plus_ms(-8 * DAY_MS),
        ..change(3, read_of(3))
    };
    let presence = change(
        4,
        Deed::Presence {
            source: None,
            conversation: None,
            focused: true,
        },
    );
    let pending = vec![
        change(1, read_of(1)),
        change(2, read_of(2)),
        old.clone(),
        presence.clone(),
    ];
    desk.keep(&Kept {
        pending,
        ..Kept::default()
    });
    let answered = [change(2, read_of(2)), old, presence];
    desk.keep(&Kept {
        settled: answered.iter().map(|change| change.id).collect(),
        ..Kept::default()
    });
    let loaded = desk.load();
    assert_eq!(loaded.pending, [change(1, read_of(1))]);
    assert_eq!(
        loaded.answered,
        [change(2, read_of(2))],
        "not those that hold for the moment, nor old ones"
    );
}

#[test]
fn what_was_taken_back_is_neither_waiting_nor_remembered() {
    let desk = Desk::new();
    let pending = vec![change(1, read_of(1)), change(2, read_of(2))];
    desk.keep(&Kept {
        pending,
        taken_back: vec![change(1, read_of(1)).id],
        ..Kept::default()
    });
    desk.keep(&Kept {
        taken_back: vec![change(2, read_of(2)).id],
        ..Kept::default()
    });
    let loaded = desk.load();
    assert_eq!((loaded.pending, loaded.answered), (Vec::new(), Vec::new()));
}

#[test]
fn a_change_that_is_pushed_again_waits_again() {
    let desk = Desk::new();
    desk.keep(&Kept {
        pending: vec![change(1, read_of(1))],
        ..Kept::default()
    });
    desk.keep(&Kept {
        settled: vec![change(1, read_of(1)).id],
        ..Kept::default()
    });
    desk.keep(&Kept {
        pending: vec![change(1, read_of(1))],
        ..Kept::default()
    });
    assert_eq!(desk.load().pending, [change(1, read_of(1))]);
}

#[test]
fn of_many_notices_all_are_known_and_the_newest_and_the_awaited_are_loaded_in_full() {
    let desk = Desk::new();
    let many = u32::try_from(LOADED_MOST).expect("small") + 500;
    let mut items: Vec<_> = (0..many).map(item).collect();
    items[3] = marked(
        item(3),
        Mark::Snoozed {
            until: NOW.plus_ms(1),
        },
    );
    desk.keep(&Kept {
        items,
        toasting: vec![event(1)],
        ..Kept::default()
    });
    let loaded = desk.load();
    assert_eq!(loaded.inbox.items().count(), many as usize);
    assert_eq!(loaded.items.len(), LOADED_MOST);
    let has = |number| {
        loaded
            .items
            .iter()
            .any(|item| item.notice.id == event(number))
    };
    assert!(has(1) && has(4) && has(u128::from(many)) && !has(2));
}

#[test]
fn retention_takes_what_is_old_and_done_and_leaves_what_is_unread_or_put_off() {
    let old = |number, mark| {
        let mut item = marked(item(number), mark);
        item.notice.time = NOW.plus_ms(-RETENTION_MS - 1);
        item.marked.at = item.notice.time;
        item
    };
    let read_today = {
        let mut item = old(3, Mark::Read);
        item.marked.at = NOW;
        item
    };
    let desk = Desk::with(vec![
        old(0, Mark::Unread),
        old(1, Mark::Read),
        old(
            2,
            Mark::Snoozed {
                until: Timestamp::MAX,
            },
        ),
        read_today,
        old(4, Mark::Removed),
        marked(item(5), Mark::Read),
    ]);
    let (mut store, _) = desk.open();
    assert_eq!(store.prune(NOW), Ok(2));
    assert_eq!(store.prune(NOW), Ok(0));
    drop(store);
    let left: Vec<_> = sorted(desk.load().items)
        .iter()
        .map(|item| item.notice.id)
        .collect();
    assert_eq!(left, [1, 3, 4, 6].map(event));
}

#[test]
fn a_file_of_a_newer_build_is_refused_and_not_touched() {
    for name in ["inbox.db", "changes.db"] {
        let desk = Desk::with(vec![item(0)]);
        let file = rusqlite::Connection::open(desk.file(name)).expect("opens");
        file.pragma_update(None, "user_version", 99)
            .expect("writes");
        drop(file);
        let before = std::fs::read(desk.file(name)).expect("reads");
        let refused = Store::open(desk.folder.path(), NOW).expect_err("refused");
        assert!(
            matches!(refused, StoreError::Newer { found: 99, .. }),
            "{refused}"
        );
        assert_eq!(
            std::fs::read(desk.file(name)).expect("reads"),
            before,
            "{name}"
        );
        assert!(desk.set_aside().is_empty());
    }
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let desk = Desk::new();
    std::fs::write(desk.file("account"), "mine").expect("writes");
    let refused = Store::open(&desk.file("account"), NOW).expect_err("refused");
    assert!(matches!(refused, StoreError::NotAFolder(_)), "{refused}");
}

#[tokio::test]
async fn the_handle_keeps_and_reads_from_other_threads() {
    let desk = Desk::new();
    let handle = StoreHandle::start(desk.open().0).expect("starts");
    handle
        .keep(Kept {
            items: vec![item(0), item(1)],
            ..Kept::default()
        })
        .await
        .expect("keeps");
    assert_eq!(
        handle.items(vec![event(9), event(1)]).await,
        Ok(vec![item(0)])
    );
    let page = handle
        .page(Default::default(), None, NOW, 50)
        .await
        .expect("reads");
    assert_eq!(page.rows.len(), 2);
    assert_eq!(handle.prune(NOW).await, Ok(0));
    handle.close().await;
    assert_eq!(desk.load().items.len(), 2);
}
