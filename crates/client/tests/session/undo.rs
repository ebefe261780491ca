//! What is chosen at once for many kinds, and own melodies: both can be taken back for a while.

use campanile_client::{
    act::Action,
    message::{Message, OwnMelody},
    session::Now,
};
use campanile_core::{
    change::{Change, Entry},
    preferences::{Cell, Scope},
};
use expect_test::expect;
use serde_json::{Value, json};

use crate::stage::{Stage, at, cell, check};

const DOOR: &str = "own:4f1c.ogg";

fn toasts(on: bool) -> Vec<Cell> {
    ["call_missed", "fax_received"]
        .map(|kind| cell(kind, "channel.toast", json!(on)))
        .to_vec()
}

/// Writes down what can be undone, whether toasts of two kinds are on, and the own melodies.
fn shown(desk: &mut Stage) {
    let now = Now { wall: desk.now };
    let view = desk.session.preferences_view(&Scope::Everything, &now);
    let on = view
        .groups
        .iter()
        .flat_map(|group| &group.kinds)
        .filter(|kind| {
            ["call_missed", "fax_received"].contains(&kind.id.as_str()) && kind.cells[1].on
        });
    let on: Vec<_> = on.map(|kind| kind.id.as_str()).collect();
    let own = view.melodies.iter().filter_map(|own| own.file.as_deref());
    let own: Vec<_> = own.collect();
    let line = format!(
        "  undo {:?}, toasts {}, own {own:?}\n",
        view.common.undo,
        on.join(" ")
    );
    desk.written.push_str(&line);
}

fn has_door(desk: &mut Stage) {
    let door = OwnMelody {
        id: DOOR.into(),
        name: "door.ogg".into(),
    };
    desk.tell(Message::OwnMelodies(vec![door]));
}

