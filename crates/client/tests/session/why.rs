//! "Why did this ring?": what the desk decided is told at once, what the server decided once it has answered.

use campanile_client::{
    act::Action,
    message::{Link, Message, Told},
    session::Now,
    view::Window,
};
use campanile_core::{
    channel::Channel,
    decide::{Outcome, Reason, Ruled, Verdict},
    preferences::Scope,
};
use expect_test::expect;
use serde_json::json;

use crate::stage::{Stage, cell, id, nights, notice};

/// Writes what the window would show.
fn why(desk: &Stage, n: u64, kind: &str) -> String {
    let why = desk
        .session
        .why(&notice(n, kind, desk.now), &Now { wall: desk.now });
    let mut told = format!("n{n} server {:?}\n", why.server);
    for line in why.lines {
        told += &format!("  {} {} {}\n", line.channel, line.fired, line.reason);
    }
    if !why.not_offered.is_empty() {
        told += &format!("  not offered: {}\n", why.not_offered.join(", "));
    }
    told
}

fn ruled(channel: Channel, outcome: Outcome, reason: Reason) -> Ruled {
    Ruled {
        channel,
        outcome,
        reason,
    }
}

#[test]
fn the_desk_tells_why_its_outlets_rang_or_did_not() {
    let mut desk = Stage::signed_in();
    desk.prefers(vec![
        nights(),
        cell("sla_expired", "channel.sound", json!(false)),
    ]);
    desk.arrives(1, "sla_expired");
    let mut told = why(&desk, 1, "sla_expired");
    desk.arrives(2, "conversation_message");
    desk.arrives(3, "conversation_message");
    told += &why(&desk, 3, "conversation_message");
    desk.wake("20:00");
    desk.arrives(4, "conversation_message");
    told += &why(&desk, 4, "conversation_message");
    desk.arrives(5, "operator_mentioned");
    told += &why(&desk, 5, "operator_mentioned");
    // One that came long ago.
    told += &why(&desk, 77, "ticket_closed");
    expect![[r#"
        n1 server Asking
          toast true on: the default
          sound true on: the default
        n3 server Asking
          toast true on: the default
          sound false another melody had just played
        n4 server Asking
          toast false held: quiet hours 19:00–08:00 Europe/Kyiv
          sound false held: quiet hours 19:00–08:00 Europe/Kyiv
        n5 server Asking
          toast true on: always alerts
          sound true on: always alerts
        n77 server Asking
          toast false off: the default
          sound false off: the default
    "#]]
    .assert_eq(&told);
}

#[test]
fn the_server_is_asked_when_somebody_asks_and_its_channels_join_the_desk_s() {
    let mut desk = Stage::signed_in();
    desk.tell(Message::Windows(vec![Window::Bell]));
    desk.arrives(1, "sla_expired");
    desk.so_far();
    desk.act("asked", Action::Why { id: id(1) });
    desk.written += &why(&desk, 1, "sla_expired");
    let line = Scope::parse("line:acme/l1").expect("a scope");
    let verdict = Verdict {
        urgent: true,
        rulings: vec![
            ruled(Channel::Webhook, Outcome::Silent, Reason::NotOffered),
            ruled(
                Channel::Email,
                Outcome::Silent,
                Reason::Chosen { scope: line },
            ),
            ruled(Channel::Bell, Outcome::Fires, Reason::Required),
            // What is the desk's to decide the server does not.
            ruled(Channel::Sound, Outcome::Silent, Reason::Unavailable),
        ],
    };
    let told = |n| Message::Verdict {
        id: id(n),
        told: Told::Verdict(verdict.clone()),
    };
    desk.say("an answer to what was asked before", told(2));
    desk.say("the server answers", told(1));
    desk.written += &why(&desk, 1, "sla_expired");
    expect![[r#"
        asked
          AskVerdict(EventId(0193490f-7b21-7cc3-8000-000000000001))
          redraw
        n1 server Asking
          toast true on: the default
          sound true on: the default
        an answer to what was asked before
        the server answers
          redraw
        n1 server Told
          bell true on: required by your administrator
          toast true on: the default
          sound true on: the default
          email false off: your choice for Support
          not offered: webhook
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn without_an_answer_it_is_said_that_the_server_could_not_be_asked() {
    let mut desk = Stage::signed_in();
    desk.arrives(1, "sla_expired");
    desk.so_far();
    desk.act("asked", Action::Why { id: id(1) });
    desk.say(
        "the server lacks it",
        Message::Verdict {
            id: id(1),
            told: Told::Lacks,
        },
    );
    desk.written += &why(&desk, 1, "sla_expired");
    desk.act("asked again", Action::Why { id: id(1) });
    let offline = Link::Offline {
        retry_at: desk.now,
        why: "no_answer",
    };
    desk.say("the link breaks", Message::Link(offline));
    desk.written += &why(&desk, 1, "sla_expired");
    desk.act("asked while there is no link", Action::Why { id: id(1) });
    desk.written += &why(&desk, 1, "sla_expired");
    expect![[r#"
        asked
          AskVerdict(EventId(0193490f-7b21-7cc3-8000-000000000001))
        the server lacks it
        n1 server Lacks
          toast true on: the default
          sound true on: the default
        asked again
          AskVerdict(EventId(0193490f-7b21-7cc3-8000-000000000001))
        the link breaks
          tray Offline Digit(1) "Campanile: 1 unread, offline since 10:00"
        n1 server NoAnswer
          toast true on: the default
          sound true on: the default
        asked while there is no link
        n1 server NoAnswer
          toast true on: the default
          sound true on: the default
    "#]]
    .assert_eq(&desk.written);
}
