//! What is another agent's is answered like what does not exist; `access` tries it for every route.

use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn what_is_anothers_is_answered_like_what_was_never_there() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "ihor" }], "body": "for Ihor only" });
    let his = stage.accept(&shop, event).await["event"]
        .as_str()
        .unwrap()
        .to_owned();
    let never = "0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e";

    // Marking: alone it is refused like an unknown id, among others it is passed over like one.
    let mark =
        |ids: Vec<&str>| json!({ "type": "marked", "ids": ids, "mark": { "as": "removed" } });
    assert_eq!(
        stage.push(&mira, 1, mark(vec![&his])).await,
        stage.push(&mira, 2, mark(vec![never])).await
    );
    let hers = stage
        .accept(
            &shop,
            json!({ "id": "2", "type": "module_event", "recipients": [{ "id": "mira" }] }),
        )
        .await["event"]
        .clone();
    assert_eq!(
        stage
            .push(&mira, 3, mark(vec![&his, hers.as_str().unwrap()]))
            .await["outcome"],
        "accepted"
    );
    assert_eq!(stage.bell(&ihor).await, ["module_event named unread"]);
    let log = serde_json::to_string(&stage.log(&mira)).unwrap();
    assert!(!log.contains(&his));

    // Filters, cursors and headers name nobody else.
    let (_, of_ihor) = stage.stream(&ihor, None).await.snapshot().await;
    for path in [
        "/v1/snapshot?agent=ihor".to_owned(),
        format!("/v1/snapshot?after={of_ihor}"),
        format!("/v1/changes?after={of_ihor}"),
    ] {
        let (_, answer) = stage.get(&mira, &path).await;
        assert!(!answer.to_string().contains("for Ihor only"), "{path}");
    }
    let (snapshot, _) = stage.stream(&mira, Some(&of_ihor)).await.snapshot().await;
    assert!(
        !serde_json::to_string(&snapshot)
            .unwrap()
            .contains("for Ihor only")
    );
}

/// Writes a cursor as the server does, with another place in it, or of another agent.
fn forged(cursor: &str, change: impl Fn(&mut [u8])) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    change(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

const PLACES: &[i64] = &[
    i64::MIN,
    i64::MIN + 1,
    -1,
    0,
    1,
    3,
    1 << 50,
    i64::MAX - 1,
    i64::MAX,
];

#[tokio::test]
async fn no_forged_page_of_the_present_shows_what_is_anothers() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    for id in 0..20 {
        let event = json!({ "id": id.to_string(), "type": "module_event", "recipients": [{ "id": "ihor" }], "body": "for Ihor only" });
        let his = stage.accept(&shop, event).await["event"].clone();
        if id % 2 == 0 {
            let read = json!({ "type": "marked", "ids": [his], "mark": { "as": "read" } });
            stage.push(&ihor, id, read).await;
        }
    }
    let present = stage.present(&mira).await;
    let epoch = present["epoch"].as_str().unwrap();
    let head = stage.log(&mira).last().unwrap().seq.0;
    for list in ["live", "rest", "all", ""] {
        for as_of in PLACES.iter().copied().chain([head]) {
            for before in PLACES.iter().copied().chain([head, head + 1]) {
                let after = format!("{epoch}.{list}.{as_of}.{before}");
                let (status, page) = stage
                    .get(&mira, &format!("/v1/snapshot?after={after}"))
                    .await;
                assert!(!page.to_string().contains("for Ihor only"), "{after}");
                let fits = ["live", "rest"].contains(&list)
                    && (0..=head).contains(&as_of)
                    && (0..=as_of + 1).contains(&before);
                assert_eq!(status, if fits { 200 } else { 400 }, "{after}");
            }
        }
    }
    for after in [
        format!("{epoch}.rest.0.1.1"),
        format!("{epoch}.rest.0"),
        format!("{epoch}.rest.0.+1"),
        format!("{epoch}.rest.0.99999999999999999999"),
        format!("{}.rest.0.1", "0".repeat(36)),
        "....".to_owned(),
        "%00".to_owned(),
        "x".repeat(6_000),
    ] {
        let (status, page) = stage
            .get(&mira, &format!("/v1/snapshot?after={after}"))
            .await;
        assert!(status.is_client_error(), "{after}: {status}");
        assert!(!page.to_string().contains("for Ihor only"), "{after}");
    }
}

#[tokio::test]
async fn no_forged_cursor_shows_what_is_anothers() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "ihor" }], "body": "for Ihor only" });
    stage.accept(&shop, event).await;
    let own = stage.present(&mira).await["cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let his = stage.present(&ihor).await["cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut hostile: Vec<String> = [&own, &his]
        .iter()
        .flat_map(|cursor| {
            PLACES.iter().map(|place| {
                forged(cursor, |bytes| {
                    bytes[16..24].copy_from_slice(&place.to_be_bytes())
                })
            })
        })
        .collect();
    hostile.push(his);
    hostile.push(forged(&own, |bytes| bytes[8..16].fill(0)));
    hostile.push(forged(&own, |bytes| bytes[..8].fill(0)));
    hostile.push(forged(&own, |bytes| bytes[27] ^= 1));
    hostile.extend(["", "x", "%00", "...."].map(str::to_owned));
    hostile.push("A".repeat(6_000));
    hostile.retain(|cursor| *cursor != own);
    for cursor in &hostile {
        let (status, answer) = stage
            .get(
                &mira,
                &format!("/v1/changes?after={cursor}&limit=18446744073709551615"),
            )
            .await;
        assert_eq!(status, 410, "{cursor}: {answer}");
        // A stream answers what it cannot read on from with the present, which is the asker's own.
        for stream in [
            stage.stream(&mira, Some(cursor)).await,
            stage.stream_by_query(&mira, cursor).await,
        ] {
            let mut stream = stream;
            let (snapshot, _) = stream.snapshot().await;
            assert!(snapshot.items.is_empty(), "{cursor}");
        }
    }
}
