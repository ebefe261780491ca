//! What an admin requires, on a desk whose files or whose earlier build say otherwise (S14).

use campanile_client::{
    effect::Effect,
    message::{Loaded, Message},
};
use campanile_core::{
    channel::Channel,
    policy::{Policy, Ruling},
    preferences::{Cell, Scope},
    time::Timestamp,
};
use serde_json::{Value, json};

use crate::stage::{Stage, cell, scopes, up};

fn required() -> Policy {
    let required = vec![Ruling {
        kind: "sla_expired".into(),
        channel: Some(Channel::Toast),
    }];
    Policy {
        required,
        ..Policy::default()
    }
}

/// Says whether a notice that must be toasted is, on a desk whose store holds these choices.
fn is_toasted(chosen: Vec<(Cell, Timestamp)>) -> bool {
    let mut desk = Stage::new();
    desk.load(Loaded {
        policy: Some(required()),
        cells: chosen,
        ..Loaded::default()
    });
    desk.tell(Message::Link(up(0)));
    let entry = desk.arrival(1, "sla_expired");
    let heard = desk.heard(vec![entry]);
    let told = desk.tell(heard);
    told.iter().any(|effect| matches!(effect, Effect::Toast(_)))
}

#[test]
fn no_choice_that_was_written_past_the_lock_keeps_back_what_is_required() {
    let line = |value: Value| Cell {
        scope: Scope::parse("line:acme/l1").expect("a scope"),
        ..cell("sla_expired", "channel.toast", value)
    };
    let moments = [Timestamp::MIN, Timestamp::from_ms(0), Timestamp::MAX];
    for at in moments {
        for chosen in [
            cell("sla_expired", "channel.toast", json!(false)),
            cell("*", "channel.toast", json!(false)),
            cell("sla_expired", "channel.toast", json!("off")),
            cell("sla_expired", "channel.toast", json!(null)),
            cell("sla_expired", "channel.toast", json!([false])),
            line(json!(false)),
        ] {
            assert!(is_toasted(vec![(chosen.clone(), at)]), "{chosen:?} at {at}");
        }
    }
}

#[test]
fn a_store_that_lost_the_policy_is_told_the_present_again() {
    for (policy, scopes_are_there, goes_on) in [
        (Some(required()), true, true),
        (None, true, false),
        (Some(required()), false, false),
    ] {
        let mut desk = Stage::new();
        let loaded = Loaded {
            account: Some(crate::stage::account("mira")),
            policy,
            scopes: scopes_are_there.then(|| scopes("Mira Oak")),
            epoch: Some(campanile_core::ids::Epoch(uuid::Uuid::nil())),
            cursor: Some("kept".into()),
            ..Loaded::default()
        };
        let effects = desk.tell(Message::Loaded(Box::new(loaded)));
        let cursor = effects.into_iter().find_map(|effect| match effect {
            Effect::Follow(Some(following)) => Some(following.cursor),
            _ => None,
        });
        let wanted = goes_on.then(|| "kept".to_owned());
        assert_eq!(cursor.expect("it follows"), wanted);
    }
}
