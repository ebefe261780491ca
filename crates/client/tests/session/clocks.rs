//! The clock beside the server's, and the zone rules.

use std::sync::Arc;

use campanile_client::{
    act::Action,
    message::Message,
    session::Now,
    view::{Part, PartState, QuietView, Window},
};
use campanile_core::zone::Rules;
use campanile_protocol::changes::Outcome;
use expect_test::expect;

use crate::stage::{Stage, at, nights, one, up};

/// Writes a part as the health page shows it.
fn part(desk: &Stage, part: Part) -> String {
    let bell = desk.session.bell_view(&Now { wall: desk.now });
    let parts = bell.common.parts.into_iter();
    parts
        .filter(|view| view.part == part)
        .map(|view| {
            let is = match view.is {
                PartState::Fails { code } => format!("fails ({code})"),
                PartState::Works { detail } if detail.is_empty() => "works".into(),
                PartState::Works { detail } => format!("works ({detail})"),
                other => format!("{other:?}"),
            };
            let measured = view.measured.map(|told| format!(": {told}"));
            format!("{is}{}\n", measured.unwrap_or_default())
        })
        .collect()
}

#[test]
fn the_clock_is_told_beside_the_server_s_and_warned_of_beyond_two_minutes() {
    let mut desk = Stage::new();
    desk.load(Default::default());
    let mut told = part(&desk, Part::Clock);
    for offset_ms in [
        999,
        -1_000,
        59_000,
        120_000,
        -120_001,
        7_500_000,
        -200_000_000,
    ] {
        desk.tell(Message::Link(up(offset_ms)));
        told += &part(&desk, Part::Clock);
    }
    desk.tell(Message::Act(Action::Language {
        language: Some("uk".into()),
    }));
    told += &part(&desk, Part::Clock);
    expect![[r#"
        Unknown
        works: agrees with the server’s
        works: 1 s ahead of the server’s
        works: 59 s behind the server’s
        works: 2 min behind the server’s
        fails (far): 2 min ahead of the server’s
        fails (far): 2 h behind the server’s
        fails (far): 2 days ahead of the server’s
        fails (far): на 2 дні попереду годинника сервера
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_clock_that_was_measured_anew_is_drawn_anew() {
    let mut desk = Stage::signed_in();
    desk.tell(Message::Windows(vec![Window::Preferences]));
    desk.so_far();
    desk.say("measured", Message::Measured { offset_ms: 300_000 });
    desk.written += &part(&desk, Part::Clock);
    expect![[r#"
        measured
          redraw
        fails (far): 5 min behind the server’s
    "#]]
    .assert_eq(&desk.written);
}

/// Rules of that release, by which every zone is five hours ahead of UTC: a TZif file with one type and a footer (RFC 9636).
fn rules(version: &str) -> Message {
    let (mut block, counts) = (b"TZif2".to_vec(), [0, 0, 0, 0, 1, 4]);
    block.extend([0; 15]);
    block.extend(counts.iter().flat_map(|count: &u32| count.to_be_bytes()));
    block.extend(18_000_i32.to_be_bytes());
    block.extend(b"\0\0+05\0");
    let tzif = [&block, &block, b"\n<+05>-5\n".as_slice()].concat();
    let released = "2026-11-20".parse().expect("a day");
    let rules = Rules::of_system(
        version.parse().expect("a release"),
        Some(released),
        move |_| Some(tzif.clone()),
    );
    Message::Zones(Arc::new(rules.newer_of(Rules::built_in())))
}

#[test]
fn zone_rules_say_whose_and_how_old_they_are() {
    let mut desk = Stage::signed_in();
    let mut told = part(&desk, Part::Zones);
    desk.tell(rules("2026g"));
    for moment in [
        "2026-11-20T12:00:00Z",
        "2026-11-21T12:00:00Z",
        "2027-11-21T12:00:00Z",
        "2026-01-01T12:00:00Z",
    ] {
        desk.clock(moment);
        told += &part(&desk, Part::Zones);
    }
    expect![[r#"
        works (2026f): built into Campanile, 24 days old
        works (2026g): of this system, of today
        works (2026g): of this system, 1 day old
        fails (old): of this system, 366 days old
        works (2026g): of this system
    "#]]
    .assert_eq(&told);
}

#[test]
fn quiet_hours_are_kept_by_rules_that_were_read_anew() {
    let mut desk = Stage::signed_in();
    desk.clock("17:30");
    desk.prefers(vec![nights()]);
    assert!(quiet(&desk).hold.is_none());
    desk.tell(rules("2026g"));
    // Where it is half past five in Kyiv, it is half past eight five hours ahead of UTC.
    assert!(quiet(&desk).hold.is_some());
    assert_eq!(quiet(&desk).offset_minutes, 300);
}

fn quiet(desk: &Stage) -> QuietView {
    let bell = desk.session.bell_view(&Now { wall: desk.now });
    bell.common.quiet
}

#[test]
fn what_could_not_be_read_is_told_beside_the_server_until_the_present_is_told_anew() {
    let mut desk = Stage::signed_in();
    let mut told = part(&desk, Part::Server);
    for count in [1, 1, 3, u32::MAX] {
        desk.tell(Message::Unreadable { count });
        told += &part(&desk, Part::Server);
    }
    desk.tell(crate::refill::page(
        0,
        Some(crate::refill::head(0)),
        vec![],
        true,
    ));
    told += &part(&desk, Part::Server);
    desk.tell(Message::Act(Action::Language {
        language: Some("uk".into()),
    }));
    for count in [1, 1, 3] {
        desk.tell(Message::Unreadable { count });
        told += &part(&desk, Part::Server);
    }
    expect![[r#"
        works
        works: 1 notification could not be read. Look for it on the platform, and update Campanile.
        works: 2 notifications could not be read. Look for them on the platform, and update Campanile.
        works: 5 notifications could not be read. Look for them on the platform, and update Campanile.
        works: 4,294,967,295 notifications could not be read. Look for them on the platform, and update Campanile.
        works
        works: 1 сповіщення не вдалося прочитати. Пошукайте його на платформі та оновіть Campanile.
        works: 2 сповіщення не вдалося прочитати. Пошукайте їх на платформі та оновіть Campanile.
        works: 5 сповіщень не вдалося прочитати. Пошукайте їх на платформі та оновіть Campanile.
    "#]].assert_eq(&told);
}

#[test]
fn a_clock_that_jumps_years_ahead_forgets_nothing_and_the_server_s_word_goes_on_forgetting() {
    let mut desk = Stage::signed_in();
    desk.arrives(1, "ticket_closed");
    desk.act("read", Action::Read { what: one(1) });
    desk.answers(&Outcome::Accepted);
    desk.so_far().writes_turns = true;
    desk.clock("2036-11-21T10:00:00+02:00");
    desk.say("ten years ahead", Message::Woke);
    let offset_ms = at("10:00").since_ms(desk.now);
    desk.say("the server's clock", Message::Measured { offset_ms });
    desk.act("it is still there", Action::Unread { what: one(1) });
    expect![[r#"
        ten years ahead
          Check(Clock)
          tray Calm None "Campanile: Nothing unread"
          wake 2036-11-22 00:00
        the server's clock
          prune at 10:00
        it is still there
          keep marks: n1 unread; pending: c2(unread n1)
          push c2(unread n1)
          tray Calm Digit(1) "Campanile: 1 unread"
          wake 2036-11-21 10:00:30
    "#]]
    .assert_eq(&desk.written);
}

#[test]
fn what_retention_no_longer_covers_goes_once_a_day_when_the_server_has_told_the_time() {
    let mut desk = Stage::new();
    desk.writes_turns = true;
    desk.load(Default::default());
    desk.connect();
    desk.clock("2026-11-22T00:00:00+02:00");
    desk.say("a new day", Message::Woke);
    desk.say("the server's clock", Message::Measured { offset_ms: 3_000 });
    desk.say("once more", Message::Measured { offset_ms: -60_000 });
    desk.clock("2026-11-23T00:00:00+02:00");
    desk.say("the next", Message::Woke);
    desk.say(
        "the server's is behind",
        Message::Measured { offset_ms: -60_000 },
    );
    expect![[r#"
          follow mira from Some("start")
          tray Calm None "Campanile: Nothing unread"
          wake 2026-11-22 00:00
          prune at 10:00
        a new day
          Check(Clock)
          tray Calm None "Campanile: Nothing unread"
          wake 2026-11-22 04:00
        the server's clock
          prune at 2026-11-22 00:00
        once more
        the next
          Check(Clock)
          tray Calm None "Campanile: Nothing unread"
          wake 2026-11-23 04:00
        the server's is behind
          prune at 2026-11-22 23:59
    "#]]
    .assert_eq(&desk.written);
}
