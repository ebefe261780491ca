//! Retention: what is old goes, what is unread stays, and a cursor that names what went is answered by the present.

use serde_json::json;

use crate::stage::Stage;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[tokio::test]
async fn what_was_read_goes_and_what_is_unread_stays() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let event = |id: &str| json!({ "id": id, "type": "module_event", "recipients": [{ "id": "mira" }], "title": id });
    let (_, oldest) = stage.stream(&mira, None).await.snapshot().await;
    let read = stage.accept(&shop, event("read")).await["event"].clone();
    stage.accept(&shop, event("unread")).await;
    let mark = json!({ "type": "marked", "ids": [read], "mark": { "as": "read" } });
    stage.push(&mira, 1, mark).await;
    stage.pass(89 * DAY_MS);
    stage.server().forget().await.unwrap();
    assert_eq!(stage.bell(&mira).await.len(), 2, "not yet");
    stage.accept(&shop, event("fresh")).await;
    let (_, fresh) = stage.stream(&mira, None).await.snapshot().await;
    stage.pass(2 * DAY_MS);
    stage.server().forget().await.unwrap();

    let present = stage.present(&mira).await;
    let titles: Vec<_> = present["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["notice"]["title"].clone())
        .collect();
    assert_eq!(titles, ["fresh", "unread"]);
    let (snapshot, _) = stage.stream(&mira, Some(&oldest)).await.snapshot().await;
    assert_eq!(snapshot.items.len(), 2);
    let head = snapshot.head.unwrap();
    assert_eq!((head.complete_after.0, head.last.0), (4, 5));
    assert_eq!(
        stage
            .get(&mira, &format!("/v1/changes?after={oldest}"))
            .await
            .0,
        410
    );
    assert_eq!(
        stage
            .get(&mira, &format!("/v1/changes?after={fresh}"))
            .await
            .0,
        200,
        "what is recent goes on"
    );
    // The id of what is still unread is still known; that of what went may be used again.
    assert_eq!(
        stage.accept(&shop, event("unread")).await["duplicate"],
        true
    );
    assert_eq!(stage.accept(&shop, event("read")).await["duplicate"], false);
}

#[tokio::test]
async fn a_log_that_was_emptied_never_begins_anew() {
    let mut stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let before = stage.log(&mira).last().unwrap().seq;
    stage.pass(200 * DAY_MS);
    stage.server().forget().await.unwrap();
    stage.stop().await;
    stage.start().await;
    stage
        .accept(
            &shop,
            json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "mira" }] }),
        )
        .await;
    assert!(stage.log(&mira).last().unwrap().seq > before);
}

#[tokio::test]
async fn the_assignee_of_a_conversation_that_goes_on_stays_known() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let message = |id: &str| json!({ "id": id, "type": "conversation_message", "conversation": { "id": "412" } });
    let mut first = message("first");
    first["assignee"] = json!({ "id": "mira" });
    stage.accept(&shop, first).await;
    for day in 0..6 {
        stage.pass(30 * DAY_MS);
        stage.server().forget().await.unwrap();
        let told = stage.accept(&shop, message(&format!("day-{day}"))).await;
        assert_eq!(told["agents"], 1, "after {} days", (day + 1) * 30);
    }
    stage.pass(91 * DAY_MS);
    stage.server().forget().await.unwrap();
    assert_eq!(
        stage.accept(&shop, message("late")).await["agents"],
        0,
        "a conversation that ended is forgotten"
    );
    assert_eq!(stage.bell(&mira).await.len(), 7);
}

#[tokio::test]
async fn events_are_forgotten_between_those_that_are_still_unread() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    stage.desk("mira").await;
    let known = || -> Vec<String> {
        let db = rusqlite::Connection::open(stage.database()).unwrap();
        let mut rows = db
            .prepare("SELECT external FROM events WHERE agents = 0 ORDER BY external")
            .unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    // More than are looked at in one go, all of one moment, and a fact in the middle and at the end that is in no log.
    for part in ["a", "b"] {
        for batch in 0..2 {
            let unread: Vec<_> = (0..400)
                .map(|number| json!({ "id": format!("{part}-{batch}-{number}"), "type": "module_event", "recipients": [{ "id": "mira" }] }))
                .collect();
            stage.accept(&shop, json!(unread)).await;
        }
        stage
            .accept(
                &shop,
                json!({ "id": format!("{part}-zzz"), "type": "ticket.renamed" }),
            )
            .await;
    }
    assert_eq!(known(), ["a-zzz", "b-zzz"]);
    stage.pass(91 * DAY_MS);
    stage
        .accept(&shop, json!({ "id": "fresh", "type": "ticket.renamed" }))
        .await;
    stage.server().forget().await.unwrap();
    assert_eq!(known(), ["fresh"]);
    let again =
        json!({ "id": "b-1-399", "type": "module_event", "recipients": [{ "id": "mira" }] });
    assert_eq!(stage.accept(&shop, again).await["duplicate"], true);
}
