//! What a panel reads of the icon, and what a click on it brings.

use campanile_client::{
    act::Availability,
    view::{Badge, TrayView},
};
use expect_test::expect;
use ksni::Tray as _;

use super::*;

fn item(view: TrayView) -> (Item, mpsc::Receiver<Message>) {
    let (events, heard) = mpsc::channel(8);
    (
        Item::new(Arc::new(view), events, watch::Sender::new(Host::Here)),
        heard,
    )
}

fn view() -> TrayView {
    let entry = |label: &str, action, checked| MenuItem::Do {
        label: label.into(),
        action,
        checked,
    };
    let available = |as_what| Some(Action::Available { as_what });
    TrayView {
        mood: Mood::Urgent,
        badge: Badge::Digit(3),
        tooltip: "Campanile: 3 unread".into(),
        menu: vec![
            entry(
                "3 unread",
                Some(Action::Show {
                    window: Window::Bell,
                    kind: None,
                }),
                None,
            ),
            MenuItem::Sub {
                label: "Mira_Oak".into(),
                items: vec![
                    entry("Available", available(Availability::Available), Some(false)),
                    entry("Busy", available(Availability::Busy), Some(true)),
                    entry("Away", available(Availability::Away), Some(false)),
                    MenuItem::Line,
                    entry("Alone", Some(Action::Test), Some(true)),
                ],
            },
            entry("Mark all read", None, None),
            MenuItem::Line,
            entry("Quit", Some(Action::Quit), None),
        ],
    }
}

#[test]
fn the_menu_is_drawn_as_it_was_given() {
    let (item, _heard) = item(view());
    expect![[r#"
        3 unread
        Mira__Oak
          ( ) Available
          (o) Busy
          ( ) Away
          --
          [x] Alone
        Mark all read (grey)
        --
        Quit
    "#]]
    .assert_eq(&written(&item.menu(), 0));
}

#[test]
fn a_click_brings_the_action_of_its_entry() {
    let (mut item, mut heard) = item(view());
    let mut menu = item.menu();
    let ksni::MenuItem::SubMenu(sub) = menu.remove(1) else {
        panic!("the second entry is a menu")
    };
    let Some(ksni::MenuItem::RadioGroup(group)) = sub.submenu.first() else {
        panic!("it begins with a choice")
    };
    (group.select)(&mut item, 2);
    (group.select)(&mut item, 9);
    let Some(ksni::MenuItem::Standard(quit)) = menu.last() else {
        panic!("the last entry is plain")
    };
    (quit.activate)(&mut item);
    item.activate(0, 0);
    drop(item);
    let heard: Vec<_> = std::iter::from_fn(|| heard.blocking_recv()).collect();
    let clicked = |action| Message::Clicked {
        action,
        activation: None,
    };
    assert_eq!(
        heard,
        [
            clicked(Action::Available {
                as_what: Availability::Away
            }),
            clicked(Action::Quit),
            clicked(Action::Show {
                window: Window::Bell,
                kind: None
            }),
        ]
    );
}

#[test]
fn what_is_urgent_asks_for_attention_and_shows_every_size() {
    let (mut item, _heard) = item(view());
    assert_eq!(item.status(), Status::NeedsAttention);
    let widths: Vec<_> = item.icon_pixmap().iter().map(|icon| icon.width).collect();
    assert_eq!(widths, [22, 24, 48]);
    let data = |icons: Vec<ksni::Icon>| icons.into_iter().map(|icon| icon.data);
    let before: Vec<_> = data(item.icon_pixmap()).collect();
    assert!(data(item.attention_icon_pixmap()).eq(before.iter().cloned()));
    item.show(Arc::new(TrayView {
        mood: Mood::Calm,
        ..view()
    }));
    assert_eq!(item.status(), Status::Active);
    assert!(item.attention_icon_pixmap().is_empty());
    assert!(data(item.icon_pixmap()).ne(before));
}

#[test]
fn opacity_comes_first() {
    assert_eq!(argb(vec![1, 2, 3, 4, 5, 6, 7, 8]), [4, 1, 2, 3, 8, 5, 6, 7]);
}

fn written(items: &[ksni::MenuItem<Item>], depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let line = |mark: &str, label: &str, enabled| {
        let grey = if enabled { "" } else { " (grey)" };
        format!("{indent}{mark}{label}{grey}\n")
    };
    let entry = |item: &ksni::MenuItem<Item>| match item {
        ksni::MenuItem::Standard(item) => line("", &item.label, item.enabled),
        ksni::MenuItem::Checkmark(item) => line(
            if item.checked { "[x] " } else { "[ ] " },
            &item.label,
            item.enabled,
        ),
        ksni::MenuItem::RadioGroup(group) => group
            .options
            .iter()
            .enumerate()
            .map(|(n, item)| {
                line(
                    if n == group.selected { "(o) " } else { "( ) " },
                    &item.label,
                    item.enabled,
                )
            })
            .collect(),
        ksni::MenuItem::SubMenu(sub) => {
            line("", &sub.label, sub.enabled) + &written(&sub.submenu, depth + 1)
        }
        ksni::MenuItem::Separator => line("", "--", true),
    };
    items.iter().map(entry).collect()
}
