//! Sources that come and go.

use campanile_server::{Ask, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::stage::{Desk, Stage};

fn event(id: &str) -> Value {
    json!({ "id": id, "type": "operator_mentioned", "recipients": [{ "id": "mira" }], "body": "Hello" })
}

async fn scopes(stage: &Stage, desk: &Desk) -> Value {
    let (_, present) = stage.get(desk, "/v1/snapshot").await;
    present["head"]["scopes"].clone()
}

/// Tells a source who Mira is to it.
async fn map(stage: &Stage, source: &str) {
    let ask = Ask::AgentMap {
        agent: "mira".into(),
        source: source.into(),
        external: "mira".into(),
    };
    stage.ask(ask).await;
}

#[tokio::test]
async fn a_removed_source_is_refused_like_an_unknown_one_and_what_it_told_stays_readable() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let other = stage.source("other").await;
    map(&stage, "other").await;
    let mira = stage.desk("mira").await;
    let told = stage.accept(&shop, event("1")).await;
    let id = told["event"].as_str().unwrap().to_owned();
    let remove = Ask::SourceRemove {
        source: "shop".into(),
    };
    stage.ask(remove).await;

    let (status, refused) = stage.post(&shop, &event("2")).await;
    let unknown = stage
        .request(Method::POST, "/v1/ingest/never")
        .bearer_auth(shop.token())
        .json(&event("2"));
    let (_, unknown) = crate::stage::answer(unknown).await;
    assert_eq!((status, refused), (StatusCode::UNAUTHORIZED, unknown));

    // Its notice can be read, asked about and marked; its people and places are gone.
    assert_eq!(stage.bell(&mira).await.len(), 1);
    let (status, _) = stage.get(&mira, &format!("/v1/notices/{id}/why")).await;
    assert_eq!(status, StatusCode::OK);
    let read = json!({ "type": "marked", "ids": [id], "mark": { "as": "read" } });
    let settled = stage.push(&mira, 1, read).await;
    assert_eq!(settled["outcome"], "accepted");
    let scopes = scopes(&stage, &mira).await.to_string();
    assert!(
        !scopes.contains("shop") && scopes.contains("other"),
        "{scopes}"
    );

    // The others go on, and so does one that takes the name anew.
    stage.accept(&other, event("1")).await;
    let again = stage.source("shop").await;
    map(&stage, "shop").await;
    assert_eq!(stage.accept(&again, event("1")).await["duplicate"], false);
    assert_eq!(
        stage.post(&shop, &event("3")).await.0,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn what_was_told_of_a_source_can_be_taken_back() {
    let stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let set = async |origins: &[&str], kinds: &[&str]| {
        let list = |all: &[&str]| Some(all.iter().map(|one| (*one).to_owned()).collect());
        let settings = Settings {
            link_origins: list(origins),
            kinds: list(kinds),
            ..Settings::default()
        };
        let source = "shop".to_owned();
        stage.ask(Ask::SourceSet { source, settings }).await;
        let source = scopes(&stage, &mira).await["sources"][0].clone();
        (source["link_origins"].clone(), source["kinds"].clone())
    };
    let (origin, kind) = ("https://desk.example.org", "operator_mentioned");
    assert_eq!(
        set(&[origin], &[kind]).await,
        (json!([origin]), json!([kind]))
    );
    assert_eq!(set(&[], &[]).await, (json!([]), json!([])));
}
