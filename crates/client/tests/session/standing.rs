//! What becomes of toasts and melodies: taken back, kept apart, told again, made up for.

use campanile_client::{
    effect::Press,
    message::{Loaded, Message},
    view::{Part, PartState},
};
use campanile_core::change::{Change, Mark};
use expect_test::expect;
use serde_json::json;

use crate::stage::{cell, check, id, notice, toast};

#[test]
fn what_is_read_elsewhere_is_taken_back_here() {
    check(
        |desk| {
            desk.arrives(1, "operator_mentioned");
            let read = desk.entry(Change::Marked {
                ids: vec![id(1)],
                mark: Mark::Read,
            });
            let heard = desk.heard(vec![read]);
            desk.say("read on another desk", heard);
            let (a, b) = (
                desk.arrival(2, "call_incoming"),
                desk.arrival(3, "sla_expired"),
            );
            let answered = desk.entry(Change::Marked {
                ids: vec![id(2)],
                mark: Mark::Read,
            });
            let heard = desk.heard(vec![a, b, answered]);
            desk.say("two, one of them read already", heard);
        },
        expect![[r##"
            10:00 operator_mentioned n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "Ana Admin mentioned you" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play two-bells at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            read on another desk
              keep marks: n1 read; toasted: n1; cursor: at 2
              withdraw n1
              hush n1
              tray Calm None "Campanile: Nothing unread"
            two, one of them read already
              keep items: n2 n3; marks: n2 read; toasting: n3; cursor: at 5
              toast n3 "SLA breached" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              tray Urgent Digit(1) "Campanile: 1 unread"
        "##]],
    );
}

#[test]
fn a_more_specific_notice_takes_the_place_of_the_first() {
    check(
        |desk| {
            desk.arrives(1, "message_received");
            let notice = Box::new(notice(2, "operator_mentioned", desk.now));
            let entry = desk.entry(Change::Arrived {
                notice,
                bell: true,
                replaces: Some(id(1)),
            });
            let heard = desk.heard(vec![entry]);
            desk.say("it was a mention", heard);
        },
        expect![[r##"
            10:00 message_received n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "New message" "#1" [Open, Mark read, In an hour] 5000 ms
              tray Calm Digit(1) "Campanile: 1 unread"
            it was a mention
              keep items: n2; marks: n1 removed; toasting: n2; toasted: n1; cursor: at 2
              withdraw n1
              toast n2 "Ana Admin mentioned you" "#2" [Open, Mark read, In an hour] urgent 5000 ms
              play two-bells at 70 for n2
              tray Urgent Digit(1) "Campanile: 1 unread"
        "##]],
    );
}

#[test]
fn two_melodies_keep_their_distance_and_only_a_more_important_one_waits() {
    check(
        |desk| {
            desk.arrives(1, "conversation_message");
            desk.clock("10:00:01");
            desk.arrives(2, "conversation_message");
            desk.arrives(3, "call_incoming");
            desk.wake("10:00:03");
        },
        expect![[r##"
            10:00 conversation_message n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "New message for you" "#1" [Open, Mark read, In an hour] 5000 ms
              play soft-knock at 70 for n1
              tray Calm Digit(1) "Campanile: 1 unread"
            10:00:01 conversation_message n2 arrives
              keep items: n2; toasting: n2; cursor: at 2
              toast n2 "New message for you" "#2" [Open, Mark read, In an hour] 5000 ms
              tray Calm Digit(2) "Campanile: 2 unread"
            10:00:01 call_incoming n3 arrives
              keep items: n3; toasting: n3; cursor: at 3
              toast n3 "Incoming call" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              tray Urgent Digit(3) "Campanile: 3 unread"
              wake 10:00:03
            10:00:03 woke
              play ring-ring at 70 for n3
        "##]],
    );
}

#[test]
fn an_unread_toast_and_its_melody_come_again_until_read() {
    check(
        |desk| {
            desk.prefers(vec![
                cell("*", "toast.repeats", json!(2)),
                cell("*", "sound.repeats", json!(true)),
            ]);
            desk.so_far().arrives(1, "conversation_assigned");
            desk.wake("10:00:30");
            desk.wake("10:01:00");
            desk.wake("10:01:30");
            desk.say(
                "read by its button",
                Message::Pressed {
                    key: toast(1),
                    press: Press::Read,
                    activation: None,
                },
            );
        },
        expect![[r##"
            10:00 conversation_assigned n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:30
            10:00:30 woke
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
              wake 10:01
            10:01:00 woke
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
              wake 10:01:30
            10:01:30 woke
              play carillon at 70 for n1
              wake 10:02
            read by its button
              keep marks: n1 read; pending: c1(read n1); toasted: n1
              withdraw n1
              hush n1
              push c1(read n1)
              tray Calm None "Campanile: Nothing unread"
        "##]],
    );
}

#[test]
fn what_was_about_to_be_shown_when_the_desk_ended_is_summed_up_at_the_start() {
    check(
        |desk| {
            let (shown, read) = (
                desk.arrival(1, "sla_expired"),
                desk.arrival(2, "sla_expired"),
            );
            let marked = desk.entry(Change::Marked {
                ids: vec![id(2)],
                mark: Mark::Read,
            });
            let mut loaded = Loaded {
                toasting: vec![id(1), id(2)],
                ..Loaded::default()
            };
            for entry in [&shown, &read, &marked] {
                loaded.inbox.apply(entry);
            }
            desk.load(loaded);
            desk.wake("10:00:03");
        },
        expect![[r#"
              follow mira from Some("start")
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 10:00:03
            10:00:03 woke
              keep toasted: n2
              toast Summary "1 notification while you were away" "SLA breached: 1" [Open] 5000 ms
        "#]],
    );
}

#[test]
fn what_could_not_be_shown_is_summed_up_when_toasts_work_again() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.say("no daemon", Message::ToastFailed(toast(1)));
            desk.clock("10:05");
            let works = PartState::Works {
                detail: "dunst 1.9.0".into(),
            };
            desk.say("a daemon", Message::Part(Part::Toast, works));
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            no daemon
            a daemon
              toast Summary "1 notification while you were away" "SLA breached: 1" [Open] 5000 ms
        "##]],
    );
}

#[test]
fn a_desk_without_an_icon_or_a_keyring_says_so_once() {
    check(
        |desk| {
            desk.so_far();
            for _ in 0..2 {
                let fails = Part::Tray.fails("no_host");
                desk.say("no panel", Message::Part(Part::Tray, fails));
                let works = PartState::Works {
                    detail: "panel".into(),
                };
                desk.say("a panel", Message::Part(Part::Tray, works));
            }
            let waits = Part::Keyring.fails("waiting");
            desk.say("a keyring that starts", Message::Part(Part::Keyring, waits));
            let fails = Part::Keyring.fails("absent");
            desk.say("no keyring", Message::Part(Part::Keyring, fails));
        },
        expect![[r#"
            no panel
              toast App("tray") "Tray" "This desktop shows no tray icons. Turn them on in its settings; until then start Campanile again to open the bell." [] 5000 ms
            a panel
            no panel
            a panel
            a keyring that starts
            no keyring
              toast App("keyring") "Keyring" "There is no keyring on this computer: the sign-in ends with Campanile. Install one, such as gnome-keyring." [] 5000 ms
        "#]],
    );
}
