//! Quiet hours, mutes, and what comes after them.

use campanile_client::{
    act::{Action, Availability, QuietFor},
    message::Message,
};
use campanile_core::{change::Change, ids::SourceId};
use campanile_protocol::frame::Presence;
use expect_test::expect;
use serde_json::json;

use crate::stage::{at, cell, check, nights};

#[test]
fn what_a_night_held_is_one_summary_in_the_morning() {
    check(
        |desk| {
            desk.prefers(vec![nights()]);
            desk.clock("18:59:59");
            desk.arrives(1, "conversation_assigned");
            desk.wake("19:00");
            desk.clock("23:30");
            desk.arrives(2, "conversation_assigned");
            desk.arrives(3, "operator_mentioned");
            desk.clock("2026-11-22T03:00:00+02:00");
            desk.arrives(4, "sla_expired");
            desk.arrives(5, "ticket_closed");
            desk.wake("2026-11-22T08:00:00+02:00");
        },
        expect![[r##"
            preferences arrive
              keep cells: */*/quiet_hours={"on":true,"windows":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"end":"08:00","start":"19:00"}],"zone":"Europe/Kyiv"}; cursor: at 1
              tray Calm None "Campanile: Nothing unread"
              wake 19:00
            18:59:59 conversation_assigned n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              toast n1 "Ana Admin assigned a conversation to you" "#1" [Open, Mark read, In an hour] 5000 ms
              play carillon at 70 for n1
              tray Calm Digit(1) "Campanile: 1 unread"
            19:00 woke
              tray Quiet Digit(1) "Campanile: 1 unread, quiet until 08:00"
            23:30 conversation_assigned n2 arrives
              keep items: n2; toasting: n2; cursor: at 3
              tray Quiet Digit(2) "Campanile: 2 unread, quiet until 08:00"
            23:30 operator_mentioned n3 arrives
              keep items: n3; toasting: n3; cursor: at 4
              toast n3 "Ana Admin mentioned you" "#3" [Open, Mark read, In an hour] urgent 5000 ms
              play two-bells at 70 for n3
              tray Urgent Digit(3) "Campanile: 3 unread, quiet until 08:00"
            2026-11-22 03:00 sla_expired n4 arrives
              keep items: n4; toasting: n4; cursor: at 5
              tray Urgent Digit(4) "Campanile: 4 unread, quiet until 08:00"
            2026-11-22 03:00 ticket_closed n5 arrives
              keep items: n5; cursor: at 6
              tray Urgent Digit(5) "Campanile: 5 unread, quiet until 08:00"
            2026-11-22T08:00:00+02:00 woke
              toast Summary "2 notifications while it was quiet" "New conversation assigned to me: 1, SLA breached: 1" [Open] 5000 ms
              tray Urgent Digit(5) "Campanile: 5 unread"
              wake 2026-11-22 19:00
        "##]],
    );
}

#[test]
fn a_night_in_which_the_clock_is_put_back_ends_at_eight_all_the_same() {
    check(
        |desk| {
            desk.clock("2026-10-24T12:00:00+03:00")
                .prefers(vec![nights()]);
            desk.wake("2026-10-24T19:00:00+03:00");
            desk.arrives(1, "sla_expired");
            desk.wake("2026-10-25T07:59:59+02:00");
            desk.wake("2026-10-25T08:00:00+02:00");
        },
        expect![[r#"
            preferences arrive
              keep cells: */*/quiet_hours={"on":true,"windows":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"end":"08:00","start":"19:00"}],"zone":"Europe/Kyiv"}; cursor: at 1
              tray Calm None "Campanile: Nothing unread"
              wake 2026-10-24 19:00
            2026-10-24T19:00:00+03:00 woke
              tray Quiet None "Campanile: Nothing unread, quiet until 08:00"
            2026-10-24 19:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              tray Urgent Digit(1) "Campanile: 1 unread, quiet until 08:00"
            2026-10-25T07:59:59+02:00 woke
              tray Urgent Digit(1) "Campanile: 1 unread, quiet until 08:00"
              wake 2026-10-25 08:00
            2026-10-25T08:00:00+02:00 woke
              toast Summary "1 notification while it was quiet" "SLA breached: 1" [Open] 5000 ms
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 2026-10-25 19:00
        "#]],
    );
}

