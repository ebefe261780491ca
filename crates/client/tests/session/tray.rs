//! The tray: its tooltip, its number, its menu.

use campanile_client::{
    act::Action,
    message::{Link, Message},
    session::Now,
    view::MenuItem,
};
use expect_test::{Expect, expect};

use crate::stage::{Stage, at, nights};

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
