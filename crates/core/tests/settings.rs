//! What holds for a row and for the outlets, where the agent, the instance and the catalogue each have a word (R2, R17).

use campanile_core::{
    channel::Channel,
    decide,
    policy::{DefaultCell, Policy},
    preferences::{Cell, Preferences, Scope},
    time::Timestamp,
};
use serde_json::{Value, json};

fn chosen(kind: &str, choices: &[(&str, Value)]) -> Preferences {
    let mut preferences = Preferences::default();
    for (facet, value) in choices {
        let cell = Cell {
            scope: Scope::Everything,
            kind: kind.into(),
            facet: (*facet).into(),
            value: Some(value.clone()),
        };
        preferences.apply(&cell, Timestamp::from_ms(0));
    }
    preferences
}

#[test]
fn a_view_only_row_has_the_melody_the_volume_and_the_pin_of_the_instance() {
    let kind = "sla_expired";
    let choices = [
        ("melody", json!("fanfare")),
        ("volume", json!(10)),
        ("always_alert", json!(true)),
    ];
    let preferences = chosen(kind, &choices);
    let scopes = [Scope::Everything];
    let read = |extended_settings| {
        let policy = Policy {
            extended_settings,
            ..Policy::default()
        };
        (
            decide::melody(kind, &scopes, &preferences, &policy).to_owned(),
            decide::volume(kind, &scopes, &preferences, &policy),
            decide::always_alerts(kind, &scopes, &preferences, &policy),
        )
    };
    assert_eq!(read(true), ("fanfare".into(), 10, true));
    assert_eq!(read(false), ("alarm".into(), 100, false));
}

#[test]
fn where_the_agent_chose_nothing_the_settings_are_the_instances() {
    let default = |facet: &str, value| DefaultCell {
        kind: "*".into(),
        facet: facet.into(),
        value,
    };
    let policy = Policy {
        defaults: vec![
            default("toast.most", json!(1)),
            default("channel.sound", json!(false)),
        ],
        ..Policy::default()
    };
    let nothing = Preferences::default();
    assert_eq!(decide::settings(&nothing, &policy).toast.most, 1);
    assert!(!decide::channel_is_on(Channel::Sound, &nothing, &policy));
    let five = chosen("*", &[("toast.most", json!(5))]);
    assert_eq!(decide::settings(&five, &policy).toast.most, 5);
}