#[test]
fn a_mute_ends_by_its_time_or_by_the_person() {
    check(
        |desk| {
            desk.act(
                "mute for half an hour",
                Action::Quiet {
                    how: QuietFor::HalfAnHour,
                },
            );
            desk.arrives(1, "sla_expired");
            desk.wake("10:30");
            desk.act(
                "mute until I say",
                Action::Quiet {
                    how: QuietFor::UntilISay,
                },
            );
            desk.arrives(2, "sla_expired");
            desk.act("off", Action::Quiet { how: QuietFor::Off });
        },
        expect![[r#"
            mute for half an hour
              keep cells: */*/mute={"until":"2026-11-21T08:30:00.000Z"}; pending: c1(*/*/mute={"until":"2026-11-21T08:30:00.000Z"})
              push c1(*/*/mute={"until":"2026-11-21T08:30:00.000Z"})
              tray Quiet None "Campanile: Nothing unread, quiet until 10:30"
              wake 10:00:30
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              tray Urgent Digit(1) "Campanile: 1 unread, quiet until 10:30"
            10:30 woke
              toast Summary "1 notification while it was quiet" "SLA breached: 1" [Open] 5000 ms
              push c1(*/*/mute={"until":"2026-11-21T08:30:00.000Z"})
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 10:30:30
            mute until I say
              keep cells: */*/mute={"until":null}; pending: c2(*/*/mute={"until":null})
              push c2(*/*/mute={"until":null})
              tray Urgent Digit(1) "Campanile: 1 unread, quiet until you say"
            10:30 sla_expired n2 arrives
              keep items: n2; toasting: n2; cursor: at 2
              tray Urgent Digit(2) "Campanile: 2 unread, quiet until you say"
            off
              keep cells: */*/mute=inherit */*/excused_until=inherit; pending: c3(*/*/mute=inherit */*/excused_until=inherit)
              toast Summary "2 notifications while it was quiet" "SLA breached: 2" [Open] 5000 ms
              push c3(*/*/mute=inherit */*/excused_until=inherit)
              tray Urgent Digit(2) "Campanile: 2 unread"
        "#]],
    );
}

#[test]
fn off_ends_the_present_window_and_the_next_comes_at_its_time() {
    check(
        |desk| {
            desk.prefers(vec![nights()]);
            desk.so_far();
            desk.wake("19:00");
            desk.clock("19:10");
            desk.arrives(1, "sla_expired");
            desk.act("off", Action::Quiet { how: QuietFor::Off });
            desk.clock("19:11");
            desk.arrives(2, "sla_expired");
            desk.wake("2026-11-22T19:00:00+02:00");
        },
        expect![[r##"
            19:00 woke
              tray Quiet None "Campanile: Nothing unread, quiet until 08:00"
            19:10 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 2
              tray Urgent Digit(1) "Campanile: 1 unread, quiet until 08:00"
            off
              keep cells: */*/mute=inherit */*/excused_until="2026-11-22T06:00:00.000Z"; pending: c1(*/*/mute=inherit */*/excused_until="2026-11-22T06:00:00.000Z")
              toast Summary "1 notification while it was quiet" "SLA breached: 1" [Open] 5000 ms
              push c1(*/*/mute=inherit */*/excused_until="2026-11-22T06:00:00.000Z")
              tray Urgent Digit(1) "Campanile: 1 unread"
              wake 19:10:30
            19:11 sla_expired n2 arrives
              keep items: n2; toasting: n2; cursor: at 3
              toast n2 "SLA breached" "#2" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n2
              push c1(*/*/mute=inherit */*/excused_until="2026-11-22T06:00:00.000Z")
              tray Urgent Digit(2) "Campanile: 2 unread"
              wake 19:11:30
            2026-11-22T19:00:00+02:00 woke
              push c1(*/*/mute=inherit */*/excused_until="2026-11-22T06:00:00.000Z")
              tray Urgent Digit(2) "Campanile: 2 unread, quiet until 08:00"
              wake 2026-11-22 19:00:30
        "##]],
    );
}

#[test]
fn until_morning_is_eight_by_the_agent_s_wall() {
    check(
        |desk| {
            desk.act(
                "until morning",
                Action::Quiet {
                    how: QuietFor::UntilMorning,
                },
            )
        },
        expect![[r#"
            until morning
              keep cells: */*/mute={"until":"2026-11-22T06:00:00.000Z"}; pending: c1(*/*/mute={"until":"2026-11-22T06:00:00.000Z"})
              push c1(*/*/mute={"until":"2026-11-22T06:00:00.000Z"})
              tray Quiet None "Campanile: Nothing unread, quiet until 08:00"
              wake 10:00:30
        "#]],
    );
}

#[test]
fn what_was_held_and_then_read_is_not_summed_up() {
    check(
        |desk| {
            desk.act(
                "mute",
                Action::Quiet {
                    how: QuietFor::UntilISay,
                },
            );
            desk.arrives(1, "sla_expired");
            desk.act(
                "read it",
                Action::Read {
                    what: crate::stage::one(1),
                },
            );
            desk.act("off", Action::Quiet { how: QuietFor::Off });
        },
        expect![[r#"
            mute
              keep cells: */*/mute={"until":null}; pending: c1(*/*/mute={"until":null})
              push c1(*/*/mute={"until":null})
              tray Quiet None "Campanile: Nothing unread, quiet until you say"
              wake 10:00:30
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              tray Urgent Digit(1) "Campanile: 1 unread, quiet until you say"
            read it
              keep marks: n1 read; pending: c2(read n1); toasted: n1
              push c2(read n1)
              tray Quiet None "Campanile: Nothing unread, quiet until you say"
            off
              keep cells: */*/mute=inherit */*/excused_until=inherit; pending: c3(*/*/mute=inherit */*/excused_until=inherit)
              push c3(*/*/mute=inherit */*/excused_until=inherit)
              tray Calm None "Campanile: Nothing unread"
        "#]],
    );
}

#[test]
fn a_muted_kind_is_silent_even_where_it_always_alerts() {
    check(
        |desk| {
            desk.prefers(vec![cell(
                "operator_mentioned",
                "mute",
                json!({ "until": at("11:00") }),
            )]);
            desk.so_far().arrives(1, "operator_mentioned");
            desk.clock("11:00");
            desk.arrives(2, "operator_mentioned");
        },
        expect![[r##"
            10:00 operator_mentioned n1 arrives
              keep items: n1; cursor: at 2
              tray Urgent Digit(1) "Campanile: 1 unread"
            11:00 operator_mentioned n2 arrives
              keep items: n2; toasting: n2; cursor: at 3
              toast n2 "Ana Admin mentioned you" "#2" [Open, Mark read, In an hour] urgent 5000 ms
              play two-bells at 70 for n2
              tray Urgent Digit(2) "Campanile: 2 unread"
        "##]],
    );
}

#[test]
fn an_agent_who_looks_at_the_inbox_is_not_interrupted() {
    check(
        |desk| {
            let focused_until = Some(at("10:00:30"));
            let availability = Some("busy".to_owned());
            desk.say(
                "presence",
                Message::Presence(Presence {
                    availability,
                    focused_until,
                    active_until: None,
                    source: None,
                    conversation: None,
                }),
            );
            desk.arrives(1, "sla_expired");
            desk.clock("10:00:30");
            desk.arrives(2, "sla_expired");
            desk.act(
                "available",
                Action::Available {
                    as_what: Availability::Available,
                },
            );
        },
        expect![[r##"
            presence
              tray Calm None "Campanile: Nothing unread"
            10:00 sla_expired n1 arrives
              keep items: n1; cursor: at 1
              tray Urgent Digit(1) "Campanile: 1 unread"
            10:00:30 sla_expired n2 arrives
              keep items: n2; toasting: n2; cursor: at 2
              toast n2 "SLA breached" "#2" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n2
              tray Urgent Digit(2) "Campanile: 2 unread"
            available
              push c1(available)
              tray Urgent Digit(2) "Campanile: 2 unread"
              wake 10:01
        "##]],
    );
}

#[test]
fn with_the_stricter_choice_only_the_conversation_on_screen_is_silent() {
    check(
        |desk| {
            desk.prefers(vec![cell("*", "focus", json!("conversation"))]);
            desk.so_far();
            let looks_at = |source: &str| {
                Message::Presence(Presence {
                    availability: None,
                    focused_until: Some(at("10:00:30")),
                    active_until: None,
                    source: Some(SourceId::new(source).expect("a name")),
                    conversation: Some("c1".into()),
                })
            };
            desk.say("conversation 1 is on screen", looks_at("acme"));
            desk.arrives(1, "call_missed");
            desk.arrives(2, "call_missed");
            desk.say(
                "another source's conversation 1 is on screen",
                looks_at("shop"),
            );
            let mut again = desk.arrival(3, "call_missed");
            if let Change::Arrived { notice, .. } = &mut again.change {
                notice.conversation.as_mut().expect("one").id = "c1".into();
            }
            let heard = desk.heard(vec![again]);
            desk.say("one of conversation 1 arrives", heard);
        },
        expect![[r##"
            conversation 1 is on screen
            10:00 call_missed n1 arrives
              keep items: n1; cursor: at 2
              tray Calm Digit(1) "Campanile: 1 unread"
            10:00 call_missed n2 arrives
              keep items: n2; toasting: n2; cursor: at 3
              toast n2 "Missed call" "#2" [Open, Mark read, In an hour] 5000 ms
              tray Calm Digit(2) "Campanile: 2 unread"
            another source's conversation 1 is on screen
            one of conversation 1 arrives
              keep items: n3; toasting: n3; cursor: at 4
              toast n3 "Missed call" "#3" [Open, Mark read, In an hour] 5000 ms
        "##]],
    );
}
