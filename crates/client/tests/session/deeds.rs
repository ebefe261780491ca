//! What a person does with notices: read, remove, undo, on this desk and against what others do.

use campanile_client::{
    act::{Action, What},
    message::{Link, Message},
};
use campanile_core::{
    change::{Change, Filter},
    event::RowKey,
};
use campanile_protocol::{changes::Outcome, problem::Code};
use expect_test::expect;

use crate::stage::{at, check, notice, one, up};

#[test]
fn reading_counts_at_once_and_the_server_is_told() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.act("read", Action::Read { what: one(1) });
            desk.answers(&Outcome::Accepted);
            desk.act("unread", Action::Unread { what: one(1) });
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            read
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              hush n1
              push c1(read n1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
            the server answers
              keep settled: c1
            unread
              keep marks: n1 unread; pending: c2(unread n1)
              push c2(unread n1)
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 10:00:30
        "##]],
    );
}

#[test]
fn a_removal_can_be_undone_for_eight_seconds_and_is_told_after_them() {
    check(
        |desk| {
            desk.arrives(1, "ticket_closed");
            desk.act("remove", Action::Remove { what: one(1) });
            desk.clock("10:00:07");
            desk.act("undo", Action::Undo);
            desk.act("remove", Action::Remove { what: one(1) });
            desk.wake("10:00:15");
            desk.act("undo, too late", Action::Undo);
        },
        expect![[r#"
            10:00 ticket_closed n1 arrives
              keep items: n1; cursor: at 1
              tray Calm Digit(1) "Campanile: 1 unread"
            remove
              keep marks: n1 removed; pending: c1(removed n1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:08
            undo
              keep marks: n1 unread; taken back: c1
              tray Calm Digit(1) "Campanile: 1 unread"
            remove
              keep marks: n1 removed; pending: c2(removed n1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:15
            10:00:15 woke
              push c2(removed n1)
              wake 10:00:45
            undo, too late
        "#]],
    );
}

#[test]
fn all_in_sight_are_read_at_once_and_can_be_undone() {
    check(
        |desk| {
            let entries = (1..=6).map(|n| desk.arrival(n, "ticket_closed")).collect();
            let heard = desk.heard(entries);
            desk.say("six", heard);
            desk.act(
                "all read",
                Action::ReadAll {
                    filter: Filter::default(),
                },
            );
            desk.act("undo", Action::Undo);
            desk.act(
                "all read",
                Action::ReadAll {
                    filter: Filter::default(),
                },
            );
            desk.wake("10:00:08");
        },
        expect![[r#"
            six
              keep items: n1..n6 (6); cursor: at 6
              tray Calm Digit(6) "Campanile: 6 unread"
            all read
              keep marks: 6; pending: c1(all read up to 6)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:08
            undo
              keep marks: 6; taken back: c1
              tray Calm Digit(6) "Campanile: 6 unread"
            all read
              keep marks: 6; pending: c2(all read up to 6)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:08
            10:00:08 woke
              push c2(all read up to 6)
              wake 10:00:38
        "#]],
    );
}

#[test]
fn a_row_is_read_as_one() {
    check(
        |desk| {
            let mut entries = Vec::new();
            for n in 1..=3 {
                let mut one = notice(n, "ticket_closed", desk.now);
                one.conversation
                    .iter_mut()
                    .for_each(|conversation| conversation.id = "c9".into());
                entries.push(desk.entry(Change::Arrived {
                    notice: Box::new(one),
                    bell: true,
                    replaces: None,
                }));
            }
            let heard = desk.heard(entries);
            desk.say("three of one conversation", heard);
            let row = What::Row(RowKey("acme\u{1f}c\u{1f}c9".into()));
            desk.act("read the row", Action::Read { what: row.clone() });
            desk.clock("10:00:01");
            desk.act("unread the row", Action::Unread { what: row });
        },
        expect![[r#"
            three of one conversation
              keep items: n1 n2 n3; cursor: at 3
              tray Calm Digit(1) "Campanile: 1 unread"
            read the row
              keep marks: n1 read, n2 read, n3 read; pending: c1(read n1 n2 n3)
              push c1(read n1 n2 n3)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
            unread the row
              keep marks: n3 unread; pending: c2(unread n3)
              push c2(unread n3)
              tray Calm Digit(1) "Campanile: 1 unread"
        "#]],
    );
}

#[test]
fn what_is_done_offline_is_told_when_the_link_is_back() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.arrives(2, "sla_expired");
            desk.so_far();
            let offline = Link::Offline {
                retry_at: at("10:00:05"),
                why: "no_answer",
            };
            desk.say("offline", Message::Link(offline.clone()));
            desk.act("read", Action::Read { what: one(1) });
            desk.say("trying", Message::Link(Link::Connecting));
            desk.say("offline still", Message::Link(offline));
            desk.act("read", Action::Read { what: one(2) });
            desk.clock("10:05");
            desk.say("connected", Message::Link(up(0)));
            desk.wake("10:05:30");
            desk.answers(&Outcome::Accepted);
        },
        expect![[r#"
            offline
              tray Offline Digit(2) "Campanile: 2 unread, offline since 10:00"
            read
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              hush n1
              tray Offline Digit(1) "Campanile: 1 unread, offline since 10:00"
            trying
            offline still
            read
              keep marks: n2 read; pending: c2(read n2); toasted: n2
              withdraw n2
              tray Offline None "Campanile: Nothing unread, offline since 10:00"
            connected
              push c1(read n1) c2(read n2)
              tray Calm None "Campanile: Nothing unread"
              wake 10:05:30
            10:05:30 woke
              push c1(read n1) c2(read n2)
              wake 10:06
            the server answers
              keep settled: c1 c2
        "#]],
    );
}

#[test]
fn a_deed_counts_here_even_if_this_clock_is_slow() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.clock("09:30");
            desk.act(
                "read, by a clock that was set back",
                Action::Read { what: one(1) },
            );
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            read, by a clock that was set back
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              hush n1
              push c1(read n1)
              tray Calm None "Campanile: Nothing unread"
              wake 09:30:30
        "##]],
    );
}

#[test]
fn a_refused_mark_is_taken_back() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.so_far().act("read", Action::Read { what: one(1) });
            let problem = Code::Forbidden.because("It is another's.");
            desk.answers(&Outcome::Refused { problem });
        },
        expect![[r##"
            read
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              hush n1
              push c1(read n1)
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
            the server answers
              keep marks: n1 unread; settled: c1
              tray Urgent Digit(1) "Campanile: 1 unread"
        "##]],
    );
}
