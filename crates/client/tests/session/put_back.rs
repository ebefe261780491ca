//! A database that was put back by a plain copy: known by what it says of its log, and nobody is kept silent (F31).

use campanile_client::{
    act::Action,
    effect::Effect,
    message::{Link, Message},
};
use campanile_core::change::{Mark, Seq};
use campanile_protocol::{changes::Outcome, problem::Code, snapshot::Head};
use expect_test::expect;

use crate::stranded::stranded;
use crate::{
    refill::{gone_on, head, item, page},
    stage::{Stage, check, one},
};

/// Three notices come and the first two are read; then the server's database is put back as it was after the first.
fn copied_back(desk: &mut Stage) {
    for n in 1..=3 {
        desk.arrives(n, "ticket_closed");
    }
    for n in 1..=2 {
        desk.act("read", Action::Read { what: one(n) });
    }
    desk.answers(&Outcome::Accepted);
    desk.so_far();
}

#[test]
fn a_database_that_was_put_back_by_a_plain_copy_keeps_nobody_silent_and_costs_nothing() {
    check(
        |desk| {
            copied_back(desk);
            desk.say(
                "the same life, as it was",
                page(0, Some(head(1)), vec![item(1, 1, Mark::Unread)], true),
            );
            stranded(desk);
            let mut entry = desk.arrival(4, "sla_expired");
            entry.seq = Seq(2);
            let heard = desk.heard(vec![entry]);
            desk.say("a place that was used before", heard);
        },
        expect![[r##"
            the same life, as it was
              keep items: n1; marks: n1 unread, n1 read; stranded: n2 n3; entries: policy scopes; pending: c1(read n1) c2(read n2); cursor: snapshot; epoch: known
              push c1(read n1) c2(read n2)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
              not on the server: n2 n3
            a place that was used before
              keep items: n4; toasting: n4; cursor: at 4
              toast n4 "SLA breached" "#4" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n4
              tray Urgent Digit(2) "Campanile: 2 unread"
        "##]],
    );
}

#[test]
fn a_database_that_was_put_back_and_written_to_since_is_known_by_what_stands_where_something_else_stood()
 {
    check(
        |desk| {
            copied_back(desk);
            let told = vec![
                item(1, 1, Mark::Unread),
                item(4, 3, Mark::Unread),
                item(5, 9, Mark::Unread),
            ];
            desk.say(
                "the same life, another log",
                page(0, Some(head(3)), told, true),
            );
            stranded(desk);
        },
        expect![[r#"
            the same life, another log
              keep items: n1 n4 n5; marks: n1 unread, n1 read; stranded: n2 n3; entries: policy scopes; pending: c1(read n1) c2(read n2); toasting: n4 n5; cursor: snapshot; epoch: known
              push c1(read n1) c2(read n2)
              tray Urgent Digit(3) "Campanile: 3 unread"
              wake 10:00:00.400
              not on the server: n2 n3
        "#]],
    );
}

#[test]
fn a_present_that_was_asked_for_is_no_database_that_was_put_back() {
    let mut desk = Stage::new();
    let change = campanile_protocol::changes::PushedChange {
        id: campanile_core::ids::ChangeId(uuid::Uuid::from_u128(7)),
        at: desk.now,
        deed: campanile_protocol::changes::Deed::Marked {
            ids: vec![crate::stage::id(1)],
            mark: Mark::Read,
        },
    };
    desk.load(campanile_client::message::Loaded {
        pending: vec![change],
        ..Default::default()
    });
    desk.connect();
    for n in 1..=3 {
        desk.arrives(n, "ticket_closed");
    }
    desk.so_far();
    desk.answers(&Outcome::Refused {
        problem: Code::Forbidden.because("No."),
    });
    desk.say(
        "the last one was removed at another desk",
        page(
            0,
            Some(Head {
                last: Seq(4),
                ..head(2)
            }),
            vec![item(1, 1, Mark::Unread), item(2, 2, Mark::Unread)],
            true,
        ),
    );
    stranded(&mut desk);
    expect![[r#"
        the server answers
          keep settled: c1
          Resync
        the last one was removed at another desk
          keep items: n1 n2; forgotten: n3; entries: policy scopes; cursor: snapshot; epoch: known
          tray Calm Digit(2) "Campanile: 2 unread"
          not on the server: 
    "#]]
    .assert_eq(&desk.written);
}

/// Something arrives at a place of the log that the story names.
fn arrives_at(desk: &mut Stage, n: u64, seq: i64) {
    let mut entry = desk.arrival(n, "sla_expired");
    entry.seq = Seq(seq);
    let heard = desk.heard(vec![entry]);
    desk.say(&format!("n{n} at {seq}"), heard);
}

#[test]
fn a_log_that_grew_again_with_nothing_but_marks_is_known_by_what_it_says_of_itself() {
    check(
        |desk| {
            copied_back(desk);
            let told = || vec![item(1, 1, Mark::Unread)];
            let grown = Head {
                last: Seq(9),
                ..head(1)
            };
            desk.say(
                "the same life, another log",
                page(0, Some(grown), told(), true),
            );
            stranded(desk);
        },
        expect![[r#"
            the same life, another log
              keep items: n1; marks: n1 unread, n1 read; stranded: n2 n3; entries: policy scopes; pending: c1(read n1) c2(read n2); cursor: snapshot; epoch: known
              push c1(read n1) c2(read n2)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
              not on the server: n2 n3
        "#]],
    );
}

#[test]
fn what_was_removed_elsewhere_while_the_desk_was_away_for_long_is_not_lost() {
    check(
        |desk| {
            copied_back(desk);
            let told = vec![item(1, 1, Mark::Read), item(2, 2, Mark::Read)];
            desk.say("the present", page(0, Some(gone_on(head(0))), told, true));
            stranded(desk);
        },
        expect![[r#"
            the present
              keep items: n1 n2; forgotten: n3; entries: policy scopes; cursor: snapshot; epoch: known
              tray Calm None "Campanile: Nothing unread"
              not on the server: 
        "#]],
    );
}

#[test]
fn a_database_that_is_put_back_twice_keeps_nobody_silent() {
    check(
        |desk| {
            copied_back(desk);
            for (n, seq) in [(4, 2), (5, 2)] {
                let present = page(0, Some(head(1)), vec![item(1, 1, Mark::Read)], true);
                desk.say("as it was", present);
                arrives_at(desk, n, seq);
            }
            stranded(desk);
        },
        expect![[r##"
            as it was
              keep items: n1; stranded: n2 n3; entries: policy scopes; pending: c1(read n1) c2(read n2); cursor: snapshot; epoch: known
              push c1(read n1) c2(read n2)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
            n4 at 2
              keep items: n4; toasting: n4; cursor: at 4
              toast n4 "SLA breached" "#4" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n4
              tray Urgent Digit(2) "Campanile: 2 unread"
            as it was
              keep items: n1; stranded: n4; entries: policy scopes; cursor: snapshot; epoch: known
            n5 at 2
              keep items: n5; toasting: n5; cursor: at 5
              toast n5 "SLA breached" "#5" [Open, Mark read, In an hour] urgent 5000 ms
              tray Urgent Digit(3) "Campanile: 3 unread"
              not on the server: n2 n3
        "##]],
    );
}

#[test]
fn a_later_copy_that_is_put_back_brings_back_what_it_has() {
    check(
        |desk| {
            copied_back(desk);
            let present = page(0, Some(head(1)), vec![item(1, 1, Mark::Read)], true);
            desk.say("as it was", present);
            arrives_at(desk, 4, 2);
            stranded(desk);
            let told = (1..=3).map(|n| item(n, n.cast_signed(), Mark::Read));
            let later = Head {
                last: Seq(5),
                ..head(0)
            };
            desk.say(
                "as it was later",
                page(0, Some(later), told.collect(), true),
            );
            stranded(desk);
            arrives_at(desk, 6, 6);
        },
        expect![[r##"
            as it was
              keep items: n1; stranded: n2 n3; entries: policy scopes; pending: c1(read n1) c2(read n2); cursor: snapshot; epoch: known
              push c1(read n1) c2(read n2)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
            n4 at 2
              keep items: n4; toasting: n4; cursor: at 4
              toast n4 "SLA breached" "#4" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n4
              tray Urgent Digit(2) "Campanile: 2 unread"
              not on the server: n2 n3
            as it was later
              keep items: n1 n2 n3; marks: n3 read; stranded: n4; entries: policy scopes; cursor: snapshot; epoch: known
              tray Urgent Digit(1) "Campanile: 1 unread"
              not on the server: 
            n6 at 6
              keep items: n6; toasting: n6; cursor: at 5
              toast n6 "SLA breached" "#6" [Open, Mark read, In an hour] urgent 5000 ms
              tray Urgent Digit(2) "Campanile: 2 unread"
        "##]],
    );
}

#[test]
fn a_place_beyond_the_end_of_the_log_silences_nothing_that_comes_after_it() {
    let mut desk = Stage::new();
    let mut lie = desk.arrival(1, "sla_expired");
    lie.seq = Seq(i64::MAX);
    desk.load(campanile_client::message::Loaded::default());
    desk.connect();
    let heard = desk.heard(vec![lie]);
    let kept = desk
        .tell(heard)
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Keep(kept) => Some(kept.items),
            _ => None,
        });
    // The next start finds it in the store.
    let mut desk = Stage::new();
    desk.load(campanile_client::message::Loaded {
        items: kept.expect("it is kept"),
        ..Default::default()
    });
    let last = Seq(5);
    desk.tell(Message::Link(Link::Connected { offset_ms: 0, last }));
    desk.so_far();
    arrives_at(&mut desk, 2, 6);
    expect![[r##"
        n2 at 6
          keep items: n2; toasting: n2; cursor: at 1
          toast n2 "SLA breached" "#2" [Open, Mark read, In an hour] urgent 5000 ms
          play alarm at 70 for n2
          tray Urgent Digit(2) "Campanile: 2 unread"
    "##]]
    .assert_eq(&desk.written);
}
