//! A server that lies about everything: nothing breaks, and the next good one is heard as ever (S25).

use campanile_client::{
    act::{Action, What},
    effect::Effect,
    message::{Link, Message},
    session::Now,
};
use campanile_core::{
    change::{Change, Entry, Seq},
    preferences::{CELLS_MOST, Cell, Preferences, Scope},
    time::Timestamp,
};
use campanile_protocol::frame::{ENTRIES, Frame, PRESENCE, Presence, SNAPSHOT};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{
    refill::{head, page},
    stage::{Stage, at, id, notice, scopes},
};

/// What the desk tells a window in one piece, at the most.
const WINDOW_BYTES: usize = 8 * 1024 * 1024;

const SEQS: &[i64] = &[i64::MIN, -1, 0, 1, 2, 3, i64::MAX - 1, i64::MAX];
const TIMES: &[&str] = &[
    "0000-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "2026-11-21T08:00:00.000Z",
    "2026-11-21T08:00:00.001Z",
    "2038-01-19T03:14:08.000Z",
    "9999-12-31T23:59:59.999Z",
];
const TEXTS: &[&str] = &[
    "",
    "*",
    "sla_expired",
    "../../etc/passwd",
    "own:../x",
    "\u{0}\u{202e}\u{feff}",
    "{$count} <img src=x onerror=1>",
    "Europe/Kyiv",
    "Etc/GMT-26",
    "24:00",
    "99:99",
    "line:acme/l1",
];

fn seq() -> impl Strategy<Value = i64> {
    prop_oneof![select(SEQS), any::<i64>()]
}

fn time() -> impl Strategy<Value = &'static str> {
    select(TIMES)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(TEXTS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (1..3_000_usize).prop_map(|times| "long ".repeat(times)),
    ]
}

/// Whatever JSON can say.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        time().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = [
            "on", "zone", "windows", "days", "start", "end", "until", "email",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(select(names.to_vec()), inner, 0..5)
                .prop_map(|fields| json!(fields)),
        ]
    })
}

fn cell() -> impl Strategy<Value = Value> {
    let facets = [
        "quiet_hours",
        "mute",
        "excused_until",
        "volume",
        "melody",
        "channel.toast",
        "channel.sound",
        "always_alert",
        "toast.seconds",
        "sound.gap",
        "sound.repeats",
        "toast.repeats",
        "focus",
        "others_wait",
        "follow",
        "privacy",
    ];
    let scopes = ["*", "line:acme/l1", "team:x/y", "nowhere"];
    let kinds = ["*", "sla_expired", "operator_mentioned", "unheard_of"];
    let windows = json!({ "on": true, "zone": "Europe/Kyiv", "email": "skip",
        "windows": [{ "days": ["mon", "sun"], "start": "00:00", "end": "00:00" }] });
    let value = prop_oneof![4 => value(), 1 => Just(windows)];
    (select(scopes.to_vec()), select(kinds.to_vec()), select(facets.to_vec()), value).prop_map(
        |(scope, kind, facet, value)| json!({ "scope": scope, "kind": kind, "facet": facet, "value": value }),
    )
}

fn told_notice() -> impl Strategy<Value = Value> {
    let links = (text(), text());
    (1..9_u64, text(), time(), text(), links, value()).prop_map(
        |(n, kind, time, text, (rel, url), data)| {
            let mut told = json!(notice(n, "sla_expired", at("10:00")));
            if !kind.is_empty()
                && kind.len() < 60
                && kind
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            {
                told["kind"] = kind.into();
            }
            told["time"] = time.into();
            told["expires_at"] = time.into();
            for field in ["title", "body", "lang", "cause", "collapse"] {
                told[field] = text.clone().into();
            }
            told["links"] = json!([{ "rel": rel, "label": text, "url": url }]);
            told["conversation"] = json!({ "id": text, "number": text, "title": text, "url": url });
            told["data"] = json!({ "anything": data });
            told
        },
    )
}

fn policy() -> impl Strategy<Value = Value> {
    let channels = ["*", "toast", "sound", "email", "bell"];
    (any::<u32>(), select(channels.to_vec()), text(), value(), any::<bool>()).prop_map(|(version, channel, kind, value, on)| {
        let ruling = json!([{ "kind": kind, "channel": channel }]);
        json!({ "version": version, "required": ruling, "unavailable": ruling, "notification_center_enabled": on,
            "defaults": [{ "kind": kind, "facet": "quiet_hours", "value": value }], "channels": [] })
    })
}

