//! Events in: taken once, all or none, and refused with what to change.

use expect_test::expect;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, answer, problem};

fn mention(id: &str) -> Value {
    json!({ "id": id, "type": "operator_mentioned", "recipients": [{ "id": "mira" }], "title": "Ihor", "body": "look" })
}

#[tokio::test]
async fn an_event_reaches_the_log_of_whom_it_names() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    let told = stage.accept(&shop, mention("e1")).await;
    assert_eq!(told["agents"], 1);
    assert_eq!(
        stage.bell(&mira).await,
        ["operator_mentioned mentioned unread"]
    );
    assert!(stage.bell(&ihor).await.is_empty());
}

#[tokio::test]
async fn the_same_event_is_taken_once_and_its_answer_repeated() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let mut event = mention("e1");
    event["recipients"] = json!([{ "id": "mira" }, { "id": "nobody" }]);
    let first = stage.accept(&shop, event.clone()).await;
    let again = stage.accept(&shop, event).await;
    assert_eq!(
        (&first["duplicate"], &again["duplicate"]),
        (&json!(false), &json!(true))
    );
    for field in ["id", "event", "agents", "unresolved", "warnings"] {
        assert_eq!(first[field], again[field], "{field}");
    }
    assert_eq!(first["unresolved"], json!(["nobody"]));
    assert_eq!(stage.bell(&mira).await.len(), 1);
}

#[tokio::test]
async fn the_same_id_with_another_body_is_refused_and_so_is_all_that_came_with_it() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    stage.accept(&shop, mention("e1")).await;
    let mut other = mention("e1");
    other["body"] = "something else".into();
    let refused = problem(stage.post(&shop, &json!([mention("e2"), other])).await);
    expect!["409 id_reused: The event id `e1` came before with another body. Give each event an id of its own."]
        .assert_eq(&refused);
    let twice = json!([mention("e3"), { "id": "e3", "type": "operator_mentioned" }]);
    assert!(problem(stage.post(&shop, &twice).await).starts_with("409 id_reused"));
    assert_eq!(stage.bell(&mira).await.len(), 1);
    // What was refused left nothing behind: the id is free.
    assert_eq!(stage.accept(&shop, mention("e2")).await["duplicate"], false);
}

#[tokio::test]
async fn two_sources_may_use_the_same_id() {
    let stage = Stage::new().await;
    let (shop, bank) = (
        stage.team("shop", &["mira"]).await,
        stage.team("bank", &["mira"]).await,
    );
    assert_eq!(stage.accept(&shop, mention("e1")).await["duplicate"], false);
    assert_eq!(stage.accept(&bank, mention("e1")).await["duplicate"], false);
}

#[tokio::test]
async fn an_unknown_kind_is_accepted_with_a_warning_and_stands_in_the_bell() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let told = stage
        .accept(&shop, json!({ "id": "e1", "type": "brand_new", "title": "New", "recipients": [{ "id": "mira" }] }))
        .await;
    expect![[
        r#"["`brand_new` is not a kind that this server knows; it stands in the bell only"]"#
    ]]
    .assert_eq(&told["warnings"].to_string());
    assert_eq!(stage.bell(&mira).await, ["brand_new named unread"]);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_what_to_change() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let post = |media: &'static str, body: String| {
        let request = stage
            .request(Method::POST, "/v1/ingest/shop")
            .bearer_auth(shop.token());
        answer(request.header("content-type", media).body(body))
    };
    let json = "application/json";
    let packed = stage
        .request(Method::POST, "/v1/ingest/shop")
        .bearer_auth(shop.token());
    let packed = packed
        .header("content-type", json)
        .header("content-encoding", "gzip")
        .body("x");
    let told = [
        problem(post(json, "{".into()).await),
        problem(
            post(
                json,
                r#"{"id":"1","type":"x","conversation":{"id":7}}"#.into(),
            )
            .await,
        ),
        problem(
            post(
                json,
                r#"{"id":"1","type":"x","links":[{"rel":"open","url":"ftp://x"}]}"#.into(),
            )
            .await,
        ),
        problem(post(json, "[".repeat(100_000)).await),
        problem(post(json, " ".repeat(1024 * 1024 + 1)).await),
        problem(post("text/plain", mention("e1").to_string()).await),
        problem(answer(packed).await),
        problem(
            post(
                json,
                serde_json::to_string(&vec![mention("e"); 501]).unwrap(),
            )
            .await,
        ),
    ];
    expect![[r#"
        400 bad_request: EOF while parsing an object at line 1 column 1
        400 bad_request: `conversation.id`: invalid type: integer `7`, expected a string at line 1 column 43
        422 bad_event: `links[0].url`: an address that begins with https:// or http://, names a plain host and no user, and has no space, backslash or control character in it
        400 bad_request: Nest arrays and objects at most 32 deep.
        413 too_large: Send at most 1048576 bytes at once.
        415 media_type: Set `Content-Type: application/json`.
        415 media_type: Send the body as it is, without `Content-Encoding`.
        400 bad_request: Send 1 to 500 events at once."#]].assert_eq(&told.join("\n"));
}
