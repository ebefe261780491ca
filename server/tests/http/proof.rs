//! A source proves that it is itself, or nothing is read.

use campanile_server::Ask;
use expect_test::expect;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::stage::{START_MS, Source, Stage, answer, problem};

const NOW_S: i64 = START_MS / 1_000;
/// How far the time of a request may be from the server's.
const TOLERANCE_S: i64 = 300;

fn body() -> String {
    json!({ "id": "e1", "type": "module_event", "recipients": [{ "id": "mira" }] }).to_string()
}

fn signed(
    stage: &Stage,
    source: &str,
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &str,
) -> RequestBuilder {
    stage
        .request(Method::POST, &format!("/v1/ingest/{source}"))
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(body.to_owned())
}

async fn post(
    stage: &Stage,
    shop: &Source,
    id: &str,
    at_s: i64,
    body: &str,
) -> (StatusCode, Value) {
    let signature = shop.sign(id, at_s, body);
    answer(signed(
        stage,
        &shop.id,
        id,
        &at_s.to_string(),
        &signature,
        body,
    ))
    .await
}

#[tokio::test]
async fn a_signature_over_the_very_bytes_lets_a_request_in() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    assert_eq!(post(&stage, &shop, "msg_1", NOW_S, &body()).await.0, 200);
    // Another spelling of the same JSON is signed by itself.
    let spaced = body().replace(':', " : ");
    assert_eq!(post(&stage, &shop, "msg_2", NOW_S, &spaced).await.0, 200);
    let of_other_bytes = shop.sign("msg_3", NOW_S, &spaced);
    let refused = answer(signed(
        &stage,
        "shop",
        "msg_3",
        &NOW_S.to_string(),
        &of_other_bytes,
        &body(),
    ))
    .await;
    assert_eq!(refused.0, 401);
    let several = format!("v1,AAAA v1a,xyz {}", shop.sign("msg_4", NOW_S, &body()));
    assert_eq!(
        answer(signed(
            &stage,
            "shop",
            "msg_4",
            &NOW_S.to_string(),
            &several,
            &body()
        ))
        .await
        .0,
        200
    );
}

