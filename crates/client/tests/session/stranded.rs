//! Notices that the server has no more: they stay on this desk, and say so (F31).

use campanile_client::{act::Action, effect::KeptItem, session::Now};
use campanile_core::{
    change::{Mark, Seq},
    inbox::Marked,
};
use campanile_protocol::{changes::Outcome, problem::Code};
use expect_test::expect;

use crate::{
    refill::{badge, gone_on, head, item, page},
    stage::{Stage, check, id, notice, one},
};

fn not_found() -> Outcome {
    Outcome::Refused {
        problem: Code::NotFound.because("None of these is a notice of yours."),
    }
}

/// Writes down which of the first three notices are of this desk alone.
pub fn stranded(desk: &mut Stage) {
    let alone = (1..=3).filter(|n| {
        let kept = KeptItem {
            notice: notice(*n, "ticket_closed", desk.now),
            seq: Seq(9),
            bell: true,
            marked: Marked {
                mark: Mark::Unread,
                at: desk.now,
            },
        };
        let view = desk.session.item_view(&kept, &Now { wall: desk.now });
        assert_eq!(view.id, id(*n));
        view.not_on_server
    });
    let alone: Vec<_> = alone.map(|n| format!("n{n}")).collect();
    desk.written
        .push_str(&format!("  not on the server: {}\n", alone.join(" ")));
}

/// Two notices come, one is read, and the server is restored from a backup that has only the first.
fn restored(desk: &mut Stage) {
    desk.arrives(1, "ticket_closed");
    desk.arrives(2, "ticket_closed");
    desk.act("read", Action::Read { what: one(1) });
    desk.answers(&Outcome::Accepted);
    desk.so_far();
    desk.say(
        "another life of the database",
        page(7, Some(head(1)), vec![item(1, 1, Mark::Unread)], true),
    );
}

#[test]
fn a_restored_server_is_told_again_what_it_lost_and_what_it_lost_stays_here() {
    check(
        |desk| {
            restored(desk);
            stranded(desk);
            badge(desk);
            // The log goes on from where the backup was: places that were used before are used again.
            let mut entry = desk.arrival(3, "sla_expired");
            entry.seq = Seq(2);
            let heard = desk.heard(vec![entry]);
            desk.say("a place that was used before", heard);
        },
        expect![[r##"
            another life of the database
              keep items: n1; stranded: n2; entries: policy scopes; pending: c1(read n1); cursor: snapshot; epoch: known
              push c1(read n1)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
              not on the server: n2
              badge 1, filling false
            a place that was used before
              keep items: n3; toasting: n3; cursor: at 3
              toast n3 "SLA breached" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n3
              tray Urgent Digit(2) "Campanile: 2 unread"
        "##]],
    );
}

#[test]
fn what_stayed_behind_is_not_missed_by_a_later_present_and_may_come_again() {
    check(
        |desk| {
            restored(desk);
            desk.answers(&Outcome::Accepted);
            desk.so_far();
            let present = || {
                page(
                    7,
                    Some(gone_on(head(0))),
                    vec![item(1, 1, Mark::Read)],
                    true,
                )
            };
            desk.say("the present of the same life", present());
            stranded(desk);
            let mut entry = desk.arrival(2, "ticket_closed");
            entry.seq = Seq(2);
            let heard = desk.heard(vec![entry]);
            desk.say("the source sends it again", heard);
            stranded(desk);
            let later = vec![item(1, 1, Mark::Read), item(4, 5, Mark::Read)];
            desk.say(
                "the log went on",
                page(7, Some(gone_on(head(0))), later, true),
            );
            stranded(desk);
            badge(desk);
        },
        expect![[r#"
            the present of the same life
              keep items: n1; entries: policy scopes; cursor: snapshot; epoch: known
              not on the server: n2
            the source sends it again
              keep items: n2; cursor: at 3
              not on the server: 
            the log went on
              keep items: n1 n4; forgotten: n2; entries: policy scopes; cursor: snapshot; epoch: known
              tray Calm None "Campanile: Nothing unread"
              not on the server: 
              badge 0, filling false
        "#]],
    );
}

#[test]
fn what_is_done_to_a_notice_that_the_server_lacks_counts_here() {
    check(
        |desk| {
            restored(desk);
            desk.answers(&Outcome::Accepted);
            desk.so_far();
            desk.act("read", Action::Read { what: one(2) });
            desk.answers(&not_found());
            stranded(desk);
            let problem = desk
                .session
                .bell_view(&Now { wall: desk.now })
                .common
                .problem;
            assert_eq!(problem, None);
        },
        expect![[r#"
            read
              keep marks: n2 read; pending: c2(read n2)
              push c2(read n2)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
            the server answers
              keep stranded: n2; settled: c2
              not on the server: n2
        "#]],
    );
}

#[test]
fn a_notice_that_the_server_has_forgotten_stays_as_it_was_marked() {
    check(
        |desk| {
            desk.arrives(1, "ticket_closed");
            desk.arrives(2, "ticket_closed");
            desk.so_far();
            desk.act("read", Action::Read { what: one(1) });
            desk.answers(&not_found());
            stranded(desk);
        },
        expect![[r#"
            read
              keep marks: n1 read; pending: c1(read n1)
              push c1(read n1)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
            the server answers
              keep stranded: n1; settled: c1
              not on the server: n1
        "#]],
    );
}

#[test]
fn all_of_them_are_marked_read_together() {
    check(
        |desk| {
            restored(desk);
            desk.so_far();
            desk.act(
                "all read",
                Action::ReadAll {
                    filter: Default::default(),
                },
            );
            badge(desk);
        },
        expect![[r#"
            all read
              keep marks: n2 read; pending: c2(all read up to 1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:08
              badge 0, filling false
        "#]],
    );
}
