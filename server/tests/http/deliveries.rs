//! The outbox: what is owed is written down with the event, once for each channel that was decided to fire.

use campanile_core::{channel::Channel, policy::Policy};
use serde_json::{Value, json};

use crate::stage::{Desk, START_MS, Source, Stage};

const HOUR_MS: i64 = 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn set() -> (Stage, Source, Desk) {
    set_of(&["mira"], &[Channel::Email, Channel::Telegram]).await
}

/// The policy has channels that no admin is let choose while nothing sends on them; the outbox is kept for those who will.
async fn set_of(people: &[&str], channels: &[Channel]) -> (Stage, Source, Desk) {
    let mut stage = Stage::new().await;
    let shop = stage.team("shop", people).await;
    let mira = stage.desk("mira").await;
    let policy = Policy {
        channels: channels.to_vec(),
        ..Policy::default()
    };
    stage.stop().await;
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    db.execute("UPDATE server SET policy = ?1", [json!(policy).to_string()])
        .unwrap();
    stage.start().await;
    (stage, shop, mira)
}

fn owed(stage: &Stage) -> Vec<(String, i64, i64, bool)> {
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    let mut rows = db.prepare("SELECT channel, due_at, expires_at, summary FROM deliveries WHERE outcome IS NULL ORDER BY no").unwrap();
    let rows = rows
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

fn mention(id: &str) -> Value {
    json!({ "id": id, "type": "operator_mentioned", "recipients": [{ "id": "mira" }] })
}

#[tokio::test]
async fn a_channel_that_fires_is_owed_and_one_that_does_not_is_not() {
    let (stage, shop, mira) = set().await;
    stage.accept(&shop, mention("1")).await;
    assert_eq!(
        owed(&stage),
        [("email".into(), START_MS, START_MS + 3 * DAY_MS, false)]
    );
    let on = json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "operator_mentioned", "facet": "channel.telegram", "value": true }] });
    stage.push(&mira, 1, on).await;
    let mut short = mention("2");
    short["expires_at"] = stage.now().plus_ms(HOUR_MS).to_string().into();
    stage.accept(&shop, short).await;
    let (email, telegram) = (owed(&stage).remove(1), owed(&stage).remove(2));
    assert_eq!(email, ("email".into(), START_MS, START_MS + HOUR_MS, false));
    assert_eq!(
        telegram,
        ("telegram".into(), START_MS, START_MS + HOUR_MS, false)
    );
    // The same event again owes nothing more.
    stage.accept(&shop, mention("1")).await;
    assert_eq!(owed(&stage).len(), 3);
}

#[tokio::test]
async fn during_quiet_hours_mail_is_skipped_or_held_for_a_summary_as_chosen() {
    for (email, expected) in [
        ("skip", vec![]),
        (
            "hold",
            vec![(
                "email".to_owned(),
                START_MS + HOUR_MS / 2,
                START_MS + HOUR_MS / 2 + 3 * DAY_MS,
                true,
            )],
        ),
    ] {
        let (stage, shop, mira) = set().await;
        let hours = json!({ "on": true, "zone": "UTC", "email": email, "windows": [{ "days": ["sat"], "start": "08:00", "end": "09:00" }] });
        let cells = json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "*", "facet": "quiet_hours", "value": hours }] });
        assert_eq!(
            stage.push(&mira, 1, cells).await,
            json!({ "outcome": "accepted" })
        );
        stage.accept(&shop, mention("1")).await;
        assert_eq!(owed(&stage), expected, "{email}");
        assert_eq!(stage.bell(&mira).await.len(), 1, "the bell goes on");
    }
}

/// Returns what became of the deliveries, in the order in which they were written down.
fn outcomes(stage: &Stage) -> Vec<Option<String>> {
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    let mut rows = db
        .prepare("SELECT outcome FROM deliveries ORDER BY no")
        .unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn cancelled() -> Option<String> {
    Some("cancelled".into())
}

#[tokio::test]
async fn what_is_read_or_removed_before_it_is_due_is_not_sent() {
    let marks = [
        ("read", json!({ "as": "read" }), cancelled()),
        ("removed", json!({ "as": "removed" }), cancelled()),
        (
            "snoozed, so it is still to be read",
            json!({ "as": "snoozed", "until": "2026-11-21T12:00:00.000Z" }),
            None,
        ),
    ];
    for (what, mark, expected) in marks {
        let (stage, shop, mira) = set().await;
        let event = stage.accept(&shop, mention("1")).await["event"].clone();
        assert_eq!(outcomes(&stage), [None], "{what}");
        let deed = json!({ "type": "marked", "ids": [event], "mark": mark });
        assert_eq!(
            stage.push(&mira, 1, deed).await,
            json!({ "outcome": "accepted" }),
            "{what}"
        );
        assert_eq!(outcomes(&stage), [expected], "{what}");
    }
    let (stage, shop, mira) = set().await;
    stage.accept(&shop, mention("1")).await;
    let all = json!({ "type": "all_read", "up_to": 1_000 });
    stage.push(&mira, 1, all).await;
    assert_eq!(outcomes(&stage), [cancelled()]);
}

#[tokio::test]
async fn reading_one_cancels_nothing_that_is_owed_for_another_or_to_another() {
    let (stage, shop, mira) = set_of(&["mira", "olena"], &[Channel::Email]).await;
    let both = json!({ "id": "1", "type": "operator_mentioned", "recipients": [{ "id": "mira" }, { "id": "olena" }] });
    let event = stage.accept(&shop, both).await["event"].clone();
    stage.accept(&shop, mention("2")).await;
    let read = json!({ "type": "marked", "ids": [event], "mark": { "as": "read" } });
    stage.push(&mira, 1, read).await;
    assert_eq!(outcomes(&stage), [cancelled(), None, None]);
}

#[tokio::test]
async fn what_was_read_in_the_platform_or_gave_way_to_a_more_specific_notice_is_not_sent() {
    let (stage, shop, _) = set().await;
    let mut in_conversation = mention("1");
    in_conversation["conversation"] = json!({ "id": "412" });
    stage.accept(&shop, in_conversation).await;
    let fact = json!({ "id": "2", "type": "conversation.read", "actor": { "id": "mira" }, "conversation": { "id": "412" } });
    stage.accept(&shop, fact).await;
    assert_eq!(outcomes(&stage), [cancelled()]);

    let (stage, shop, mira) = set().await;
    let on = json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "ticket_created", "facet": "channel.email", "value": true }] });
    stage.push(&mira, 1, on).await;
    let group =
        json!({ "id": "1", "type": "ticket_created", "cause": "m1", "team": { "id": "support" } });
    stage.accept(&shop, group).await;
    assert_eq!(outcomes(&stage), [None]);
    let mut specific = mention("2");
    specific["cause"] = "m1".into();
    stage.accept(&shop, specific).await;
    assert_eq!(outcomes(&stage), [cancelled(), None]);
}

#[tokio::test]
async fn what_was_never_sent_is_forgotten_once_it_is_old() {
    let (stage, shop, _) = set().await;
    stage.accept(&shop, mention("1")).await;
    stage.pass(92 * DAY_MS);
    stage.server().forget().await.unwrap();
    assert_eq!(owed(&stage).len(), 1, "it was worth something for 3 days");
    stage.accept(&shop, mention("2")).await;
    stage.pass(2 * DAY_MS);
    stage.server().forget().await.unwrap();
    let due: Vec<_> = owed(&stage).iter().map(|owed| owed.1).collect();
    assert_eq!(due, [START_MS + 92 * DAY_MS]);
}
