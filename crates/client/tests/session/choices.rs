//! Choices: at once here, then at the server; and taken back if it refuses.

use campanile_client::{
    act::Action,
    message::{Loaded, Message},
    session::Now,
};
use campanile_core::{
    change::{Change, Place},
    channel::Channel,
    event::Reference,
    policy::{Policy, Ruling},
    preferences::{Cell, Scope},
};
use campanile_protocol::{
    changes::{Deed, Outcome, PushedChange},
    problem::Code,
};
use expect_test::expect;
use serde_json::json;

use crate::stage::{Stage, at, cell, check, scopes};

fn refused() -> Outcome {
    Outcome::Refused {
        problem: Code::Forbidden.because("Your administrator has locked it."),
    }
}

#[test]
fn a_choice_counts_for_the_next_arrival() {
    check(
        |desk| {
            let off = cell("ticket_created", "channel.toast", json!(false));
            desk.act("no toasts for it", Action::Prefer { cells: vec![off] });
            desk.arrives(1, "ticket_created");
        },
        expect![[r#"
            no toasts for it
              keep cells: */ticket_created/channel.toast=false; pending: c1(*/ticket_created/channel.toast=false)
              push c1(*/ticket_created/channel.toast=false)
              wake 10:00:30
            10:00 ticket_created n1 arrives
              keep items: n1; cursor: at 1
              tray Calm Digit(1) "Campanile: 1 unread"
        "#]],
    );
}

#[test]
fn a_refused_choice_is_taken_back_unless_another_was_made_since() {
    check(
        |desk| {
            desk.prefers(vec![cell("*", "volume", json!(40))]);
            desk.so_far();
            desk.act(
                "louder",
                Action::Prefer {
                    cells: vec![cell("*", "volume", json!(90))],
                },
            );
            desk.answers(&refused());
            desk.act(
                "preview",
                Action::Preview {
                    melody: "alarm".into(),
                    volume: None,
                },
            );
            desk.act(
                "louder again",
                Action::Prefer {
                    cells: vec![cell("*", "volume", json!(80))],
                },
            );
            desk.clock("10:00:01");
            desk.act(
                "and softer",
                Action::Prefer {
                    cells: vec![cell("*", "volume", json!(20))],
                },
            );
            desk.pushed.truncate(1);
            desk.answers(&refused());
            desk.act(
                "preview",
                Action::Preview {
                    melody: "alarm".into(),
                    volume: None,
                },
            );
        },
        expect![[r#"
            louder
              keep cells: */*/volume=90; pending: c1(*/*/volume=90)
              push c1(*/*/volume=90)
              wake 10:00:30
            the server answers
              keep cells: */*/volume=40; settled: c1
            preview
              play alarm at 40
            louder again
              keep cells: */*/volume=80; pending: c2(*/*/volume=80)
              push c2(*/*/volume=80)
              wake 10:00:30
            and softer
              keep cells: */*/volume=20; pending: c3(*/*/volume=20)
              push c3(*/*/volume=20)
            the server answers
              keep settled: c2
            preview
              play alarm at 20
        "#]],
    );
}

#[test]
fn a_choice_of_an_earlier_run_that_is_refused_asks_for_the_present() {
    check(
        |desk| {
            let cells = vec![cell("*", "volume", json!(90))];
            let id = campanile_core::ids::ChangeId(uuid::Uuid::from_u128(7));
            let pending = vec![PushedChange {
                id,
                at: at("09:00"),
                deed: Deed::Preferred { cells },
            }];
            desk.load(Loaded {
                pending,
                ..Loaded::default()
            });
            desk.connect();
            desk.answers(&refused());
        },
        expect![[r#"
              keep cells: */*/volume=90
              follow mira from Some("start")
              push c1(*/*/volume=90)
              wake 10:00:30
            the server answers
              keep settled: c1
              Resync
        "#]],
    );
}

#[test]
fn what_is_locked_or_makes_no_sense_is_not_chosen() {
    check(
        |desk| {
            let required = vec![Ruling {
                kind: "sla_expired".into(),
                channel: Some(Channel::Toast),
            }];
            let policy = Box::new(Policy {
                required,
                ..Policy::default()
            });
            let entry = desk.entry(Change::Policy { policy });
            let heard = desk.heard(vec![entry]);
            desk.say("a policy", heard);
            desk.prefers(vec![cell("*", "channel.sound", json!(false))]);
            for cell in [
                cell("sla_expired", "channel.toast", json!(false)),
                cell("csat_received", "melody", json!("alarm")),
                cell("ticket_created", "channel.sound", json!(true)),
                cell("*", "toast.most", json!(99)),
            ] {
                desk.act(
                    &format!("{} {}", cell.kind, cell.facet),
                    Action::Prefer { cells: vec![cell] },
                );
                let now = campanile_client::session::Now { wall: desk.now };
                let problem = desk.session.bell_view(&now).common.problem;
                desk.written.push_str(&format!("  problem {problem:?}\n"));
            }
        },
        expect![[r#"
            a policy
              keep entries: policy; cursor: at 1
            preferences arrive
              keep cells: */*/channel.sound=false; cursor: at 2
            sla_expired channel.toast
              problem Some("locked")
            csat_received melody
              problem Some("locked")
            ticket_created channel.sound
              problem Some("sound_off")
            * toast.most
              problem Some("bad_choice")
        "#]],
    );
}

#[test]
fn the_language_is_this_desk_s_own() {
    check(
        |desk| {
            desk.arrives(1, "sla_expired");
            desk.act(
                "Ukrainian",
                Action::Language {
                    language: Some("uk".into()),
                },
            );
            desk.arrives(2, "sla_expired");
            desk.act("the system's", Action::Language { language: None });
            desk.act(
                "dark",
                Action::Theme {
                    theme: Some("dark".into()),
                },
            );
            desk.act("test", Action::Test);
        },
        expect![[r##"
            10:00 sla_expired n1 arrives
              keep items: n1; toasting: n1; cursor: at 1
              toast n1 "SLA breached" "#1" [Open, Mark read, In an hour] urgent 5000 ms
              play alarm at 70 for n1
              tray Urgent Digit(1) "Campanile: 1 unread"
            Ukrainian
              KeepDesk(DeskSettings { language: Some("uk"), theme: None })
              tray Urgent Digit(1) "Campanile: 1 непрочитане"
            10:00 sla_expired n2 arrives
              keep items: n2; toasting: n2; cursor: at 2
              toast n2 "SLA порушено" "#2" [Відкрити, Прочитано, За годину] urgent 5000 ms
              tray Urgent Digit(2) "Campanile: 2 непрочитані"
            the system's
              KeepDesk(DeskSettings { language: None, theme: None })
              tray Urgent Digit(2) "Campanile: 2 unread"
            dark
              KeepDesk(DeskSettings { language: None, theme: Some("dark") })
            test
              toast App("test") "This is a notification of Campanile" "If you see this and hear a melody, both work." [] 5000 ms
              play carillon at 70
        "##]],
    );
}

#[test]
fn an_unknown_message_of_the_link_does_nothing() {
    check(
        |desk| drop(desk.say("answers to nobody's change", Message::Settled(vec![]))),
        expect![[r#"
        answers to nobody's change
    "#]],
    );
}

#[test]
fn a_line_is_followed_as_the_server_says_until_the_agent_chooses() {
    let mut desk = Stage::signed_in();
    let place = |scope: &str, follow| Place {
        scope: Scope::parse(scope).expect("a scope"),
        reference: Reference {
            id: scope.into(),
            name: None,
        },
        follow,
    };
    let mut scopes = scopes("Mira Oak");
    scopes.places = vec![
        place("line:acme/mine", Some(true)),
        place("line:acme/open", Some(false)),
        place("line:acme/foreign", None),
        place("team:acme/oak", None),
    ];
    let told = desk.entry(Change::Scopes {
        scopes: Box::new(scopes),
    });
    let heard = desk.heard(vec![told]);
    desk.tell(heard);
    let follows = |desk: &Stage| {
        let all = [
            "*",
            "line:acme/mine",
            "line:acme/open",
            "line:acme/foreign",
            "team:acme/oak",
        ];
        all.map(|scope| {
            let scope = Scope::parse(scope).expect("a scope");
            let view = desk
                .session
                .preferences_view(&scope, &Now { wall: desk.now });
            view.follow
        })
    };
    assert_eq!(follows(&desk), [None, Some(true), Some(false), None, None]);
    let choose = |scope: &str, value: Option<bool>| Cell {
        scope: Scope::parse(scope).expect("a scope"),
        value: value.map(Into::into),
        ..cell("*", "follow", json!(null))
    };
    let cells = vec![
        choose("line:acme/mine", Some(false)),
        choose("line:acme/open", Some(true)),
        // Where it has no part there is nothing to be said.
        choose("line:acme/foreign", Some(true)),
    ];
    desk.act("chosen", Action::Prefer { cells });
    assert_eq!(follows(&desk), [None, Some(false), Some(true), None, None]);
    let cells = vec![choose("line:acme/mine", None)];
    desk.act("taken back", Action::Prefer { cells });
    assert_eq!(follows(&desk), [None, Some(true), Some(true), None, None]);
}
