//! 2xx means durable: a commit that fails is told to everybody in it, and nothing of it is kept.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::stage::{Desk, Stage, problem};

fn event(id: &str) -> Value {
    json!({ "id": id, "type": "module_event", "recipients": [{ "id": "mira" }] })
}

/// Ways in which a disk can fail, played by the database itself.
const FAILURES: &[(&str, &str, &str)] = &[
    (
        "a statement fails and the whole transaction is given up, as when the disk is full",
        "CREATE TRIGGER fail BEFORE INSERT ON events BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
        "DROP TRIGGER fail",
    ),
    (
        "a statement fails by itself",
        "CREATE TRIGGER fail BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "DROP TRIGGER fail",
    ),
    (
        "the commit itself fails",
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
         CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED); \
         CREATE TRIGGER fail AFTER INSERT ON events BEGIN INSERT INTO child VALUES (1); END",
        "DROP TRIGGER fail; DROP TABLE child; DROP TABLE parent",
    ),
];

#[tokio::test]
async fn a_failed_commit_is_a_503_and_the_next_one_is_as_if_nothing_had_been() {
    for (what, fail, mend) in FAILURES {
        let stage = Stage::new().await;
        let shop = stage.team("shop", &["mira"]).await;
        let mira = stage.desk("mira").await;
        stage.accept(&shop, event("before")).await;
        let log = stage.log(&mira);
        let db = Connection::open(stage.database()).unwrap();

        db.execute_batch(fail).unwrap();
        let (one, two, three) = (event("1"), event("2"), event("3"));
        let (one, two, three) = tokio::join!(
            stage.post(&shop, &one),
            stage.post(&shop, &two),
            stage.post(&shop, &three)
        );
        for told in [one, two, three] {
            let told = problem(told);
            assert_eq!(
                told, "503 unavailable: Nothing was accepted. Send it again in a few seconds.",
                "{what}"
            );
        }
        assert_eq!(
            stage.log(&mira),
            log,
            "{what}: reading works, and nothing was kept"
        );

        db.execute_batch(mend).unwrap();
        let told = stage.accept(&shop, event("1")).await;
        assert_eq!(
            (&told["duplicate"], &told["agents"]),
            (&json!(false), &json!(1)),
            "{what}"
        );
        let after = stage.log(&mira);
        assert_eq!(after.len(), log.len() + 1, "{what}");
        assert_eq!(
            after.last().unwrap().seq.0,
            log.last().unwrap().seq.0 + 1,
            "{what}: no place is left out"
        );
    }
}

#[tokio::test]
async fn a_503_says_when_to_come_again_and_health_tells_of_it() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let health = async || {
        let answer = stage
            .request(reqwest::Method::GET, "/healthz")
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(
        health().await,
        (
            200,
            r#"{"status":"ok","writable":true,"now":"2026-11-21T08:30:00.000Z"}"#.into()
        )
    );
    let holder = Connection::open(stage.database()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let post = stage
        .request(reqwest::Method::POST, "/v1/ingest/shop")
        .bearer_auth(shop.token());
    let answer = post
        .header("content-type", "application/json")
        .body(event("1").to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (503, &"5".parse().unwrap())
    );
    assert_eq!(
        health().await.0,
        200,
        "the answer of a moment ago is good for some seconds"
    );
    stage.pass(5_000);
    assert_eq!(
        health().await,
        (
            503,
            r#"{"status":"failing","writable":false,"now":"2026-11-21T08:30:05.000Z"}"#.into()
        )
    );
    holder.execute_batch("ROLLBACK").unwrap();
    stage.pass(5_000);
    assert_eq!(health().await.0, 200);
    assert_eq!(stage.accept(&shop, event("1")).await["duplicate"], false);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let mut stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    stage.accept(&shop, event("1")).await;
    let log = stage.log(&mira);
    stage.stop().await;
    stage.start().await;
    assert_eq!(stage.log(&mira), log);
    stage.accept(&shop, event("2")).await;
    assert_eq!(stage.log(&mira).len(), log.len() + 1);
}

async fn ask(stage: &Stage, desk: &Desk) -> String {
    let told = stage.get(desk, "/v1/devices").await;
    if told.0 == 200 {
        "200".into()
    } else {
        problem(told)
    }
}

const KEYS_UNREAD: &str = "503 unavailable: Nothing was accepted. Send it again in a few seconds.";

#[tokio::test]
async fn keys_that_cannot_be_read_shut_nobody_out_for_good() {
    let stage = Stage::with(|config| config.stream.heartbeat_ms = 150).await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let db = Connection::open(stage.database()).unwrap();
    db.execute_batch("UPDATE devices SET id = x'00'").unwrap();
    // Another source: the keys are read again.
    stage.source("bank").await;
    assert_eq!(ask(&stage, &mira).await, KEYS_UNREAD);
    assert_eq!(problem(stage.post(&shop, &event("1")).await), KEYS_UNREAD);
    let id = uuid::Uuid::parse_str(&mira.id).unwrap();
    db.execute("UPDATE devices SET id = ?1", [id]).unwrap();
    // The server looks again by itself.
    while ask(&stage, &mira).await != "200" {}
    stage.accept(&shop, event("1")).await;
}

#[tokio::test]
async fn a_folder_that_lost_its_database_is_not_begun_anew() {
    let mut stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    stage.stop().await;
    let away = stage.database().with_extension("away");
    std::fs::rename(stage.database(), &away).unwrap();
    let told = stage.try_to_start().await.unwrap_err();
    let folder = stage.database().parent().unwrap().display().to_string();
    expect_test::expect!["DATA/campanile.db is gone: mount its disk, or put a copy back with `campanile-server restore`; to begin with an empty one, remove DATA/lock"].assert_eq(&told.replace(&folder, "DATA"));
    assert!(!stage.database().exists());
    std::fs::rename(&away, stage.database()).unwrap();
    stage.start().await;
}

#[tokio::test]
async fn a_server_that_never_knew_anybody_calls_no_key_wrong() {
    let stage = Stage::new().await;
    let stranger = Desk {
        token: "a token of another database".into(),
        id: String::new(),
    };
    let post = async || {
        let body = event("1");
        problem(
            stage
                .json(reqwest::Method::POST, "/v1/ingest/shop", "x", &body)
                .await,
        )
    };
    let told = [ask(&stage, &stranger).await, post().await];
    expect_test::expect![[r#"
        503 unavailable: This server has never given out such a key: its administrator must see whether its data folder is the right one.
        503 unavailable: This server has never given out such a key: its administrator must see whether its data folder is the right one."#]].assert_eq(&told.join("\n"));
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let (status, _) = stage
        .json(
            reqwest::Method::DELETE,
            &format!("/v1/devices/{}", mira.id),
            &mira.token,
            &Value::Null,
        )
        .await;
    assert_eq!(status, 204);
    assert!(
        ask(&stage, &mira).await.starts_with("401"),
        "this one was shut out"
    );
    assert!(post().await.starts_with("401"));
}
