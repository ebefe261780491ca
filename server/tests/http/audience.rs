//! Whom an event concerns, and what facts do.

use expect_test::expect;
use serde_json::{Value, json};

use crate::stage::{Desk, Stage};

fn with(id: &str, kind: &str, rest: Value) -> Value {
    let mut event = json!({ "id": id, "type": kind });
    for (key, value) in rest.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

#[tokio::test]
async fn an_event_that_names_nobody_finds_its_audience_in_the_directory() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira*", "ihor", "olena"]).await;
    let table = [
        ("ticket_created", json!({ "team": { "id": "support" } })),
        ("ticket_created", json!({ "inbox": { "id": "web" } })),
        ("ticket_created", json!({ "inbox": { "id": "brand new" } })),
        (
            "conversation_message",
            json!({ "assignee": { "id": "ihor" } }),
        ),
        (
            "ticket_message",
            json!({ "assignee": { "id": "ihor" }, "watchers": [{ "id": "olena" }, { "id": "ghost" }] }),
        ),
        (
            "sla_warning",
            json!({ "assignee": { "id": "ihor" }, "team": { "id": "support" } }),
        ),
        ("sla_warning", json!({ "team": { "id": "support" } })),
        (
            "chat_reassign",
            json!({ "assignee": { "id": "ihor" }, "recipients": [{ "id": "olena" }] }),
        ),
        ("call_missed", json!({ "line": { "id": "main" } })),
        ("fax_received", json!({ "line": { "id": "main" } })),
        ("wallet_warning", json!({})),
        (
            "wallet_warning",
            json!({ "recipients": [{ "id": "ihor" }, { "id": "mira" }] }),
        ),
        ("billing_warning", json!({})),
        (
            "operator_mentioned",
            json!({ "recipients": [{ "id": "mira" }, { "id": "ihor" }], "actor": { "id": "mira" } }),
        ),
        ("operator_mentioned", json!({})),
    ];
    let mut told = String::new();
    for (number, (kind, rest)) in table.into_iter().enumerate() {
        let answer = stage
            .accept(&shop, with(&format!("e{number}"), kind, rest.clone()))
            .await;
        let remarks = [&answer["unresolved"], &answer["warnings"]].map(|list| {
            list.as_array()
                .map_or(String::new(), |list| format!(" {}", json!(list)))
        });
        told += &format!("{kind} {rest}: {}{}\n", answer["agents"], remarks.concat());
    }
    expect![[r#"
        ticket_created {"team":{"id":"support"}}: 3
        ticket_created {"inbox":{"id":"web"}}: 3
        ticket_created {"inbox":{"id":"brand new"}}: 0 ["nobody is concerned: it names no recipients, and its audience has nobody in the directory"]
        conversation_message {"assignee":{"id":"ihor"}}: 1
        ticket_message {"assignee":{"id":"ihor"},"watchers":[{"id":"olena"},{"id":"ghost"}]}: 2 ["ghost"]
        sla_warning {"assignee":{"id":"ihor"},"team":{"id":"support"}}: 1
        sla_warning {"team":{"id":"support"}}: 3
        chat_reassign {"assignee":{"id":"ihor"},"recipients":[{"id":"olena"}]}: 2
        call_missed {"line":{"id":"main"}}: 3
        fax_received {"line":{"id":"main"}}: 1
        wallet_warning {}: 1
        wallet_warning {"recipients":[{"id":"ihor"},{"id":"mira"}]}: 1 ["1 of the recipients may not see `wallet_warning`"]
        billing_warning {}: 0 ["nobody is concerned: it names no recipients, and its audience has nobody in the directory"]
        operator_mentioned {"actor":{"id":"mira"},"recipients":[{"id":"mira"},{"id":"ihor"}]}: 1
        operator_mentioned {}: 0 ["nobody is concerned: it names no recipients, and its audience has nobody in the directory"]
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn one_happening_makes_one_notice_of_the_most_specific_reason() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let send = async |id: &str, kind: &str, rest: Value| {
        let mut event = with(id, kind, rest);
        event["cause"] = "message-7".into();
        stage.accept(&shop, event).await["agents"].clone()
    };
    assert_eq!(
        send(
            "1",
            "message_received",
            json!({ "team": { "id": "support" } })
        )
        .await,
        1
    );
    assert_eq!(
        send(
            "2",
            "conversation_message",
            json!({ "assignee": { "id": "mira" } })
        )
        .await,
        1
    );
    assert_eq!(
        send(
            "3",
            "operator_mentioned",
            json!({ "recipients": [{ "id": "mira" }] })
        )
        .await,
        1
    );
    assert_eq!(
        send("4", "message_received", json!({ "inbox": { "id": "web" } })).await,
        0
    );
    assert_eq!(
        stage.bell(&mira).await,
        ["operator_mentioned mentioned unread"]
    );
    let replaced: Vec<_> = stage
        .log(&mira)
        .iter()
        .map(|entry| serde_json::to_value(entry).unwrap()["change"]["replaces"].is_string())
        .collect();
    assert_eq!(replaced.iter().filter(|replaced| **replaced).count(), 2);
    // Another happening is another notice.
    stage
        .accept(
            &shop,
            with(
                "5",
                "conversation_message",
                json!({ "assignee": { "id": "mira" } }),
            ),
        )
        .await;
    assert_eq!(stage.bell(&mira).await.len(), 2);
}

async fn conversation(stage: &Stage) -> (crate::stage::Source, Desk, Desk) {
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    for (id, kind, number) in [
        ("1", "ticket_created", "412"),
        ("2", "chat_created", "412"),
        ("3", "chat_created", "413"),
    ] {
        stage
            .accept(
                &shop,
                with(
                    id,
                    kind,
                    json!({ "team": { "id": "support" }, "conversation": { "id": number } }),
                ),
            )
            .await;
    }
    (shop, mira, ihor)
}

#[tokio::test]
async fn reading_or_answering_in_the_platform_marks_read_for_that_agent_only() {
    for fact in ["conversation.read", "message.out"] {
        let stage = Stage::new().await;
        let (shop, mira, ihor) = conversation(&stage).await;
        stage.pass(1_000);
        let event = with(
            "f",
            fact,
            json!({ "actor": { "id": "mira" }, "conversation": { "id": "412" } }),
        );
        assert_eq!(
            stage.accept(&shop, event).await["warnings"],
            Value::Null,
            "{fact}"
        );
        let unread = ["chat_created group unread"; 1];
        assert_eq!(stage.bell(&mira).await[..1], unread, "{fact}");
        assert_eq!(
            stage
                .bell(&mira)
                .await
                .iter()
                .filter(|row| row.ends_with(" read"))
                .count(),
            2,
            "{fact}"
        );
        assert_eq!(
            stage
                .bell(&ihor)
                .await
                .iter()
                .filter(|row| row.ends_with("unread"))
                .count(),
            3,
            "{fact}"
        );
    }
}

#[tokio::test]
async fn reading_reaches_back_and_not_forward() {
    let stage = Stage::new().await;
    let (shop, mira, _) = conversation(&stage).await;
    let read_at = stage.now().plus_ms(-1).to_string();
    let event = with(
        "f",
        "conversation.read",
        json!({ "actor": { "id": "mira" }, "conversation": { "id": "412" }, "time": read_at }),
    );
    stage.accept(&shop, event).await;
    assert_eq!(
        stage
            .bell(&mira)
            .await
            .iter()
            .filter(|row| row.ends_with("unread"))
            .count(),
        3
    );
}

#[tokio::test]
async fn a_fact_that_nothing_follows_from_is_kept_and_told_so() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let kept = stage
        .accept(&shop, with("1", "kettle.boiled", json!({})))
        .await;
    expect![[r#"["`kettle.boiled` is a fact that nothing follows from; it is kept"]"#]]
        .assert_eq(&kept["warnings"].to_string());
    let nobody = stage
        .accept(
            &shop,
            with(
                "2",
                "message.out",
                json!({ "actor": { "id": "ghost" }, "conversation": { "id": "1" } }),
            ),
        )
        .await;
    assert_eq!(nobody["unresolved"], json!(["ghost"]));
    assert_eq!(
        stage
            .accept(&shop, with("1", "kettle.boiled", json!({})))
            .await["duplicate"],
        true
    );
}

#[tokio::test]
async fn what_is_known_of_a_conversation_fills_what_an_event_leaves_out() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let ihor = stage.desk("ihor").await;
    let fact = with(
        "1",
        "conversation.assigned",
        json!({ "conversation": { "id": "412" }, "assignee": { "id": "ihor" } }),
    );
    stage.accept(&shop, fact).await;
    stage
        .accept(
            &shop,
            with(
                "2",
                "conversation_message",
                json!({ "conversation": { "id": "412" } }),
            ),
        )
        .await;
    assert_eq!(
        stage.bell(&ihor).await,
        ["conversation_message assigned unread"]
    );
}

#[tokio::test]
async fn a_rating_makes_one_notification_negative_where_the_score_is() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let mira = stage.desk("mira").await;
    let rate = |id: &str, kind: &str, rating: &str, score: i64| {
        with(
            id,
            kind,
            json!({ "assignee": { "id": "mira" }, "data": { "rating": rating, "score": score } }),
        )
    };
    stage
        .accept(&shop, rate("1", "rating.given", "r1", 2))
        .await;
    stage
        .accept(&shop, rate("2", "csat_negative", "r1", 2))
        .await;
    stage
        .accept(&shop, rate("3", "csat_received", "r1", 2))
        .await;
    stage
        .accept(&shop, rate("4", "csat_received", "r2", 5))
        .await;
    assert_eq!(
        stage.bell(&mira).await,
        [
            "csat_received assigned unread",
            "csat_negative assigned unread"
        ]
    );
}

#[tokio::test]
async fn places_that_nobody_told_of_are_made_and_can_be_chosen_for() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let event = with(
        "1",
        "conversation_message",
        json!({ "assignee": { "id": "mira" }, "inbox": { "id": "vip", "name": "VIP" } }),
    );
    stage.accept(&shop, event).await;
    let present = stage.present(&mira).await;
    let places = present["head"]["scopes"]["places"].as_array().unwrap();
    assert!(
        places.contains(
            &json!({ "scope": "inbox:shop/vip", "reference": { "id": "vip", "name": "VIP" } })
        ),
        "{places:?}"
    );
}