#[tokio::test]
async fn whatever_is_wrong_with_a_proof_is_answered_alike() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let bank = stage.team("bank", &["mira"]).await;
    let now = NOW_S.to_string();
    let good = shop.sign("msg_1", NOW_S, &body());
    let off = if good.ends_with("A=") { "E=" } else { "A=" };
    let off_by_one = format!("{}{off}", &good[..good.len() - 2]);
    let late = format!("{}{good}", "v1,AAAA ".repeat(8));
    let long = "m".repeat(4_000);
    let bare = || {
        stage
            .request(Method::POST, "/v1/ingest/shop")
            .header("content-type", "application/json")
            .body(body())
    };
    let table = vec![
        ("nothing", bare()),
        ("a wrong token", bare().bearer_auth("wrong")),
        ("no token", bare().header("authorization", "Bearer")),
        (
            "another scheme",
            bare().header("authorization", "Basic c2hvcDpzaG9w"),
        ),
        (
            "the token of another source",
            bare().bearer_auth(bank.token()),
        ),
        (
            "the last byte off",
            signed(&stage, "shop", "msg_1", &now, &off_by_one, &body()),
        ),
        (
            "an empty signature",
            signed(&stage, "shop", "msg_1", &now, "v1,", &body()),
        ),
        (
            "the first 8 characters",
            signed(&stage, "shop", "msg_1", &now, &good[..11], &body()),
        ),
        (
            "another version only",
            signed(
                &stage,
                "shop",
                "msg_1",
                &now,
                &good.replace("v1,", "v2,"),
                &body(),
            ),
        ),
        (
            "the ninth signature",
            signed(&stage, "shop", "msg_1", &now, &late, &body()),
        ),
        (
            "another id",
            signed(&stage, "shop", "msg_2", &now, &good, &body()),
        ),
        (
            "another time",
            signed(
                &stage,
                "shop",
                "msg_1",
                &(NOW_S + 1).to_string(),
                &good,
                &body(),
            ),
        ),
        (
            "no number for a time",
            signed(&stage, "shop", "msg_1", "now", &good, &body()),
        ),
        (
            "an empty id",
            signed(
                &stage,
                "shop",
                "",
                &now,
                &shop.sign("", NOW_S, &body()),
                &body(),
            ),
        ),
        (
            "a long id",
            signed(
                &stage,
                "shop",
                &long,
                &now,
                &shop.sign(&long, NOW_S, &body()),
                &body(),
            ),
        ),
        (
            "an id with a dot",
            signed(
                &stage,
                "shop",
                "a.b",
                &now,
                &shop.sign("a.b", NOW_S, &body()),
                &body(),
            ),
        ),
        (
            "two ids",
            signed(&stage, "shop", "msg_1", &now, &good, &body()).header("webhook-id", "msg_1"),
        ),
        (
            "two signatures' headers",
            signed(&stage, "shop", "msg_1", &now, &good, &body())
                .header("webhook-signature", &good),
        ),
        (
            "two timestamps",
            signed(&stage, "shop", "msg_1", &now, &good, &body()).header("webhook-timestamp", &now),
        ),
        (
            "the secret of another source",
            signed(
                &stage,
                "shop",
                "msg_1",
                &now,
                &bank.sign("msg_1", NOW_S, &body()),
                &body(),
            ),
        ),
        (
            "a source that is not there",
            signed(&stage, "nowhere", "msg_1", &now, &good, &body()),
        ),
    ];
    for (what, request) in table {
        let told = problem(answer(request).await);
        assert_eq!(
            told,
            "401 unauthorized: Sign the request as Standard Webhooks does, or send the source's token as \
             `Authorization: Bearer`.",
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes_on_either_side() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    for (offset_s, status) in [(-300, 200), (300, 200), (-301, 401), (301, 401)] {
        let told = post(
            &stage,
            &shop,
            &format!("msg_{offset_s}"),
            NOW_S + offset_s,
            &body(),
        )
        .await;
        assert_eq!(told.0, status, "{offset_s}");
    }
    let stale = problem(post(&stage, &shop, "msg_x", NOW_S - 301, &body()).await);
    expect!["401 stale_timestamp: Sign the request when it is sent: `webhook-timestamp` may differ from the server's clock by 300 seconds."].assert_eq(&stale);
}

#[tokio::test]
async fn a_request_that_was_overheard_does_nothing_when_it_is_sent_again_even_after_a_restart() {
    let mut stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    assert_eq!(
        post(&stage, &shop, "msg_1", NOW_S, &body()).await.1["events"][0]["duplicate"],
        false
    );
    stage.stop().await;
    stage.start().await;
    assert_eq!(
        post(&stage, &shop, "msg_1", NOW_S, &body()).await.1["events"][0]["duplicate"],
        true
    );
    assert_eq!(stage.bell(&mira).await.len(), 1);
    let other = body().replace("e1", "e2");
    assert!(
        problem(post(&stage, &shop, "msg_1", NOW_S, &other).await).starts_with("409 id_reused")
    );
}

#[tokio::test]
async fn a_packed_body_is_not_read_whichever_bytes_are_signed() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    // A server that unpacks would read what was not signed, and one that looks past the word would read what is JSON.
    for (id, sent, proven) in [
        ("msg_1", body(), body()),
        ("msg_2", "\u{1f}packed".into(), "\u{1f}packed".into()),
        ("msg_3", "\u{1f}packed".into(), body()),
    ] {
        let signature = shop.sign(id, NOW_S, &proven);
        let request = signed(&stage, "shop", id, &NOW_S.to_string(), &signature, &sent);
        let told = answer(request.header("content-encoding", "gzip")).await;
        assert_eq!(told.0, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{id}");
    }
    assert!(stage.bell(&mira).await.is_empty());
}

#[tokio::test]
async fn an_older_roster_that_was_overheard_does_not_undo_a_later_one() {
    let stage = Stage::new().await;
    let shop = stage.source("shop").await;
    // What is signed for the future is good for the longest.
    let signed_s = NOW_S + TOLERANCE_S;
    let put = async |id: &str, people: &[&str]| {
        let body = serde_json::to_string(&crate::stage::roster(people)).unwrap();
        let request = stage
            .request(Method::PUT, "/v1/roster")
            .header("content-type", "application/json");
        let request = request
            .header("campanile-source", "shop")
            .header("webhook-id", id)
            .header("webhook-timestamp", signed_s);
        answer(
            request
                .header("webhook-signature", shop.sign(id, signed_s, &body))
                .body(body),
        )
        .await
    };
    assert_eq!(put("one", &["mira"]).await.1["made"], json!(["mira"]));
    assert_eq!(
        put("two", &["mira", "ihor"]).await.1["made"],
        json!(["ihor"])
    );
    for passed_s in [0, 2 * TOLERANCE_S] {
        stage.pass(passed_s * 1_000);
        stage.server().forget().await.unwrap();
        assert_eq!(put("one", &["mira"]).await.1["removed"], 0);
    }
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "ihor" }] });
    assert_eq!(stage.accept(&shop, event).await["agents"], 1);
    stage.pass(1_000);
    let late = problem(put("one", &["mira"]).await);
    assert!(late.starts_with("401 stale_timestamp"), "{late}");
}

#[tokio::test]
async fn after_a_rotation_the_earlier_secrets_are_good_for_another_day() {
    let stage = Stage::new().await;
    let old = stage.team("shop", &["mira"]).await;
    let campanile_server::Told::Keys(keys) = stage
        .ask(Ask::SourceRotate {
            source: "shop".into(),
        })
        .await
    else {
        panic!("no keys")
    };
    let new = Source {
        id: "shop".into(),
        keys,
    };
    let status = async |source: &Source, number: i64| {
        let event = json!({ "id": format!("e{number}"), "type": "module_event" });
        let by_token = stage.post(source, &event).await.0.as_u16();
        let at_s = stage.now().ms() / 1_000;
        let by_secret = post(
            &stage,
            source,
            &format!("msg_{number}"),
            at_s,
            &event.to_string(),
        )
        .await
        .0
        .as_u16();
        (by_token, by_secret)
    };
    assert_eq!(status(&new, 1).await, (200, 200));
    assert_eq!(status(&old, 2).await, (200, 200));
    stage.pass(24 * 60 * 60 * 1_000);
    assert_eq!(status(&old, 3).await, (401, 401));
    assert_eq!(status(&new, 4).await, (200, 200));
}
