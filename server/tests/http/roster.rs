//! Rosters: a source's whole directory in one go.

use expect_test::expect;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Source, Stage, problem};

async fn put(stage: &Stage, shop: &Source, roster: &Value) -> (reqwest::StatusCode, Value) {
    stage
        .json(Method::PUT, "/v1/roster", shop.token(), roster)
        .await
}

#[tokio::test]
async fn a_roster_makes_agents_and_tells_them_where_they_belong() {
    let stage = Stage::new().await;
    let shop = stage.source("shop").await;
    let roster = json!({
        "agents": [{ "id": "17", "name": "Mira Oak", "roles": ["admin"] }, { "id": "18", "name": "Mira Oak" }],
        "teams": [{ "id": "t", "name": "Support", "members": ["17", "18"] }],
        "lines": [{ "id": "l", "name": "Sales", "members": ["18"], "owner": "18", "followers": ["17"] }],
    });
    let (status, taken) = put(&stage, &shop, &roster).await;
    assert_eq!(
        (status.as_u16(), &taken),
        (
            200,
            &json!({ "made": ["mira-oak", "mira-oak-2"], "removed": 0 })
        )
    );
    let mira = stage.desk("mira-oak").await;
    let mut stream = stage.stream(&mira, None).await;
    let (snapshot, _) = stream.snapshot().await;
    let scopes = snapshot.head.unwrap().scopes;
    expect![[r#"["line:shop/l","team:shop/t"]"#]].assert_eq(
        &serde_json::to_string(
            &scopes
                .places
                .iter()
                .map(|place| &place.scope)
                .collect::<Vec<_>>(),
        )
        .unwrap(),
    );
    assert_eq!(
        serde_json::to_value(&scopes.roles).unwrap(),
        json!(["agent", "admin"])
    );

    // What is missing is removed, and the log tells of it.
    let smaller = json!({ "agents": [{ "id": "17", "name": "Mira Ash" }], "teams": [{ "id": "t", "name": "Support", "members": ["17"] }] });
    let (_, taken) = put(&stage, &shop, &smaller).await;
    assert_eq!(taken, json!({ "made": [], "removed": 1 }));
    let (entries, _) = stream.entries().await;
    let told = serde_json::to_value(&entries[0].change).unwrap();
    assert_eq!(
        (
            &told["type"],
            &told["scopes"]["name"],
            &told["scopes"]["roles"]
        ),
        (&json!("scopes"), &json!("Mira Ash"), &json!(["agent"]))
    );
    // The same again changes nothing and tells nothing.
    let before = stage.log(&mira).len();
    put(&stage, &shop, &smaller).await;
    assert_eq!(stage.log(&mira).len(), before);
}

#[tokio::test]
async fn a_roster_that_cannot_be_is_refused_as_a_whole() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let agents = json!([{ "id": "17", "name": "Mira" }]);
    let rosters = [
        json!({ "agents": [{ "id": "17" }] }),
        json!({ "agents": [{ "id": "", "name": "Mira" }] }),
        json!({ "agents": [{ "id": "17", "name": "Mira" }, { "id": "17", "name": "Ihor" }] }),
        json!({ "agents": [{ "id": "17", "name": "Mira", "agent": "nobody" }] }),
        json!({ "agents": [{ "id": "17", "name": "Mira", "roles": ["king"] }] }),
        json!({ "agents": agents, "teams": [{ "id": "t", "name": "Support", "members": ["18"] }] }),
        json!({ "agents": agents, "lines": [{ "id": "l", "name": "A" }, { "id": "l", "name": "B" }] }),
        json!({ "agents": agents, "cats": [] }),
    ];
    let mut told = Vec::new();
    for roster in &rosters {
        told.push(problem(put(&stage, &shop, roster).await));
    }
    expect![[r#"
        400 bad_request: `agents[0]`: missing field `name` at line 1 column 22
        400 bad_request: `agents[0].id`: 1 to 200 characters without control characters
        400 bad_request: `agents[1].id`: `17` stands there twice
        400 bad_request: `agents[0].agent`: there is no agent `nobody` here; leave it out to make one
        400 bad_request: `agents[0].roles[0]`: unknown variant `king`, expected one of `agent`, `admin`, `billing_admin` at line 1 column 51
        400 bad_request: `teams[0]`: `18` is not one of the agents
        400 bad_request: `lines[1].id`: `l` stands there twice
        400 bad_request: `cats`: unknown field `cats`, expected one of `agents`, `teams`, `lines`, `inboxes` at line 1 column 44"#]].assert_eq(&told.join("\n"));
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "mira" }] });
    assert_eq!(
        stage.accept(&shop, event).await["agents"],
        1,
        "the earlier one still holds"
    );
}

#[tokio::test]
async fn more_places_than_a_desk_can_be_told_of_are_refused_with_words() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let roster = |many: usize| {
        let place = |number: usize| json!({ "id": format!("{number:0200}"), "name": "x".repeat(100), "members": ["mira"] });
        let teams: Vec<_> = (0..many).map(place).collect();
        json!({ "agents": [{ "id": "mira", "name": "mira" }], "teams": teams })
    };
    let (status, _) = put(&stage, &shop, &roster(300)).await;
    assert_eq!(status, 200);
    expect!["413 too_large: `mira` belongs to more lines, inboxes and teams than fit 262144 bytes. Take the agent out of some."]
        .assert_eq(&problem(put(&stage, &shop, &roster(700)).await));
    // An event is never refused for it: the agent is told of it, and becomes no guest.
    let mira = stage.desk("mira").await;
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "mira" }], "line": { "id": "new" } });
    assert_eq!(stage.accept(&shop, event).await["agents"], 1);
    let present = stage.present(&mira).await;
    let places = present["head"]["scopes"]["places"].as_array().unwrap();
    assert_eq!(places.len(), 300);
}

#[tokio::test]
async fn one_agent_can_be_somebody_to_two_sources_and_roles_hold_where_they_were_given() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira*"]).await;
    let bank = stage.source("bank").await;
    let (status, _) = put(
        &stage,
        &bank,
        &json!({ "agents": [{ "id": "b1", "agent": "mira", "name": "Mira" }] }),
    )
    .await;
    assert_eq!(status, 200);
    let wallet = json!({ "id": "1", "type": "wallet_warning" });
    assert_eq!(stage.accept(&shop, wallet.clone()).await["agents"], 1);
    assert_eq!(stage.accept(&bank, wallet).await["agents"], 0);
    let event = json!({ "id": "2", "type": "module_event", "recipients": [{ "id": "b1" }] });
    assert_eq!(stage.accept(&bank, event).await["agents"], 1);
}
