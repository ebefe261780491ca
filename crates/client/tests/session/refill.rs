//! The present in pages: for a newcomer, after a gap, and of a server that was restored.

use campanile_client::{
    act::Action,
    message::{Loaded, Message},
    session::Now,
};
use campanile_core::{
    change::{Mark, Seq},
    ids::Epoch,
    inbox::Marked,
    policy::Policy,
};
use campanile_protocol::snapshot::{DatedCell, Head, Snapshot, SnapshotItem};
use expect_test::expect;
use serde_json::json;
use uuid::Uuid;

use crate::stage::{Stage, at, cell, check, notice, one, scopes};

pub fn head(unread: u32) -> Head {
    Head {
        last: Seq(0),
        complete_after: Seq(0),
        scopes: scopes("Mira Oak"),
        policy: Policy::default(),
        cells: Vec::new(),
        unread_rows: unread,
        unread_items: unread,
        availability: "busy".into(),
    }
}

/// As of a log that went on for long, and of which retention took what it may.
pub fn gone_on(head: Head) -> Head {
    Head {
        last: Seq(1_000),
        complete_after: Seq(1_000),
        ..head
    }
}

pub fn item(n: u64, seq: i64, mark: Mark) -> SnapshotItem {
    let marked = Marked {
        mark,
        at: at("09:00"),
    };
    SnapshotItem {
        seq: Seq(seq),
        notice: notice(n, "sla_expired", at("09:00")),
        bell: true,
        marked,
    }
}

/// Returns a page; a log whose end is not told ends with the last of its notices.
pub fn page(epoch: u128, head: Option<Head>, items: Vec<SnapshotItem>, last: bool) -> Message {
    let end = items.iter().map(|item| item.seq).max();
    let head = head.map(|head| Head {
        last: head.last.max(end.unwrap_or_default()),
        ..head
    });
    Message::Snapshot(Box::new(Snapshot {
        epoch: Epoch(Uuid::from_u128(epoch)),
        cursor: "snapshot".into(),
        head,
        items,
        next: (!last).then(|| "next".into()),
    }))
}

pub fn badge(desk: &mut Stage) {
    let view = desk.session.bell_view(&Now { wall: desk.now });
    desk.written.push_str(&format!(
        "  badge {}, filling {}\n",
        view.unread, view.filling
    ));
}

#[test]
fn a_newcomer_s_list_fills_and_rings_nobody() {
    let mut desk = Stage::new();
    desk.tell(Message::Loaded(Box::new(Loaded {
        account: Some(crate::stage::account("mira")),
        ..Loaded::default()
    })));
    desk.connect();
    desk.so_far();
    let items = (1..=3).map(|n| item(n, n as i64, Mark::Unread)).collect();
    desk.say("the first page", page(0, Some(head(5)), items, false));
    badge(&mut desk);
    desk.act("one is read meanwhile", Action::Read { what: one(1) });
    badge(&mut desk);
    let items = (4..=5).map(|n| item(n, n as i64, Mark::Unread)).collect();
    desk.say("the last page", page(0, None, items, true));
    badge(&mut desk);
    desk.wake("10:00:01");
    expect![[r#"
        the first page
          keep items: n1 n2 n3; entries: policy scopes
          tray Urgent Digit(5) "Campanile: 5 unread"
          badge 5, filling true
        one is read meanwhile
          keep marks: n1 read; pending: c1(read n1)
          push c1(read n1)
          tray Urgent Digit(4) "Campanile: 4 unread"
          wake 10:00:30
          badge 4, filling true
        the last page
          keep items: n4 n5; cursor: snapshot; epoch: known
          badge 4, filling false
        10:00:01 woke
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn after_a_gap_what_is_new_is_summed_up_and_what_is_gone_goes() {
    check(
        |desk| {
            for n in 1..=3 {
                desk.arrives(n, "ticket_closed");
            }
            desk.act("read offline", Action::Read { what: one(1) });
            desk.so_far();
            let known = [item(1, 1, Mark::Unread), item(2, 2, Mark::Read)];
            let news = (11..=15).map(|n| item(n, n as i64, Mark::Unread));
            desk.say(
                "the present",
                page(
                    0,
                    Some(gone_on(head(6))),
                    known.into_iter().chain(news).collect(),
                    true,
                ),
            );
            badge(desk);
            desk.wake("10:00:00.400");
        },
        expect![[r#"
            the present
              keep items: n1..n15 (7); marks: n2 read; forgotten: n3; entries: policy scopes; toasting: n11..n15 (5); cursor: snapshot; epoch: known
              tray Urgent Digit(5) "Campanile: 5 unread"
              wake 10:00:00.400
              badge 5, filling false
            10:00:00.400 woke
              toast Summary "5 notifications while you were away" "SLA breached: 5" [Open] 5000 ms
              play alarm at 70 for n11
              wake 10:00:30
        "#]],
    );
}

#[test]
fn choices_that_the_server_has_not_heard_stand_on_top_of_its_own() {
    check(
        |desk| {
            desk.prefers(vec![
                cell("*", "volume", json!(10)),
                cell("*", "sound.repeats", json!(true)),
            ]);
            desk.act(
                "louder",
                Action::Prefer {
                    cells: vec![cell("*", "volume", json!(90))],
                },
            );
            desk.so_far();
            let told = DatedCell {
                cell: cell("*", "volume", json!(30)),
                at: at("09:00"),
            };
            let head = Head {
                cells: vec![told],
                ..head(0)
            };
            desk.say("the present", page(0, Some(head), Vec::new(), true));
            desk.act(
                "preview",
                Action::Preview {
                    melody: "alarm".into(),
                    volume: None,
                },
            );
        },
        expect![[r#"
            the present
              keep cells: */*/volume=30 */*/volume=90 */*/sound.repeats=inherit; entries: policy scopes; cursor: snapshot; epoch: known
              tray Calm None "Campanile: Nothing unread"
            preview
              play alarm at 90
        "#]],
    );
}
