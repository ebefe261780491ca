//! The present, in pages: everything once, whatever happens meanwhile.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Desk, Source, Stage};

async fn set(events: usize) -> (Stage, Source, Desk, Vec<Value>) {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let event = |number: usize| json!({ "id": number.to_string(), "type": "module_event", "recipients": [{ "id": "mira" }] });
    let mut ids = Vec::new();
    for batch in (0..events).collect::<Vec<_>>().chunks(400) {
        let events: Vec<_> = batch.iter().map(|number| event(*number)).collect();
        let (_, answer) = stage.post(&shop, &Value::Array(events)).await;
        ids.extend(
            answer["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["event"].clone()),
        );
    }
    (stage, shop, mira, ids)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["notice"]["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn next(stage: &Stage, mira: &Desk, page: &Value) -> Option<Value> {
    let after = page["next"].as_str()?;
    let (status, page) = stage
        .get(mira, &format!("/v1/snapshot?after={after}"))
        .await;
    assert_eq!(status, 200, "{page}");
    Some(page)
}

#[tokio::test]
async fn the_pages_hold_every_notice_once_the_unread_first() {
    let (stage, _, mira, all) = set(1_200).await;
    let read: Vec<_> = all.iter().step_by(3).collect();
    stage.pass(1);
    stage
        .push(
            &mira,
            1,
            json!({ "type": "marked", "ids": read, "mark": { "as": "read" } }),
        )
        .await;
    let mut page = stage.present(&mira).await;
    assert_eq!(page["head"]["unread_items"], 800);
    let (mut seen, mut sizes, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        sizes.push(page["items"].as_array().unwrap().len());
        marks.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["mark"]["as"] == "read"),
        );
        seen.extend(ids(&page));
        match next(&stage, &mira, &page).await {
            Some(after) => {
                assert_eq!(
                    (&after["head"], &after["cursor"]),
                    (&Value::Null, &page["cursor"])
                );
                page = after;
            }
            None => break,
        }
    }
    assert_eq!(sizes, [500, 500, 200]);
    assert!(marks.is_sorted(), "the unread come first");
    assert_eq!(seen.len(), 1_200);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 1_200);
}

#[tokio::test]
async fn what_is_marked_between_two_pages_is_in_one_of_them() {
    let (stage, shop, mira, all) = set(1_100).await;
    // Of the oldest, half are read: they stand in the second list.
    let (was_read, was_unread): (Vec<_>, Vec<_>) = all[..400]
        .iter()
        .partition(|id| id.as_str().unwrap().as_bytes()[35] % 2 == 0);
    stage.pass(1);
    stage
        .push(
            &mira,
            1,
            json!({ "type": "marked", "ids": was_read, "mark": { "as": "read" } }),
        )
        .await;
    let mut page = stage.present(&mira).await;
    let mut seen: BTreeSet<String> = ids(&page).into_iter().collect();
    // Now they change places, and something arrives.
    stage.pass(1);
    stage
        .push(
            &mira,
            2,
            json!({ "type": "marked", "ids": was_read, "mark": { "as": "unread" } }),
        )
        .await;
    stage
        .push(
            &mira,
            3,
            json!({ "type": "marked", "ids": was_unread, "mark": { "as": "read" } }),
        )
        .await;
    let late = stage
        .accept(
            &shop,
            json!({ "id": "late", "type": "module_event", "recipients": [{ "id": "mira" }] }),
        )
        .await["event"]
        .clone();
    while let Some(after) = next(&stage, &mira, &page).await {
        seen.extend(ids(&after));
        page = after;
    }
    let all: BTreeSet<_> = all
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        seen, all,
        "and what arrived meanwhile comes by the log: {late}"
    );
}

#[tokio::test]
async fn a_page_of_another_database_or_of_nowhere_is_refused() {
    let (stage, _, mira, _) = set(1).await;
    for (after, status) in [
        ("x", 400),
        ("00000000-0000-0000-0000-000000000000.live.1.1", 410),
        ("00000000-0000-0000-0000-000000000000.live", 400),
    ] {
        assert_eq!(
            stage
                .get(&mira, &format!("/v1/snapshot?after={after}"))
                .await
                .0,
            status,
            "{after}"
        );
    }
}