fn told_scopes() -> impl Strategy<Value = Value> {
    text().prop_map(|text| {
        let mut told = json!(scopes(&text));
        told["places"][0]["reference"] = json!({ "id": text, "name": text });
        told["sources"][0]["name"] = text.clone().into();
        told["sources"][0]["link_origins"] = json!([text, "javascript:", "https://"]);
        told
    })
}

fn change() -> impl Strategy<Value = Value> {
    let mark = prop_oneof![
        select(vec!["unread", "read", "removed"]).prop_map(|mark| json!({ "as": mark })),
        time().prop_map(|until| json!({ "as": "snoozed", "until": until })),
    ];
    let ids = proptest::collection::vec(1..9_u64, 0..4);
    prop_oneof![
        6 => (told_notice(), any::<bool>(), proptest::option::of(1..9_u64)).prop_map(|(notice, bell, other)|
            json!({ "type": "arrived", "notice": notice, "bell": bell, "replaces": other.map(id) })),
        2 => (ids, mark).prop_map(|(ids, mark)| {
            let ids: Vec<_> = ids.into_iter().map(id).collect();
            json!({ "type": "marked", "ids": ids, "mark": mark })
        }),
        1 => seq().prop_map(|up_to| json!({ "type": "all_read", "up_to": up_to })),
        4 => proptest::collection::vec(cell(), 0..4).prop_map(|cells| json!({ "type": "preferred", "cells": cells })),
        1 => policy().prop_map(|policy| json!({ "type": "policy", "policy": policy })),
        1 => told_scopes().prop_map(|scopes| json!({ "type": "scopes", "scopes": scopes })),
        1 => Just(json!({ "type": "painted" })),
    ]
}

/// A frame's name and what it says.
fn frame() -> impl Strategy<Value = (&'static str, Value)> {
    let entry = (seq(), time(), change())
        .prop_map(|(seq, at, change)| json!({ "seq": seq, "at": at, "change": change }));
    let entries = (proptest::collection::vec(entry, 1..5), any::<bool>()).prop_map(
        |(entries, catching_up)| {
            (
                ENTRIES,
                json!({ "entries": entries, "catching_up": catching_up }),
            )
        },
    );
    let item = (seq(), told_notice(), any::<bool>(), time()).prop_map(|(seq, notice, bell, at)| {
        json!({ "seq": seq, "notice": notice, "bell": bell, "mark": { "as": "unread" }, "at": at })
    });
    let cells = proptest::collection::vec((cell(), time()), 0..4);
    let head = (seq(), policy(), told_scopes(), cells, any::<u32>(), text()).prop_map(
        |(seq, policy, scopes, cells, unread, text)| {
            let dated = |(mut cell, at): (Value, &str)| {
                cell["at"] = at.into();
                cell
            };
            let cells: Vec<_> = cells.into_iter().map(dated).collect();
            json!({ "last": seq, "complete_after": seq, "policy": policy, "scopes": scopes, "cells": cells,
                "unread_rows": unread, "unread_items": unread, "availability": text })
        },
    );
    let epoch = (0..3_u128).prop_map(|life| uuid::Uuid::from_u128(life).to_string());
    let next = proptest::option::of(text());
    let snapshot = (
        epoch,
        proptest::option::of(head),
        proptest::collection::vec(item, 0..4),
        next,
    )
        .prop_map(|(epoch, head, items, next)| {
            let told = json!({ "epoch": epoch, "cursor": "lie", "head": head, "items": items, "next": next });
            (SNAPSHOT, told)
        });
    let presence = (time(), time(), text()).prop_map(|(active, focused, conversation)| {
        let told = json!({ "active_until": active, "focused_until": focused, "source": "acme", "conversation": conversation,
            "availability": conversation });
        (PRESENCE, told)
    });
    prop_oneof![6 => entries, 2 => snapshot, 1 => presence]
}

