//! The tray: its tooltip, its number, its menu.

use campanile_client::{
    act::{Action, QuietFor, What},
    message::{Link, Message},
    session::Now,
    view::MenuItem,
};
use campanile_protocol::changes::Outcome;
use expect_test::{Expect, expect};

use crate::stage::{Stage, at, check, nights, notice, one};

fn menu(desk: &Stage, expected: Expect) {
    let tray = desk.session.tray_view(&Now { wall: desk.now });
    expected.assert_eq(&format!(
        "{:?} {:?} {}\n{}",
        tray.mood,
        tray.badge,
        tray.tooltip,
        tray.menu_text()
    ));
}

#[test]
fn the_menu_alone_is_enough() {
    let mut desk = Stage::signed_in();
    menu(
        &desk,
        expect![[r#"
        Calm None Campanile: Nothing unread
        Nothing unread
        Mira Oak · Available >
          * Available
          Busy
          Away
        Quiet hours: off >
          30 minutes
          1 hour
          Until tomorrow 08:00
          Until I say
          [Off]
        [Mark all read]
        --
        Preferences…
        Test notification
        Quit
    "#]],
    );
    desk.prefers(vec![nights()]);
    for n in 1..=3 {
        desk.arrives(n, "ticket_message");
    }
    menu(
        &desk,
        expect![[r#"
        Calm Digit(3) Campanile: 3 unread
        3 unread
        Mira Oak · Available >
          * Available
          Busy
          Away
        Quiet hours: from 19:00 >
          30 minutes
          1 hour
          Until tomorrow 08:00
          Until I say
          [Off]
        Mark all read
        --
        Preferences…
        Test notification
        Quit
    "#]],
    );
    desk.wake("19:00");
    menu(
        &desk,
        expect![[r#"
        Quiet Digit(3) Campanile: 3 unread, quiet until 08:00
        3 unread
        Mira Oak · Available >
          * Available
          Busy
          Away
        Quiet until 08:00 >
          30 minutes
          1 hour
          Until tomorrow 08:00
          Until I say
          Off
        Mark all read
        --
        Preferences…
        Test notification
        Quit
    "#]],
    );
    desk.act(
        "",
        Action::Language {
            language: Some("uk".into()),
        },
    );
    menu(
        &desk,
        expect![[r#"
        Quiet Digit(3) Campanile: 3 непрочитані, тиша до 08:00
        3 непрочитані
        Mira Oak · На зв’язку >
          * На зв’язку
          Зайнято
          Немає на місці
        Тиша до 08:00 >
          30 хвилин
          1 година
          До завтра 08:00
          Доки не вимкну
          Вимкнути
        Позначити все прочитаним
        --
        Налаштування…
        Пробне сповіщення
        Вийти
    "#]],
    );
}

#[test]
fn the_tray_tells_what_is_wrong() {
    let desk = Stage::new();
    menu(
        &desk,
        expect![[r#"
        Attention None Campanile: Not signed in
        Sign in…
        --
        Preferences…
        Test notification
        Quit
    "#]],
    );
    let mut desk = Stage::signed_in();
    desk.arrives(1, "sla_expired");
    desk.tell(Message::Link(Link::Offline {
        retry_at: at("10:00:05"),
        why: "no_answer",
    }));
    desk.clock("10:42");
    menu(
        &desk,
        expect![[r#"
        Offline Digit(1) Campanile: 1 unread, offline since 10:00
        1 unread
        Mira Oak · Available >
          * Available
          Busy
          Away
        Quiet hours: off >
          30 minutes
          1 hour
          Until tomorrow 08:00
          Until I say
          [Off]
        Mark all read
        --
        Preferences…
        Test notification
        Quit
    "#]],
    );
    desk.tell(Message::Link(Link::SignedOut));
    menu(
        &desk,
        expect![[r#"
            Attention Digit(1) Campanile: 1 unread, signed out
            Sign in again…
            1 unread
            Mira Oak · Available >
              * Available
              Busy
              Away
            Quiet hours: off >
              30 minutes
              1 hour
              Until tomorrow 08:00
              Until I say
              [Off]
            Mark all read
            --
            Preferences…
            Test notification
            Quit
        "#]],
    );
}

#[test]
fn every_entry_of_the_menu_does_something() {
    fn actions(items: &[MenuItem]) -> Vec<Action> {
        let of = |item: &MenuItem| match item {
            MenuItem::Do { action, .. } => action.clone().into_iter().collect(),
            MenuItem::Sub { items, .. } => actions(items),
            MenuItem::Line => Vec::new(),
        };
        items.iter().flat_map(of).collect()
    }
    let mut desk = Stage::signed_in();
    desk.arrives(1, "sla_expired");
    let tray = desk.session.tray_view(&Now { wall: desk.now });
    for action in actions(&tray.menu) {
        desk.clock("10:30");
        let effects = desk.tell(Message::Act(action.clone()));
        assert!(!effects.is_empty(), "{action:?}");
    }
}

/// Writes down until which morning one can be quiet.
fn morning(desk: &mut Stage) {
    let view = desk.session.tray_view(&Now { wall: desk.now });
    let labels = view.menu.iter().flat_map(|item| match item {
        MenuItem::Sub { items, .. } => items.as_slice(),
        _ => &[],
    });
    let until = labels.filter_map(|item| match item {
        MenuItem::Do {
            label,
            action: Some(Action::Quiet {
                how: QuietFor::UntilMorning,
            }),
            ..
        } => Some(label.as_str()),
        _ => None,
    });
    let line: String = until.collect();
    desk.written.extend(["  ", &line, "\n"]);
}

#[test]
fn the_tray_is_drawn_anew_when_the_day_turns_and_when_the_night_ends() {
    check(
        |desk| {
            desk.writes_turns = true;
            for turn in [
                "23:59",
                "2026-11-22T00:00:00+02:00",
                "2026-11-22T04:00:00+02:00",
            ] {
                desk.wake(turn);
                morning(desk);
            }
        },
        expect![[r#"
            23:59 woke
              Until tomorrow 08:00
            2026-11-22T00:00:00+02:00 woke
              Check(Clock)
              tray Calm None "Campanile: Nothing unread"
              wake 2026-11-22 04:00
              Until 08:00
            2026-11-22T04:00:00+02:00 woke
              tray Calm None "Campanile: Nothing unread"
              wake 2026-11-23 00:00
              Until tomorrow 08:00
        "#]],
    );
}

#[test]
fn what_was_read_is_forgotten_after_its_retention() {
    check(
        |desk| {
            desk.arrives(1, "call_missed");
            desk.arrives(2, "call_missed");
            desk.act("read", Action::Read { what: one(1) });
            desk.answers(&Outcome::Accepted);
            desk.so_far().writes_turns = true;
            let unread = |n| Action::Unread {
                what: What::Row(notice(n, "call_missed", at("10:00")).row()),
            };
            desk.wake("2027-02-19T09:59:59+02:00");
            desk.tell(Message::Measured { offset_ms: 0 });
            desk.act("it is still there", unread(1));
            desk.act("read again", Action::Read { what: one(1) });
            desk.so_far();
            desk.wake("2027-05-21T10:00:00+02:00");
            desk.say("the server's clock", Message::Measured { offset_ms: 0 });
            desk.act("what was read is gone", unread(1));
            desk.act("what is unread is not", Action::Read { what: one(2) });
        },
        expect![[r#"
            2027-05-21T10:00:00+02:00 woke
              Check(Clock)
              push c2(unread n1) c3(read n1)
              tray Calm Digit(1) "Campanile: 1 unread"
              wake 2027-05-21 11:00:30
            the server's clock
              prune at 2027-05-21 11:00
            what was read is gone
            what is unread is not
              keep marks: n2 read; pending: c4(read n2); toasted: n2
              withdraw n2
              push c4(read n2)
              tray Calm None "Campanile: Nothing unread"
        "#]],
    );
}