#[tokio::test]
async fn a_line_is_followed_by_its_members_until_they_choose_otherwise_and_by_others_once_they_do()
{
    let stage = Stage::new().await;
    let shop = stage.source("shop").await;
    let mut roster = crate::stage::roster(&["mira", "ihor"]);
    roster.lines[0].members = vec!["mira".into()];
    roster.lines[0].followers = vec!["ihor".into()];
    stage
        .ask(campanile_server::Ask::RosterImport {
            source: "shop".into(),
            roster,
        })
        .await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    for (desk, by_default) in [(&mira, true), (&ihor, false)] {
        let (_, present) = stage.get(desk, "/v1/snapshot").await;
        let places = present["head"]["scopes"]["places"].as_array().unwrap();
        let follows: Vec<_> = places.iter().map(|place| &place["follow"]).collect();
        // The line; of inbox and team there is nothing to follow.
        assert!(follows.contains(&&json!(by_default)), "{places:?}");
        assert_eq!(follows.iter().filter(|follow| !follow.is_null()).count(), 1);
    }
    let follow = |on: bool| json!({ "type": "preferred", "cells": [{ "scope": "line:shop/main", "kind": "*", "facet": "follow", "value": on }] });
    let call = async |id: &str| {
        stage
            .accept(
                &shop,
                with(id, "call_missed", json!({ "line": { "id": "main" } })),
            )
            .await;
        (stage.bell(&mira).await.len(), stage.bell(&ihor).await.len())
    };
    assert_eq!(call("1").await, (1, 0));
    stage.push(&ihor, 1, follow(true)).await;
    assert_eq!(call("2").await, (2, 1));
    stage.push(&mira, 2, follow(false)).await;
    assert_eq!(call("3").await, (2, 2));
}
