//! What holds for every request.

use expect_test::expect;
use reqwest::Method;

use crate::stage::{Stage, answer, problem};

#[tokio::test]
async fn a_page_that_rebinds_its_name_to_this_machine_is_turned_away() {
    let stage = Stage::with(|config| config.hosts = vec!["desk.example.org".into()]).await;
    let ask = async |host: &str| {
        stage
            .request(Method::GET, "/healthz")
            .header("host", host)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    for (host, status) in [
        ("127.0.0.1:7440", 200),
        ("localhost", 200),
        ("[::1]:80", 200),
        ("Desk.Example.Org", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example", 403),
        ("user@localhost", 403),
        ("", 403),
    ] {
        assert_eq!(ask(host).await, status, "{host}");
    }
}

#[tokio::test]
async fn what_there_is_not_and_what_may_not_be_are_told_as_problems() {
    let stage = Stage::new().await;
    let ask = async |method: Method, path: &str| problem(answer(stage.request(method, path)).await);
    let told = [
        ask(Method::GET, "/").await,
        ask(Method::GET, "/v1/admin").await,
        ask(Method::PUT, "/v1/pair").await,
        ask(Method::GET, "/v1/ingest/shop").await,
    ];
    expect![[r#"
        404 not_found: There is nothing here under this name, or it is not yours.
        404 not_found: There is nothing here under this name, or it is not yours.
        405 method_not_allowed: This path knows other methods; see /openapi.json.
        405 method_not_allowed: This path knows other methods; see /openapi.json."#]]
    .assert_eq(&told.join("\n"));
    let overridden = stage
        .request(Method::GET, "/v1/pair")
        .header("x-http-method-override", "POST")
        .header("x-original-url", "/healthz");
    assert_eq!(overridden.send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn answers_are_kept_by_nobody_and_open_to_no_other_page() {
    let stage = Stage::new().await;
    let answer = stage
        .request(Method::OPTIONS, "/v1/changes")
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    let answer = stage.request(Method::GET, "/healthz").send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(!answer.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own() {
    let stage =
        Stage::with(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into())).await;
    let shop = stage.team("shop", &["mira"]).await;
    stage.accept(&shop, serde_json::json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "mira" }] })).await;
    assert_eq!(
        stage
            .request(Method::GET, "/metrics")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let address = stage.server().metrics_address.unwrap();
    let url = format!("http://{address}/metrics");
    let rebound = reqwest::Client::new()
        .get(&url)
        .header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), 403);
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    for line in [
        "campanile_events_accepted_total 1",
        "campanile_streams 0",
        "campanile_outbox_depth 0",
        "campanile_commit_failing 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
    }
    assert!(!text.contains("mira") && !text.contains("shop"));
}
