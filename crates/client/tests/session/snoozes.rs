//! What is put off: it comes back once, here and elsewhere, however late anybody hears of it (R6).

use campanile_client::{act::Action, effect::Press, message::Message};
use campanile_core::change::{Change, Mark};
use campanile_protocol::changes::Outcome;
use expect_test::expect;

use crate::{
    refill::{head, item, page},
    stage::{at, check, id, one, toast},
};

#[test]
fn what_is_put_off_comes_back_unread_and_is_decided_afresh() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.say(
                "snoozed by its button",
                Message::Pressed {
                    key: toast(1),
                    press: Press::Snooze,
                    activation: None,
                },
            );
            desk.wake("10:00:08");
            desk.wake("11:00");
            desk.act(
                "into the past",
                Action::Snooze {
                    what: one(1),
                    until: at("10:59"),
                },
            );
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            snoozed by its button
              keep marks: n1 snoozed until 11:00; pending: c1(snoozed until 11:00 n1); toasted: n1
              withdraw n1
              hush n1
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:08
            10:00:08 woke
              push c1(snoozed until 11:00 n1)
              wake 10:00:38
            11:00 woke
              keep marks: n1 unread; toasting: n1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              push c1(snoozed until 11:00 n1)
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 11:00:30
            into the past
        "##]],
    );
}

#[test]
fn a_snooze_that_the_server_tells_after_its_end_brings_nothing_back_again() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            let until = at("11:00");
            desk.act(
                "put off",
                Action::Snooze {
                    what: one(1),
                    until,
                },
            );
            desk.wake("11:30");
            desk.answers(&Outcome::Accepted);
            let mark = Mark::Snoozed { until };
            let mut own = desk.entry(Change::Marked {
                ids: vec![id(1)],
                mark,
            });
            own.at = at("10:00");
            let heard = desk.heard(vec![own]);
            desk.so_far().say("its own deed", heard);
            desk.wake("11:31");
            let mut known = item(1, 1, mark);
            known.marked.at = at("10:00");
            desk.say("a snapshot", page(1, Some(head(1)), vec![known], true));
            desk.wake("11:32");
        },
        expect![[r#"
            its own deed
              keep cursor: at 2
            11:31 woke
            a snapshot
              keep items: n1; entries: policy scopes; pending: c1(snoozed until 11:00 n1); cursor: snapshot; epoch: known
              push c1(snoozed until 11:00 n1)
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 11:31:30
            11:32 woke
              push c1(snoozed until 11:00 n1)
              wake 11:32:30
        "#]],
    );
}

#[test]
fn what_was_put_off_elsewhere_comes_back_here_too() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            let snoozed = desk.entry(Change::Marked {
                ids: vec![id(1)],
                mark: Mark::Snoozed { until: at("10:20") },
            });
            let heard = desk.heard(vec![snoozed]);
            desk.say("snoozed elsewhere", heard);
            desk.clock("2016-11-21T10:00:00Z");
            desk.say("the clock is set back", Message::Woke);
            desk.wake("10:20");
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            snoozed elsewhere
              keep marks: n1 snoozed until 10:20; toasted: n1; cursor: at 2
              withdraw n1
              hush n1
              tray Calm None "Campanile: Nothing unread"
              wake 10:20
            the clock is set back
              tray Calm None "Campanile: Nothing unread"
            10:20 woke
              keep marks: n1 unread; toasting: n1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
        "##]],
    );
}
