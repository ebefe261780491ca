//! What arrives: singly, in a burst, in a catch-up, twice.

use campanile_client::{
    act::Action,
    effect::Effect,
    message::{Loaded, Message},
};
use campanile_core::change::Change;
use expect_test::expect;
use serde_json::json;

use crate::stage::{Stage, cell, check, id, notice, one, toast, up};

#[test]
fn what_arrives_is_kept_before_it_is_shown_and_heard() {
    check(
        |desk| {
            desk.arrives(1, "operator_mentioned");
            desk.say("the toast is shown", Message::ToastShown(toast(1)));
        },
        expect![[r##"
            10:00 operator_mentioned n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "Ana Admin mentioned you" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play two-bells at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            the toast is shown
              keep toasted: n1
        "##]],
    );
}

#[test]
fn a_kind_that_is_ticked_for_the_bell_only_interrupts_nobody() {
    check(
        |desk| desk.arrives(1, "ticket_closed"),
        expect![[r#"
        10:00 ticket_closed n1 arrives
          keep items: n1; cursor: at 1
          tray Calm Digit(1) "Campanile: 1 unread"
    "#]],
    );
}

#[test]
fn the_same_event_told_twice_is_shown_once() {
    check(
        |desk| {
            let entry = desk.arrival(1, "conversation_assigned");
            let heard = desk.heard(vec![entry.clone(), entry.clone()]);
            desk.say("twice at once", heard);
            let heard = desk.heard(vec![entry]);
            desk.say("and again", heard);
        },
        expect![[r##"
            twice at once
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
              tray Calm Digit(1) "Campanile: 1 unread"
            and again
              keep cursor: at 1
        "##]],
    );
}

#[test]
fn what_was_known_at_the_start_interrupts_nobody_when_it_is_told_again() {
    check(
        |desk| {
            desk.clock("10:01");
            let old = desk.arrival(1, "sla_expired");
            let heard = desk.heard(vec![old.clone()]);
            desk.say("before", heard);
            let mut loaded = Loaded::default();
            loaded.inbox.apply(&old);
            desk.so_far();
            desk.load(loaded);
            let mut unknown = old;
            if let Change::Arrived { notice, .. } = &mut unknown.change {
                notice.id = id(2);
            }
            let heard = desk.heard(vec![unknown]);
            desk.say("an old place of the log, told again", heard);
        },
        expect![[r#"
              withdraw n1
              hush n1
              follow mira from Some("start")
            an old place of the log, told again
              keep items: n2; cursor: at 1
        "#]],
    );
}

#[test]
fn more_than_three_at_once_fold_into_one_and_one_melody_stands_for_all() {
    check(
        |desk| {
            let kinds = [
                "ticket_message",
                "ticket_message",
                "call_incoming",
                "ticket_message",
                "csat_negative",
            ];
            let entries = (1..)
                .zip(kinds)
                .map(|(n, kind)| desk.arrival(n, kind))
                .collect();
            let heard = desk.heard(entries);
            desk.say("five at once", heard);
            desk.clock("10:00:00.500");
            desk.arrives(6, "ticket_message");
            desk.wake("10:00:01");
            desk.clock("10:00:07");
            desk.arrives(7, "ticket_message");
        },
        expect![[r##"
            five at once
              keep items: n1..n5 (5); toasting: n1..n5 (5); cursor: at 5
              toast n3 "Incoming call" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              toast n1 "New message in a ticket" "#1" [Open, Mark read, In an hour] 5000 ms
              toast n2 "New message in a ticket" "#2" [Open, Mark read, In an hour] 5000 ms
              toast More "2 more notifications" "Negative CSAT: 1, Message in ticket: 1" [Open] 5000 ms
              play ring-ring at 70 for n3
              tray Urgent Digit(5) "Campanile: 5 unread"
            10:00:00.500 ticket_message n6 arrives
              keep items: n6; toasting: n6; cursor: at 6
              tray Urgent Digit(6) "Campanile: 6 unread"
              wake 10:00:01
            10:00:01 woke
              toast More "3 more notifications" "Message in ticket: 2, Negative CSAT: 1" [Open] 5000 ms
            10:00:07 ticket_message n7 arrives
              keep items: n7; toasting: n7; cursor: at 7
              toast n7 "New message in a ticket" "#7" [Open, Mark read, In an hour] 5000 ms
              tray Urgent Digit(7) "Campanile: 7 unread"
        "##]],
    );
}

#[test]
fn a_burst_of_a_thousand_is_a_few_toasts_and_one_sum() {
    check(
        |desk| {
            let entries = (1..=1_000)
                .map(|n| desk.arrival(n, "conversation_message"))
                .collect();
            let heard = desk.heard(entries);
            desk.say("a thousand", heard);
        },
        expect![[r##"
            a thousand
              keep items: n1..n1000 (1000); toasting: n1..n1000 (1000); cursor: at 1000
              toast n1 "New message for you" "#1" [Open, Mark read, In an hour] 5000 ms
              toast n2 "New message for you" "#2" [Open, Mark read, In an hour] 5000 ms
              toast n3 "New message for you" "#3" [Open, Mark read, In an hour] 5000 ms
              toast More "997 more notifications" "New message in a conversation I'm assigned to: 997" [Open] 5000 ms
              play soft-knock at 70 for n1
              tray Calm Many "Campanile: 1,000 unread"
        "##]],
    );
}

#[test]
fn an_event_whose_time_is_over_interrupts_nobody() {
    check(
        |desk| {
            let mut late = notice(1, "appointment_1_minute", desk.now);
            late.expires_at = Some(desk.now);
            let entry = desk.entry(Change::Arrived {
                notice: Box::new(late),
                bell: true,
                replaces: None,
            });
            let heard = desk.heard(vec![entry]);
            desk.say("too late", heard);
        },
        expect![[r#"
            too late
              keep items: n1; cursor: at 1
              tray Calm Digit(1) "Campanile: 1 unread"
        "#]],
    );
}

#[test]
fn whether_the_time_of_an_event_is_over_is_told_by_the_servers_clock() {
    const MINUTE_MS: i64 = 60_000;
    let mut told = String::new();
    for (ahead_min, over_in_min) in [(0, 5), (0, -5), (10, 5), (10, 15), (-10, -5), (-10, -15)] {
        let mut desk = Stage::signed_in();
        desk.tell(Message::Link(up(ahead_min * MINUTE_MS)));
        let mut event = notice(1, "appointment_1_minute", desk.now);
        event.expires_at = Some(desk.now.plus_ms(over_in_min * MINUTE_MS));
        let entry = desk.entry(Change::Arrived {
            notice: Box::new(event),
            bell: true,
            replaces: None,
        });
        let heard = desk.heard(vec![entry]);
        let effects = desk.tell(heard);
        let is_shown = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Toast(_)));
        told += &format!("{ahead_min:>3} min ahead, over in {over_in_min:>3} min: {is_shown}\n");
    }
    expect![[r#"
          0 min ahead, over in   5 min: true
          0 min ahead, over in  -5 min: false
         10 min ahead, over in   5 min: false
         10 min ahead, over in  15 min: true
        -10 min ahead, over in  -5 min: true
        -10 min ahead, over in -15 min: false
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_toast_shows_no_more_than_the_agent_allows() {
    check(
        |desk| {
            desk.prefers(vec![
                cell("*", "toast.shows", json!("nothing")),
                cell("*", "toast.duration_ms", json!(0)),
            ]);
            desk.so_far().arrives(1, "operator_mentioned");
        },
        expect![[r#"
            10:00 operator_mentioned n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              toast n1 "New notification" [Open, Mark read, In an hour] urgent stays
              play two-bells at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
        "#]],
    );
}

#[test]
fn a_clock_that_is_set_back_neither_repeats_nor_silences() {
    check(
        |desk| {
            desk.arrives(1, "conversation_assigned");
            desk.clock("2016-11-21T10:00:00Z");
            desk.say("ten years back", Message::Woke);
            desk.clock("2016-11-21T10:00:10Z");
            let entry = desk.arrival(2, "sla_expired");
            let heard = desk.heard(vec![entry]);
            desk.say("another arrives", heard);
        },
        expect![[r##"
            10:00 conversation_assigned n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
              tray Calm Digit(1) "Campanile: 1 unread"
            ten years back
              tray Calm Digit(1) "Campanile: 1 unread"
            another arrives
              keep items: n2; toasting: n2; cursor: at 2
              toast n2 "SLA breached" "#2" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n2
              tray Urgent Digit(2) "Campanile: 2 unread"
        "##]],
    );
}

#[test]
fn what_lasts_for_a_while_lasts_no_longer_when_the_clock_is_set_back() {
    check(
        |desk| {
            desk.prefers(vec![
                cell("*", "sound.repeats", json!(true)),
                cell("*", "toast.repeats", json!(1)),
            ]);
            desk.arrives(1, "sla_expired");
            desk.arrives(2, "call_missed");
            desk.so_far();
            desk.act("read", Action::Read { what: one(2) });
            desk.act("remove", Action::Remove { what: one(2) });
            desk.clock("10:00:02");
            desk.say("two seconds", Message::Woke);
            desk.clock("09:00:02");
            desk.say("an hour back", Message::Woke);
            desk.wake("09:00:08");
            desk.wake("09:00:30");
            desk.wake("09:00:38");
        },
        expect![[r##"
            read
              keep marks: n2 read; pending: c1(read n2); toasted: n2
              withdraw n2
              push c1(read n2)
              tray Urgent Digit(1) "Campanile: 1 unread"
            remove
              keep marks: n2 removed; pending: c2(removed n2)
              wake 10:00:08
            two seconds
            an hour back
              wake 09:00:08
            09:00:08 woke
              push c2(removed n2)
              wake 09:00:30
            09:00:30 woke
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              push c1(read n2) c2(removed n2)
              wake 09:01
            09:00:38 woke
        "##]],
    );
}

#[test]
fn what_is_told_again_with_another_content_is_replaced_and_rings_nobody() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.so_far();
            let entry = desk.arrival(1, "sla_expired");
            let heard = desk.heard(vec![entry]);
            desk.say("the same", heard);
            let mut entry = desk.arrival(1, "conversation_assigned");
            if let Change::Arrived { notice, .. } = &mut entry.change {
                notice.body = Some("Another".into());
            }
            let heard = desk.heard(vec![entry]);
            desk.say("another", heard);
            let (first, mut second) = (
                desk.arrival(2, "sla_expired"),
                desk.arrival(2, "sla_expired"),
            );
            if let Change::Arrived { notice, .. } = &mut second.change {
                notice.body = Some("The second copy".into());
            }
            let heard = desk.heard(vec![first, second]);
            desk.say("both in one frame", heard);
        },
        expect![[r##"
            the same
              keep cursor: at 2
            another
              keep items: n1; cursor: at 3
              tray Calm Digit(1) "Campanile: 1 unread"
            both in one frame
              keep items: n2; toasting: n2; cursor: at 5
              toast n2 "SLA breached" "#2\nThe second copy" [Open, Mark read, In an hour] urgent 5000 ms
              tray Urgent Digit(2) "Campanile: 2 unread"
        "##]],
    );
}
