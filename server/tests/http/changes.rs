//! What desks push: taken once, merged, answered one by one.

use campanile_core::{
    channel::Channel,
    ids::SourceId,
    policy::{Policy, Ruling},
};
use campanile_server::Ask;
use expect_test::expect;
use serde_json::{Value, json};

use crate::stage::{Desk, Source, Stage, problem};

async fn set() -> (Stage, Source, Desk, Value) {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let mira = stage.desk("mira").await;
    let event =
        json!({ "id": "1", "type": "operator_mentioned", "recipients": [{ "id": "mira" }] });
    let id = stage.accept(&shop, event).await["event"].clone();
    (stage, shop, mira, id)
}

fn marked(ids: &[&Value], mark: Value) -> Value {
    json!({ "type": "marked", "ids": ids, "mark": mark })
}

#[tokio::test]
async fn a_change_is_taken_once_however_often_it_is_pushed() {
    let (stage, _, mira, id) = set().await;
    let read = marked(&[&id], json!({ "as": "read" }));
    for _ in 0..3 {
        assert_eq!(
            stage.push(&mira, 7, read.clone()).await,
            json!({ "outcome": "accepted" })
        );
    }
    let marks = stage
        .log(&mira)
        .iter()
        .filter(|entry| serde_json::to_value(entry).unwrap()["change"]["type"] == "marked")
        .count();
    assert_eq!(marks, 1);
    // The same id from another desk is another change.
    let other = stage.desk("mira").await;
    stage
        .push(&other, 7, marked(&[&id], json!({ "as": "unread" })))
        .await;
    assert_eq!(
        stage.bell(&mira).await,
        ["operator_mentioned mentioned unread"]
    );
}

#[tokio::test]
async fn the_later_of_two_wins_and_the_earlier_is_told_so() {
    let (stage, _, mira, id) = set().await;
    let other = stage.desk("mira").await;
    stage.pass(60_000);
    let now = stage.now();
    stage
        .push_at(&mira, 1, now, marked(&[&id], json!({ "as": "read" })))
        .await;
    let (_, offline) = stage
        .push_at(
            &other,
            2,
            now.plus_ms(-30_000),
            marked(&[&id], json!({ "as": "unread" })),
        )
        .await;
    assert_eq!(
        offline["answers"][0]["outcome"],
        json!({ "outcome": "superseded" })
    );
    // A clock that is ahead gains nothing by it.
    stage
        .push_at(
            &other,
            3,
            now.plus_ms(3_600_000),
            marked(&[&id], json!({ "as": "unread" })),
        )
        .await;
    stage.pass(1);
    assert_eq!(
        stage
            .push(&mira, 4, marked(&[&id], json!({ "as": "read" })))
            .await["outcome"],
        "accepted"
    );
    // Removed absorbs, whenever it was meant.
    stage
        .push_at(
            &other,
            5,
            now.plus_ms(-30_000),
            marked(&[&id], json!({ "as": "removed" })),
        )
        .await;
    assert_eq!(
        stage
            .push(&mira, 6, marked(&[&id], json!({ "as": "unread" })))
            .await["outcome"],
        "superseded"
    );
    assert!(stage.bell(&mira).await.is_empty());
}

#[tokio::test]
async fn all_read_means_what_was_in_sight_up_to_there() {
    let (stage, shop, mira, id) = set().await;
    let later = stage.now().plus_ms(3_600_000).to_string();
    let call = json!({ "id": "2", "type": "call_missed", "line": { "id": "main" } });
    stage.accept(&shop, call).await;
    stage
        .push(
            &mira,
            1,
            marked(&[&id], json!({ "as": "snoozed", "until": later })),
        )
        .await;
    let up_to = stage.log(&mira).last().unwrap().seq;
    stage
        .accept(
            &shop,
            json!({ "id": "3", "type": "call_missed", "line": { "id": "main" } }),
        )
        .await;
    stage.pass(1);
    let only = json!({ "type": "all_read", "up_to": up_to, "filter": { "kind": "sla_expired" } });
    assert_eq!(stage.push(&mira, 2, only).await["outcome"], "superseded");
    assert_eq!(
        stage
            .push(&mira, 3, json!({ "type": "all_read", "up_to": up_to }))
            .await["outcome"],
        "accepted"
    );
    assert_eq!(
        stage.bell(&mira).await,
        [
            "call_missed line unread",
            "operator_mentioned mentioned snoozed",
            "call_missed line read"
        ]
    );
    let head = stage.present(&mira).await["head"].clone();
    assert_eq!(
        (&head["unread_rows"], &head["unread_items"]),
        (&json!(1), &json!(1))
    );
    stage.pass(3_600_000);
    assert_eq!(
        stage.present(&mira).await["head"]["unread_rows"],
        2,
        "the snooze is over"
    );
}