fn message(name: &str, told: &Value) -> Option<Message> {
    Some(match Frame::read(name, &told.to_string()).ok()? {
        Frame::Entries(told) => Message::Heard {
            entries: told.entries,
            cursor: "lie".into(),
            catching_up: false,
            more: false,
        },
        Frame::Snapshot(told) => Message::Snapshot(told),
        Frame::Presence(told) => Message::Presence(told),
        _ => return None,
    })
}

/// Draws everything that a person can look at, and does what a person does.
fn look(desk: &mut Stage) {
    let now = Now { wall: desk.now };
    let tray = desk.session.tray_view(&now);
    assert!(tray.tooltip.len() < 4_096, "{}", tray.tooltip);
    let mut drawn = vec![json!(desk.session.bell_view(&now))];
    for scope in ["*", "line:acme/l1"] {
        let scope = Scope::parse(scope).expect("a scope");
        drawn.push(json!(desk.session.preferences_view(&scope, &now)));
    }
    for view in drawn {
        assert!(
            view.to_string().len() < WINDOW_BYTES,
            "a window can take it"
        );
    }
    let what = What::Notice(id(1));
    desk.tell(Message::Act(Action::Read { what }));
}

proptest! {
    #[test]
    fn whatever_a_server_says_the_next_good_one_is_heard(
        frames in proptest::collection::vec((frame(), seq(), any::<i64>()), 1..12),
    ) {
        let mut desk = Stage::signed_in();
        let mut read = 0;
        for ((name, told), last, offset_ms) in frames {
            let last = Seq(last);
            desk.tell(Message::Link(Link::Connected { offset_ms, last }));
            if let Some(message) = message(name, &told) {
                desk.tell(message);
                read += 1;
            }
            look(&mut desk);
            desk.now = desk.now.plus_ms(1_000);
            desk.tell(Message::Woke);
        }
        prop_assume!(read > 0);
        // What was told so long ago stands on the screen no more.
        desk.now = desk.now.plus_ms(3_600_000);
        desk.tell(Message::Woke);
        let last = Seq(5);
        desk.tell(Message::Link(Link::Connected { offset_ms: 0, last }));
        let present = campanile_protocol::snapshot::Head { last, ..head(0) };
        desk.tell(page(77, Some(present), Vec::new(), true));
        desk.tell(Message::Presence(Presence {
            availability: None,
            active_until: None,
            focused_until: None,
            source: None,
            conversation: None,
        }));
        let mut entry = desk.arrival(100, "sla_expired");
        entry.seq = Seq(6);
        let heard = desk.heard(vec![entry]);
        let told = desk.tell(heard);
        let toasts = told.iter().filter(|effect| matches!(effect, Effect::Toast(_)));
        prop_assert_eq!(toasts.count(), 1, "{:?}", told);
        look(&mut desk);
    }
}

#[test]
fn choices_without_end_are_taken_up_to_a_bound() {
    let mut preferences = Preferences::default();
    let cell = |n: usize| Cell {
        scope: Scope::Everything,
        kind: format!("kind_{n}"),
        facet: "volume".into(),
        value: Some(json!(1)),
    };
    for n in 0..CELLS_MOST {
        assert!(preferences.apply(&cell(n), Timestamp::from_ms(1)));
    }
    assert!(!preferences.apply(&cell(CELLS_MOST), Timestamp::from_ms(1)));
    assert_eq!(preferences.replay().count(), CELLS_MOST);
    let other = Cell {
        value: Some(json!(2)),
        ..cell(0)
    };
    assert!(
        preferences.apply(&other, Timestamp::from_ms(2)),
        "what is known can be chosen otherwise"
    );
}

#[test]
fn as_many_entries_as_a_server_likes_are_one_list_in_sight() {
    let mut desk = Stage::signed_in();
    for thousand in 0..100 {
        let entries = (1..=1_000).map(|n| Entry {
            seq: Seq(thousand * 1_000 + n),
            at: desk.now,
            change: Change::Arrived {
                notice: Box::new(notice(n.cast_unsigned(), "ticket_closed", desk.now)),
                bell: true,
                replaces: None,
            },
        });
        let entries = entries.collect();
        let heard = desk.heard(entries);
        desk.session.update(heard, &Now { wall: desk.now });
    }
    assert_eq!(
        desk.session.bell_view(&Now { wall: desk.now }).unread,
        1_000
    );
}
