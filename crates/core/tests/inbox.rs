//! The inbox as a fold of the log: random logs, checked against a plain recount after each entry.

use std::collections::HashSet;

use campanile_core::{
    change::{Change, Entry, Filter, Mark, Seq},
    event::{Because, Conversation, Notice},
    ids::{EventId, KindId, SourceId},
    inbox::{Inbox, Item, Marked},
    time::Timestamp,
};
use proptest::prelude::*;
use uuid::Uuid;

const KINDS: [&str; 3] = ["sla_expired", "call_missed", "brand_new_kind"];

fn event(n: u8) -> EventId {
    EventId(Uuid::from_u128(u128::from(n) + 1))
}

fn at(minute: u16) -> Timestamp {
    Timestamp::from_ms(i64::from(minute) * 60_000)
}

fn notice(n: u8) -> Notice {
    Notice {
        id: event(n),
        source: SourceId::new("desk").expect("a good name"),
        kind: KindId::new(KINDS[usize::from(n) % KINDS.len()]).expect("a good name"),
        time: at(u16::from(n)),
        because: Because::Assigned,
        cause: None,
        actor: None,
        conversation: Some(Conversation {
            id: (n % 5).to_string(),
            number: None,
            title: None,
            url: None,
        }),
        contact: None,
        line: None,
        inbox: None,
        team: None,
        title: None,
        body: None,
        lang: None,
        links: Vec::new(),
        collapse: None,
        expires_at: None,
        data: serde_json::Map::new(),
    }
}

fn arrived(n: u8) -> Change {
    Change::Arrived {
        notice: Box::new(notice(n)),
        bell: !n.is_multiple_of(7),
        replaces: (n % 11 == 10).then(|| event(n - 1)),
    }
}

fn change() -> impl Strategy<Value = Change> {
    let mark = prop_oneof![
        4 => Just(Mark::Read),
        2 => Just(Mark::Unread),
        2 => (0..300_u16).prop_map(|minute| Mark::Snoozed { until: at(minute) }),
        1 => Just(Mark::Removed),
    ];
    prop_oneof![
        5 => (0..24_u8).prop_map(arrived),
        4 => (prop::collection::vec(0..24_u8, 1..4), mark).prop_map(|(ids, mark)| Change::Marked {
            ids: ids.into_iter().map(event).collect(),
            mark,
        }),
        1 => (0..60_i64, prop::option::of(0..KINDS.len())).prop_map(|(up_to, kind)| Change::AllRead {
            up_to: Seq(up_to),
            filter: Filter { groups: Vec::new(), kind: kind.map(|k| KindId::new(KINDS[k]).expect("a good name")) },
        }),
    ]
}

fn log() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec((0..200_u16, change()), 0..60).prop_map(|entries| {
        let entry = |(n, (minute, change))| Entry {
            seq: Seq(n),
            at: at(minute),
            change,
        };
        (1..).zip(entries).map(entry).collect()
    })
}

fn state(inbox: &Inbox) -> Vec<(EventId, Item)> {
    let mut items: Vec<_> = inbox.items().map(|(id, item)| (id, *item)).collect();
    items.sort_unstable_by_key(|(id, _)| *id);
    items
}

fn verify(inbox: &Inbox, now: Timestamp) {
    let rows: HashSet<_> = inbox.unread(now).map(|(_, item)| item.row).collect();
    assert_eq!(
        inbox.badge(now),
        rows.len(),
        "the badge is the number of rows with something unread"
    );
    let next = inbox
        .items()
        .filter_map(|(_, item)| match item.marked.mark {
            Mark::Snoozed { until } if until > now => Some(until),
            _ => None,
        });
    assert_eq!(inbox.next_return(now), next.min());
}

proptest! {
    #[test]
    fn the_badge_is_always_what_a_recount_says(log in log(), now in 0..400_u16) {
        let mut inbox = Inbox::default();
        for entry in &log {
            inbox.apply(entry);
            verify(&inbox, at(now));
        }
    }

    #[test]
    fn applying_a_log_again_changes_nothing(log in log()) {
        let mut inbox = Inbox::default();
        for entry in &log {
            inbox.apply(entry);
            let before = state(&inbox);
            inbox.apply(entry);
            prop_assert_eq!(before, state(&inbox));
        }
    }

    #[test]
    fn what_was_removed_never_comes_back(log in log()) {
        let mut inbox = Inbox::default();
        let mut gone = HashSet::new();
        for entry in &log {
            inbox.apply(entry);
            gone.extend(inbox.items().filter(|(_, item)| item.marked.mark == Mark::Removed).map(|(id, _)| id));
            for id in &gone {
                prop_assert_eq!(inbox.item(*id).map(|item| item.marked.mark), Some(Mark::Removed));
            }
        }
    }

    #[test]
    fn a_snapshot_and_the_rest_of_the_log_give_what_the_whole_log_gives(log in log(), cut in 0..60_usize) {
        let cut = cut.min(log.len());
        let mut whole = Inbox::default();
        log.iter().for_each(|entry| { whole.apply(entry); });
        let mut early = Inbox::default();
        log[..cut].iter().for_each(|entry| { early.apply(entry); });
        let mut late = Inbox::default();
        for (id, item) in state(&early) {
            let n = (0..24).find(|n| event(*n) == id).expect("one of ours");
            late.put(item.seq, &notice(n), item.bell, item.marked);
        }
        log[cut..].iter().for_each(|entry| { late.apply(entry); });
        let seen = |inbox: &Inbox| state(inbox).into_iter().map(|(id, item)| (id, item.seq, item.marked, item.bell)).collect::<Vec<_>>();
        prop_assert_eq!(seen(&whole), seen(&late));
    }
}

#[test]
fn the_later_mark_wins_whatever_comes_first() {
    let mut marked = Marked {
        mark: Mark::Unread,
        at: at(0),
    };
    assert!(marked.take(Mark::Read, at(10)));
    assert!(
        !marked.take(Mark::Unread, at(5)),
        "an older word changes nothing"
    );
    assert!(
        marked.take(Mark::Unread, at(10)),
        "of two at one moment the later in the log wins"
    );
    assert!(
        marked.take(Mark::Removed, at(1)),
        "removed absorbs, however old"
    );
    assert!(!marked.take(Mark::Unread, at(99)));
}