#[tokio::test]
async fn what_is_done_after_the_servers_clock_was_put_back_is_not_lost() {
    let (stage, shop, mira, id) = set().await;
    let event = |id: &str| json!({ "id": id, "type": "operator_mentioned", "conversation": { "id": "412" }, "recipients": [{ "id": "mira" }] });
    let second = stage.accept(&shop, event("2")).await["event"].clone();
    stage.accept(&shop, event("3")).await;
    let read = |id: &Value| marked(&[id], json!({ "as": "read" }));
    let mute = |value: Value| json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "*", "facet": "volume", "value": value }] });
    stage.push(&mira, 1, mute(json!(10))).await;
    let before = stage.now();
    stage.pass(-3_600_000);
    // The desk's own clock is right, or was put back as well: it saw what it marks.
    assert_eq!(
        stage
            .push_at(&mira, 2, before.plus_ms(60_000), read(&id))
            .await
            .1["answers"][0]["outcome"]["outcome"],
        "accepted"
    );
    assert_eq!(
        stage.push(&mira, 3, read(&second)).await["outcome"],
        "accepted"
    );
    let fact = json!({ "id": "4", "type": "conversation.read", "actor": { "id": "mira" }, "conversation": { "id": "412" } });
    stage.accept(&shop, fact).await;
    assert_eq!(
        stage.bell(&mira).await,
        ["operator_mentioned mentioned read"; 3]
    );
    // What was marked before can be marked otherwise, and chosen otherwise.
    let unread = marked(&[&id], json!({ "as": "unread" }));
    assert_eq!(
        stage
            .push_at(&mira, 5, before.plus_ms(120_000), unread)
            .await
            .1["answers"][0]["outcome"]["outcome"],
        "accepted"
    );
    assert_eq!(
        stage
            .push_at(&mira, 6, before.plus_ms(120_000), mute(json!(20)))
            .await
            .1["answers"][0]["outcome"]["outcome"],
        "accepted"
    );
    let up_to = stage.log(&mira).last().unwrap().seq;
    let all = json!({ "type": "all_read", "up_to": up_to });
    assert_eq!(
        stage
            .push_at(&mira, 7, before.plus_ms(180_000), all)
            .await
            .1["answers"][0]["outcome"]["outcome"],
        "accepted"
    );
    assert_eq!(
        stage.bell(&mira).await,
        ["operator_mentioned mentioned read"; 3]
    );
    let cells = stage.present(&mira).await["head"]["cells"].clone();
    assert_eq!(cells[0]["value"], 20, "{cells}");
    // Whoever folds the log sees the same.
    let mut inbox = campanile_core::inbox::Inbox::default();
    for entry in stage.log(&mira) {
        inbox.apply(&entry);
    }
    assert_eq!(inbox.badge(stage.now()), 0);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_itself_and_the_rest_is_taken() {
    let (stage, _, mira, id) = set().await;
    let policy = Policy {
        required: vec![Ruling {
            kind: "*".into(),
            channel: Some(Channel::Toast),
        }],
        ..Policy::default()
    };
    stage
        .ask(Ask::PolicySet {
            policy: Box::new(policy),
        })
        .await;
    let cell = |facet: &str, value: Value| json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "call_missed", "facet": facet, "value": value }] });
    let deeds = [
        cell("channel.toast", json!(false)),
        cell("channel.toast", json!("loud")),
        cell("melody", json!("no-such-tune")),
        json!({ "type": "preferred", "cells": [] }),
        marked(&[], json!({ "as": "read" })),
        marked(
            &[&json!("0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e")],
            json!({ "as": "read" }),
        ),
        json!({ "type": "availability", "value": "dancing" }),
        json!({ "type": "presence", "focused": true, "conversation": "x".repeat(201) }),
        json!({ "type": "presence", "focused": true, "conversation": "4\u{7}12" }),
        json!({ "type": "presence", "focused": true, "conversation": "412" }),
        marked(&[&id], json!({ "as": "read" })),
    ];
    let changes: Vec<_> = deeds
        .iter()
        .zip(1_u128..)
        .map(|(deed, number)| json!({ "id": uuid::Uuid::from_u128(number).to_string(), "at": stage.now().to_string(), "deed": deed }))
        .collect();
    let (status, answer) = stage
        .json(
            reqwest::Method::POST,
            "/v1/changes",
            &mira.token,
            &json!({ "changes": changes }),
        )
        .await;
    assert_eq!(status, 200);
    let told: Vec<_> = answer["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| {
            let outcome = &answer["outcome"];
            format!(
                "{} {} {}",
                outcome["outcome"], outcome["problem"]["code"], outcome["problem"]["detail"]
            )
        })
        .collect();
    expect![[r#"
        "refused" "forbidden" "`cells[0]`: toast of call_missed is required by the admin"
        "refused" "bad_request" "`cells[0]`: `value` of channel.toast: expected true or false"
        "refused" "bad_request" "`cells[0]`: `value` of melody: expected the id of a melody"
        "refused" "bad_request" "`cells`: 1 to 500"
        "refused" "bad_request" "`ids`: 1 to 500"
        "refused" "not_found" "`ids`: none of these is a notice of yours"
        "refused" "bad_request" "`value`: expected one of available, busy, away"
        "refused" "bad_request" "`conversation`: 1 to 200 characters without control characters"
        "refused" "bad_request" "`conversation`: 1 to 200 characters without control characters"
        "refused" "bad_request" "`source`: name the source that the conversation is of"
        "accepted" null null"#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn a_push_is_read_strictly() {
    let (stage, _, mira, _) = set().await;
    let id = uuid::Uuid::from_u128(1).to_string();
    let at = stage.now().to_string();
    let bodies = [
        json!({ "changes": [{ "id": id, "at": at, "deed": { "type": "painted", "color": "red" } }] }),
        json!({ "changes": [{ "id": id, "at": at, "agent_id": "x", "deed": { "type": "availability", "value": "busy" } }] }),
        json!({ "changes": [{ "id": id, "at": at, "deed": { "type": "availability", "value": "busy", "is_mandatory": true } }] }),
        json!({ "changes": "all" }),
        json!({ "changes": [], "device": "other" }),
        json!([]),
    ];
    let mut told = Vec::new();
    for body in bodies {
        told.push(problem(
            stage
                .json(reqwest::Method::POST, "/v1/changes", &mira.token, &body)
                .await,
        ));
    }
    expect![[r#"
        400 bad_request: `changes[0].deed.type`: unknown variant `painted`, expected one of `marked`, `all_read`, `preferred`, `availability`, `active`, `presence` at line 1 column 83
        400 bad_request: `changes[0].agent_id`: unknown field `agent_id`, expected one of `id`, `at`, `deed` at line 1 column 23
        400 bad_request: `changes[0].deed`: unknown field `is_mandatory`, expected `value` at line 1 column 110
        400 bad_request: `changes`: invalid type: string "all", expected a sequence at line 1 column 16
        400 bad_request: `device`: unknown field `device`, expected `changes` at line 1 column 22
        400 bad_request: invalid type: sequence, expected an object at line 1 column 0"#]].assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn presence_reaches_the_agents_other_desks_and_enters_no_log() {
    let (stage, _, mira, _) = set().await;
    let before = stage.log(&mira).len();
    let mut stream = stage.stream(&stage.desk("mira").await, None).await;
    stream.snapshot().await;
    stream.next().await;
    let look =
        json!({ "type": "presence", "focused": true, "source": "shop", "conversation": "412" });
    stage.push(&mira, 1, look).await;
    let campanile_protocol::frame::Frame::Presence(presence) = stream.next().await.unwrap().frame
    else {
        panic!("no presence")
    };
    assert_eq!(presence.focused_until, Some(stage.now().plus_ms(30_000)));
    let source = presence.source.as_ref().map(SourceId::as_str);
    let conversation = presence.conversation.as_deref();
    assert_eq!((source, conversation), (Some("shop"), Some("412")));
    assert_eq!(presence.active_until, None);
    stage.push(&mira, 2, json!({ "type": "active" })).await;
    let campanile_protocol::frame::Frame::Presence(presence) = stream.next().await.unwrap().frame
    else {
        panic!("no presence")
    };
    assert_eq!(presence.active_until, Some(stage.now().plus_ms(120_000)));
    assert_eq!(presence.conversation.as_deref(), Some("412"));
    assert_eq!(stage.log(&mira).len(), before);
}
