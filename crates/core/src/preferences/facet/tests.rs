//! Facets by their names, and what a choice must look like.

use serde_json::json;

use super::*;

#[test]
fn a_facet_is_found_by_its_name() {
    for &facet in Facet::PLAIN {
        assert_eq!(Facet::find(facet.id()), Some(facet));
    }
    for &channel in Channel::ALL {
        assert_eq!(
            Facet::find(&format!("channel.{}", channel.id())),
            Some(Facet::Channel(channel))
        );
    }
    assert_eq!(Facet::find("channel.pager"), None);
}

#[test]
fn a_choice_that_does_not_fit_is_told_what_would() {
    let table = [
        ("*", "sla_expired", "channel.toast", json!(true), Ok(())),
        (
            "*",
            "sla_expired",
            "channel.toast",
            json!("yes"),
            Err(Expected::Switch),
        ),
        (
            "*",
            "sla_expired",
            "melody",
            json!("no-such-tune"),
            Err(Expected::Melody),
        ),
        (
            "*",
            "sla_expired",
            "melody",
            json!("own:../x"),
            Err(Expected::Melody),
        ),
        (
            "*",
            "sla_expired",
            "toast.most",
            json!(3),
            Err(Expected::AnyKind),
        ),
        (
            "*",
            "*",
            "toast.most",
            json!(0),
            Err(Expected::Number { least: 1, most: 10 }),
        ),
        ("*", "*", "toast.duration_ms", json!(0), Ok(())),
        ("*", "*", "toast.duration_ms", json!(1_000), Ok(())),
        (
            "*",
            "*",
            "toast.duration_ms",
            json!(999),
            Err(Expected::NumberOrNone {
                least: 1_000,
                most: 60_000,
            }),
        ),
        ("*", "*", "toast.shows", json!("name"), Ok(())),
        ("*", "*", "mute", json!({ "until": null }), Ok(())),
        ("*", "*", "focus", json!("conversation"), Ok(())),
        (
            "*",
            "*",
            "focus",
            json!("everything"),
            Err(Expected::OneOf(&["inbox", "conversation"])),
        ),
        ("line:acme/l1", "*", "follow", json!(true), Ok(())),
        ("*", "*", "follow", json!(true), Err(Expected::Line)),
        (
            "team:acme/oak",
            "*",
            "follow",
            json!(true),
            Err(Expected::Line),
        ),
        (
            "line:acme/l1",
            "call_missed",
            "follow",
            json!(true),
            Err(Expected::AnyKind),
        ),
        (
            "line:acme/l1",
            "*",
            "follow",
            json!("yes"),
            Err(Expected::Switch),
        ),
        (
            "*",
            "*",
            "from.the.future",
            json!({ "any": "thing" }),
            Ok(()),
        ),
        (
            "*",
            "*",
            "from.the.future",
            json!("x".repeat(9_000)),
            Err(Expected::Smaller(MOST_BYTES)),
        ),
    ];
    for (scope, kind, facet, value, expected) in table {
        let cell = Cell {
            scope: Scope::parse(scope).expect("a scope"),
            kind: kind.into(),
            facet: facet.into(),
            value: Some(value),
        };
        assert_eq!(check(&cell), expected, "{cell:?}");
    }
}
