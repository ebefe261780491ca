//! Pairing desks, listing them, shutting them out.

use expect_test::expect;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, answer, problem};

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let (used, kept, late) = (
        stage.code("mira").await,
        stage.code("mira").await,
        stage.code("mira").await,
    );
    assert!(used.len() >= 22, "at least 128 bits");
    assert_eq!(stage.pair(&used, "laptop").await.0, 200);
    assert_eq!(stage.pair(&used, "laptop").await.0, 404);
    stage.pass(10 * MINUTE_MS - 1);
    assert_eq!(stage.pair(&kept, "desk").await.0, 200);
    stage.pass(1);
    let told: Vec<_> = [
        problem(stage.pair(&used, "laptop").await),
        problem(stage.pair(&late, "laptop").await),
        problem(stage.pair("guess", "laptop").await),
        problem(stage.pair("guess", "").await),
    ]
    .into();
    expect![[r#"
        404 pairing_code: Ask for another one: a code is good once, and for ten minutes.
        404 pairing_code: Ask for another one: a code is good once, and for ten minutes.
        404 pairing_code: Ask for another one: a code is good once, and for ten minutes.
        400 bad_request: `device_name`: 1 to 100 characters without control characters"#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn of_two_that_come_with_one_code_one_gets_the_token() {
    let stage = Stage::with(|config| config.pairing.tries_per_minute = 100).await;
    stage.team("shop", &["mira"]).await;
    let code = stage.code("mira").await;
    let (one, two, three) = tokio::join!(
        stage.pair(&code, "a"),
        stage.pair(&code, "b"),
        stage.pair(&code, "c")
    );
    let won = [one, two, three]
        .iter()
        .filter(|(status, _)| *status == 200)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn who_tries_too_often_waits() {
    let stage = Stage::with(|config| config.pairing.tries_per_minute = 2).await;
    stage.team("shop", &["mira"]).await;
    let code = stage.code("mira").await;
    stage.pair("guess", "laptop").await;
    stage.pair("guess", "laptop").await;
    expect!["429 too_many: Try again in 60 seconds."]
        .assert_eq(&problem(stage.pair(&code, "laptop").await));
    // Where it came from is not for the caller to say.
    for header in [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "true-client-ip",
    ] {
        let elsewhere = stage
            .request(Method::POST, "/v1/pair")
            .header(header, "for=203.0.113.7")
            .json(&json!({ "code": code, "device_name": "laptop" }));
        assert_eq!(answer(elsewhere).await.0, 429, "{header}");
    }
    stage.pass(MINUTE_MS);
    assert_eq!(stage.pair(&code, "laptop").await.0, 200);
}

#[tokio::test]
async fn an_agent_with_too_many_desks_gives_one_up_and_the_code_is_good_still() {
    let stage = Stage::with(|config| config.pairing.tries_per_minute = 100).await;
    stage.team("shop", &["mira"]).await;
    let first = stage.desk("mira").await;
    for _ in 1..50 {
        stage.desk("mira").await;
    }
    let code = stage.code("mira").await;
    expect!["409 desks_full: This agent has 50 desks already. Take one out of the list of devices first."]
        .assert_eq(&problem(stage.pair(&code, "laptop").await));
    let path = format!("/v1/devices/{}", first.id);
    let gone = stage
        .request(Method::DELETE, &path)
        .bearer_auth(&first.token);
    assert_eq!(answer(gone).await.0, 204);
    assert_eq!(stage.pair(&code, "laptop").await.0, 200);
}

#[tokio::test]
async fn neither_code_nor_token_stands_in_the_database() {
    let stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let code = stage.code("mira").await;
    let mira = stage.desk("mira").await;
    let kept = ["campanile.db", "campanile.db-wal"]
        .map(|name| std::fs::read(stage.database().with_file_name(name)).unwrap())
        .concat();
    // Nor any part of them from which the rest could be guessed.
    for part in [&code, &mira.token].map(|secret| &secret.as_bytes()[..16]) {
        assert!(!kept.windows(part.len()).any(|window| window == part));
    }
}

#[tokio::test]
async fn the_desks_of_an_agent_are_listed_and_shut_out_at_once() {
    let stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let (one, two) = (stage.desk("mira").await, stage.desk("mira").await);
    let (_, listed) = stage.get(&one, "/v1/devices").await;
    let rows: Vec<_> = listed["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].clone(), row["current"].clone()))
        .collect();
    assert_eq!(
        rows,
        [
            (json!("laptop"), json!(true)),
            (json!("laptop"), json!(false))
        ]
    );

    let mut stream = stage.stream(&two, None).await;
    stream.snapshot().await;
    let path = format!("/v1/devices/{}", two.id);
    let delete =
        async || answer(stage.request(Method::DELETE, &path).bearer_auth(&one.token)).await;
    assert_eq!(
        delete().await,
        (reqwest::StatusCode::NO_CONTENT, Value::Null)
    );
    let mut last = None;
    while let Some(heard) = stream.next().await {
        last = Some(heard.frame);
    }
    assert_eq!(last, Some(campanile_protocol::frame::Frame::Goodbye));
    assert_eq!(stage.get(&two, "/v1/devices").await.0, 401);
    assert!(problem(delete().await).starts_with("404 not_found"));
    assert_eq!(
        stage.get(&one, "/v1/devices").await.1["devices"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_removed_agent_is_shut_out_and_leaves_nothing() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let mira = stage.desk("mira").await;
    let event =
        |id: &str| json!({ "id": id, "type": "module_event", "recipients": [{ "id": "mira" }] });
    stage.accept(&shop, event("1")).await;
    let mut stream = stage.stream(&mira, None).await;
    stream.snapshot().await;
    stage
        .ask(campanile_server::Ask::AgentRemove {
            agent: "mira".into(),
        })
        .await;
    while stream.next().await.is_some() {}
    assert_eq!(stage.get(&mira, "/v1/devices").await.0, 401);
    assert_eq!(
        stage.accept(&shop, event("2")).await["unresolved"],
        json!(["mira"])
    );
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    let left: i64 = db
        .query_row(
            "SELECT count(*) FROM log WHERE event IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn when_a_desk_was_last_heard_of_outlives_a_restart() {
    let mut stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    stage.pass(5_000);
    let seen = stage.get(&mira, "/v1/devices").await.1["devices"][0]["seen_at"].clone();
    assert_eq!(seen, stage.now().to_string());
    stage.stop().await;
    stage.start().await;
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    let kept: i64 = db
        .query_row("SELECT seen_at FROM devices", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, stage.now().ms());
}