#[test]
fn many_choices_at_once_can_be_undone_for_a_while() {
    check(
        |desk| {
            desk.prefers(vec![cell("fax_received", "channel.toast", json!(false))]);
            desk.so_far();
            desk.act(
                "both on",
                Action::Prefer {
                    cells: toasts(true),
                },
            );
            desk.act(
                "both off",
                Action::Prefer {
                    cells: toasts(false),
                },
            );
            shown(desk);
            desk.act("undo", Action::Undo);
            shown(desk);
            desk.act("undo once more", Action::Undo);
            desk.act(
                "off again",
                Action::Prefer {
                    cells: toasts(false),
                },
            );
            desk.wake("10:00:08");
            shown(desk);
        },
        expect![[r#"
            both on
              keep cells: */call_missed/channel.toast=true */fax_received/channel.toast=true; pending: c1(*/call_missed/channel.toast=true */fax_received/channel.toast=true)
              wake 10:00:08
            both off
              keep cells: */call_missed/channel.toast=false */fax_received/channel.toast=false; pending: c2(*/call_missed/channel.toast=false */fax_received/channel.toast=false)
              push c1(*/call_missed/channel.toast=true */fax_received/channel.toast=true)
              undo Some("preferred:2"), toasts , own []
            undo
              keep cells: */call_missed/channel.toast=true */fax_received/channel.toast=true; taken back: c2
              wake 10:00:30
              undo None, toasts call_missed fax_received, own []
            undo once more
            off again
              keep cells: */call_missed/channel.toast=false */fax_received/channel.toast=false; pending: c3(*/call_missed/channel.toast=false */fax_received/channel.toast=false)
              wake 10:00:08
            10:00:08 woke
              push c3(*/call_missed/channel.toast=false */fax_received/channel.toast=false)
              wake 10:00:30
              undo None, toasts , own []
        "#]],
    );
}

#[test]
fn one_choice_is_told_at_once_and_one_that_meets_many_makes_them_final() {
    check(
        |desk| {
            desk.act(
                "many",
                Action::Prefer {
                    cells: toasts(false),
                },
            );
            let other = vec![cell("*", "volume", json!(40))];
            desk.act("another", Action::Prefer { cells: other });
            shown(desk);
            let same = vec![cell("call_missed", "channel.toast", json!(true))];
            desk.act("one of them", Action::Prefer { cells: same });
            shown(desk);
        },
        expect![[r#"
            many
              keep cells: */call_missed/channel.toast=false */fax_received/channel.toast=false; pending: c1(*/call_missed/channel.toast=false */fax_received/channel.toast=false)
              wake 10:00:08
            another
              keep cells: */*/volume=40; pending: c2(*/*/volume=40)
              push c2(*/*/volume=40)
              undo Some("preferred:2"), toasts , own []
            one of them
              keep cells: */call_missed/channel.toast=true; pending: c3(*/call_missed/channel.toast=true)
              push c1(*/call_missed/channel.toast=false */fax_received/channel.toast=false) c3(*/call_missed/channel.toast=true)
              wake 10:00:30
              undo None, toasts call_missed, own []
        "#]],
    );
}

#[test]
fn what_another_desk_chose_meanwhile_is_not_undone() {
    check(
        |desk| {
            desk.act(
                "many",
                Action::Prefer {
                    cells: toasts(false),
                },
            );
            desk.clock("10:00:03");
            let cells = vec![cell("call_missed", "channel.toast", json!(true))];
            let entry = Entry {
                at: at("10:00:02"),
                ..desk.entry(Change::Preferred { cells })
            };
            let heard = desk.heard(vec![entry]);
            desk.say("another desk", heard);
            desk.act("undo", Action::Undo);
            shown(desk);
        },
        expect![[r#"
            many
              keep cells: */call_missed/channel.toast=false */fax_received/channel.toast=false; pending: c1(*/call_missed/channel.toast=false */fax_received/channel.toast=false)
              wake 10:00:08
            another desk
              keep cells: */call_missed/channel.toast=true; cursor: at 1
            undo
              keep cells: */fax_received/channel.toast=inherit; taken back: c1
              undo None, toasts call_missed fax_received, own []
        "#]],
    );
}

#[test]
fn an_own_melody_is_removed_with_its_choices_and_comes_back_whole() {
    check(
        |desk| {
            has_door(desk);
            let cells = vec![cell("call_missed", "melody", json!(DOOR))];
            desk.act("choose", Action::Prefer { cells });
            desk.so_far();
            let remove = || Action::RemoveMelody {
                melody: DOOR.into(),
            };
            desk.act("remove", remove());
            shown(desk);
            desk.act("undo", Action::Undo);
            shown(desk);
            desk.act("remove", remove());
            // A list that was read before the file went changes nothing.
            has_door(desk);
            shown(desk);
            desk.wake("10:00:08");
            desk.act("remove once more", remove());
        },
        expect![[r#"
            remove
              keep cells: */call_missed/melody=inherit; pending: c2(*/call_missed/melody=inherit)
              wake 10:00:08
              undo Some("melody_removed:1"), toasts call_missed fax_received, own []
            undo
              keep cells: */call_missed/melody="own:4f1c.ogg"; taken back: c2
              wake 10:00:30
              undo None, toasts call_missed fax_received, own ["door.ogg"]
            remove
              keep cells: */call_missed/melody=inherit; pending: c3(*/call_missed/melody=inherit)
              wake 10:00:08
              undo Some("melody_removed:1"), toasts call_missed fax_received, own []
            10:00:08 woke
              RemoveMelody("own:4f1c.ogg")
              push c3(*/call_missed/melody=inherit)
              wake 10:00:30
            remove once more
        "#]],
    );
}

#[test]
fn a_melody_that_goes_is_deleted_even_if_somebody_signs_out() {
    check(
        |desk| {
            has_door(desk);
            let remove = Action::RemoveMelody {
                melody: DOOR.into(),
            };
            desk.act("remove", remove);
            desk.act("sign out", Action::SignOut);
        },
        expect![[r#"
            remove
              wake 10:00:08
            sign out
              RemoveMelody("own:4f1c.ogg")
              follow nobody
              sign out mira
              tray Attention None "Campanile: Not signed in"
        "#]],
    );
}

#[test]
fn a_melody_of_another_desk_is_told_apart_and_the_default_is_played_in_its_place() {
    let mut desk = Stage::signed_in();
    has_door(&mut desk);
    let melodies = |desk: &Stage| {
        let now = Now { wall: desk.now };
        let view = desk.session.preferences_view(&Scope::Everything, &now);
        let own = view.melodies.into_iter().filter(|it| it.id.contains(':'));
        own.map(|it| format!("{} {:?} {}", it.id, it.file, it.elsewhere))
            .collect::<Vec<_>>()
    };
    desk.prefers(vec![cell(
        "conversation_assigned",
        "melody",
        json!("own:far.wav"),
    )]);
    assert_eq!(
        melodies(&desk),
        [
            "own:4f1c.ogg Some(\"door.ogg\") false",
            "own:far.wav None true"
        ]
    );
    let entry = desk.arrival(1, "conversation_assigned");
    let heard = desk.heard(vec![entry]);
    let played = desk
        .tell(heard)
        .into_iter()
        .find_map(|effect| match effect {
            campanile_client::effect::Effect::Play(play) => Some((play.melody, play.instead)),
            _ => None,
        });
    assert_eq!(played, Some(("own:far.wav".into(), "carillon".into())));
}

#[test]
fn the_preferences_are_opened_at_the_row_of_a_kind() {
    use campanile_client::view::Window::{Bell, Preferences};
    let mut desk = Stage::signed_in();
    let mut table = String::new();
    let mut see = |desk: &mut Stage, heading: &str, message: Message| {
        desk.tell(message);
        let now = Now { wall: desk.now };
        let view = desk.session.preferences_view(&Scope::Everything, &now);
        let at = view.at_kind.map(|at| format!("{} {}", at.kind, at.turn));
        table += &format!("{heading}: {at:?}\n");
    };
    let show = |kind: Value| {
        let show = json!({ "do": "show", "window": "preferences", "kind": kind });
        Message::Act(serde_json::from_value(show).expect("a deed"))
    };
    see(&mut desk, "the bell opens", Message::Windows(vec![Bell]));
    see(&mut desk, "a kind", show(json!("sla_expired")));
    see(
        &mut desk,
        "both are open",
        Message::Windows(vec![Bell, Preferences]),
    );
    see(&mut desk, "the same again", show(json!("sla_expired")));
    see(
        &mut desk,
        "the bell closes",
        Message::Windows(vec![Preferences]),
    );
    see(&mut desk, "one for admins", show(json!("wallet_warning")));
    see(
        &mut desk,
        "one that nobody knows",
        show(json!("unheard_of")),
    );
    see(&mut desk, "another", show(json!("call_missed")));
    see(&mut desk, "the window itself", show(Value::Null));
    see(&mut desk, "another", show(json!("call_missed")));
    see(&mut desk, "it closes", Message::Windows(vec![]));
    expect![[r#"
        the bell opens: None
        a kind: Some("sla_expired 1")
        both are open: Some("sla_expired 1")
        the same again: Some("sla_expired 2")
        the bell closes: Some("sla_expired 2")
        one for admins: None
        one that nobody knows: None
        another: Some("call_missed 5")
        the window itself: None
        another: Some("call_missed 7")
        it closes: None
    "#]]
    .assert_eq(&table);
}
