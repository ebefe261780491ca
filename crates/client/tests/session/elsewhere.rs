//! The agent's other desks: they wait ten seconds while the agent is active at one, if the agent wants that (R5).

use campanile_client::{
    effect::Effect,
    message::{Link, Message},
    session::Now,
};
use campanile_core::{
    change::{Change, Mark},
    time::Timestamp,
};
use campanile_protocol::frame::Presence;
use expect_test::expect;
use serde_json::json;

use crate::stage::{Stage, at, cell, check, id, nights, notice};

/// What the server tells of where the agent is active.
fn active_until(until: Option<Timestamp>) -> Message {
    Message::Presence(Presence {
        availability: None,
        active_until: until,
        focused_until: None,
        source: None,
        conversation: None,
    })
}

/// The agent wants the others to wait, and is active at another desk; this machine was last touched an hour ago.
fn idle_here(desk: &mut Stage) {
    desk.prefers(vec![cell("*", "others_wait", json!(true))]);
    desk.tell(Message::Input {
        idle_ms: Some(3_600_000),
    });
    desk.tell(active_until(Some(at("10:02"))));
    desk.so_far();
}

#[test]
fn a_desk_waits_ten_seconds_for_the_one_where_the_agent_is() {
    check(
        |desk| {
            idle_here(desk);
            desk.arrives(1, "sla_expired");
            desk.say(
                "still idle",
                Message::Input {
                    idle_ms: Some(3_600_000),
                },
            );
            desk.wake("10:00:09");
            desk.wake("10:00:10");
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              LookForInput
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 10:00:10
            still idle
            10:00:09 woke
            10:00:10 woke
              keep toasting: n1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              wake 10:00:30
        "##]],
    );
}

#[test]
fn what_is_read_within_the_ten_seconds_is_never_told() {
    check(
        |desk| {
            idle_here(desk);
            desk.arrives(1, "sla_expired");
            desk.clock("10:00:05");
            let read = desk.entry(Change::Marked {
                ids: vec![id(1)],
                mark: Mark::Read,
            });
            let heard = desk.heard(vec![read]);
            desk.say("read at the other desk", heard);
            desk.wake("10:00:10");
        },
        expect![[r#"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              LookForInput
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 10:00:10
            read at the other desk
              keep marks: n1 read; toasted: n1; cursor: at 3
              tray Calm None "Campanile: Nothing unread"
              wake 10:00:30
            10:00:10 woke
        "#]],
    );
}

#[test]
fn who_comes_back_to_this_desk_is_told_at_once() {
    check(
        |desk| {
            idle_here(desk);
            desk.arrives(1, "call_missed");
            desk.clock("10:00:01");
            desk.say("touched", Message::Input { idle_ms: Some(500) });
            desk.arrives(2, "call_missed");
        },
        expect![[r##"
            10:00 call_missed n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              LookForInput
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 10:00:10
            touched
              keep toasting: n1
              toast n1 "Missed call" "#1" [Open, Mark read, In an hour] 5000 ms
              push c1(active at 10:00:00.500)
              wake 10:00:30
            10:00:01 call_missed n2 arrives
              keep items: n2; toasting: n2; cursor: at 3
              toast n2 "Missed call" "#2" [Open, Mark read, In an hour] 5000 ms
              tray Calm Digit(2) "Campanile: 2 unread"
        "##]],
    );
}

#[test]
fn quiet_that_began_meanwhile_holds_what_waited() {
    check(
        |desk| {
            idle_here(desk);
            desk.prefers(vec![nights()]);
            desk.clock("18:59:55");
            desk.tell(active_until(Some(at("19:01"))));
            desk.so_far().arrives(1, "call_missed");
            desk.wake("19:00:05");
        },
        expect![[r#"
            18:59:55 call_missed n1 arrives
              keep items: n1; toasting: n1; cursor: at 3
              LookForInput
              tray Calm Digit(1) "Campanile: 1 unread"
            19:00:05 woke
              keep toasting: n1
              tray Quiet Digit(1) "Campanile: 1 unread, quiet until 08:00"
              wake 19:00:25
        "#]],
    );
}

#[test]
fn a_desk_that_is_touched_tells_the_others_now_and_then() {
    check(
        |desk| {
            desk.prefers(vec![cell("*", "others_wait", json!(true))]);
            desk.say(
                "touched",
                Message::Input {
                    idle_ms: Some(1_000),
                },
            );
            desk.wake("10:00:30");
            desk.say("touched", Message::Input { idle_ms: Some(0) });
            desk.wake("10:01");
            desk.say("touched", Message::Input { idle_ms: Some(0) });
            desk.wake("10:01:30");
            desk.say(
                "let be",
                Message::Input {
                    idle_ms: Some(121_000),
                },
            );
            desk.say("the system does not tell", Message::Input { idle_ms: None });
            let cut = Link::Offline {
                retry_at: at("10:02"),
                why: "no_answer",
            };
            desk.say("offline", Message::Link(cut));
            desk.clock("10:02");
            desk.say("touched", Message::Input { idle_ms: Some(0) });
        },
        expect![[r#"
            preferences arrive
              keep cells: */*/others_wait=true; cursor: at 1
              LookForInput
              wake 10:00:30
            touched
              push c1(active at 09:59:59)
            10:00:30 woke
              LookForInput
              wake 10:01
            touched
            10:01 woke
              LookForInput
              wake 10:01:30
            touched
              push c2(active at 10:01)
            10:01:30 woke
              LookForInput
              wake 10:02
            let be
            the system does not tell
            offline
              tray Offline None "Campanile: Nothing unread, offline since 10:01"
            touched
        "#]],
    );
}

#[test]
fn without_the_choice_nobody_waits_and_nothing_is_looked_at() {
    let mut desk = Stage::signed_in();
    desk.tell(active_until(Some(at("10:02"))));
    let entry = desk.arrival(1, "call_missed");
    let heard = desk.heard(vec![entry]);
    let effects = desk.tell(heard);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Toast(_)))
    );
    assert!(!effects.contains(&Effect::LookForInput));
    let why = desk
        .session
        .why(&notice(1, "call_missed", desk.now), &Now { wall: desk.now });
    assert!(why.lines[0].fired);
}

#[test]
fn what_waits_says_so_to_who_asks_why() {
    let mut desk = Stage::signed_in();
    idle_here(&mut desk);
    desk.arrives(1, "sla_expired");
    let why = desk
        .session
        .why(&notice(1, "sla_expired", desk.now), &Now { wall: desk.now });
    let told: Vec<_> = why
        .lines
        .iter()
        .map(|line| (line.fired, line.reason.as_str()))
        .collect();
    let kept = "kept back for ten seconds, as you were active at another computer";
    assert_eq!(told, [(false, kept), (false, kept)]);
}
