//! What agents choose: it decides what comes after, and however much it is there is a way back.

use expect_test::expect;
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn a_choice_decides_what_comes_after_it() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let cell = |facet: &str, value: Value| json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "module_event", "facet": facet, "value": value }] });
    assert_eq!(
        stage
            .push(&mira, 1, cell("channel.bell", json!(false)))
            .await["outcome"],
        "accepted"
    );
    let event = json!({ "id": "2", "type": "module_event", "recipients": [{ "id": "mira" }] });
    let event = stage.accept(&shop, event).await["event"].clone();
    let present = stage.present(&mira).await;
    let head = &present["head"];
    assert_eq!(
        (
            &head["unread_rows"],
            present["items"].as_array().unwrap().len()
        ),
        (&json!(0), 1),
        "it is kept, and not counted"
    );
    assert_eq!(head["cells"].as_array().unwrap().len(), 1);
    let (_, why) = stage
        .get(
            &mira,
            &format!("/v1/notices/{}/why", event.as_str().unwrap()),
        )
        .await;
    expect![[r#"{"channel":"bell","outcome":"silent","reason":{"layer":"chosen","scope":"*"}}"#]]
        .assert_eq(&why["rulings"][0].to_string());
    // An unknown facet is kept and echoed.
    assert_eq!(
        stage
            .push(&mira, 2, cell("from.the.future", json!([1])))
            .await["outcome"],
        "accepted"
    );
    assert_eq!(
        stage.present(&mira).await["head"]["cells"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn whoever_has_chosen_all_there_is_room_for_can_still_change_and_take_back() {
    let stage = Stage::new().await;
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let cells = |from: usize, many: usize, value: Value| {
        let cell = |number| json!({ "scope": "*", "kind": format!("kind-{number}"), "facet": "from.the.future", "value": value });
        let cells: Vec<_> = (from..from + many).map(cell).collect();
        json!({ "type": "preferred", "cells": cells })
    };
    let mute = |until: Value| json!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "*", "facet": "mute", "value": { "until": until } }] });
    let long = json!("x".repeat(400));
    let mut number = 0;
    let mut push = async |deed: Value| {
        number += 1;
        stage.pass(1);
        stage.push(&mira, number, deed).await["outcome"].clone()
    };
    assert_eq!(push(mute(Value::Null)).await, "accepted");
    assert_eq!(push(cells(0, 450, long.clone())).await, "accepted");
    assert_eq!(push(cells(450, 450, long.clone())).await, "refused");
    for from in 450..520 {
        push(cells(from, 1, long.clone())).await;
    }
    assert_eq!(
        push(cells(600, 1, long.clone())).await,
        "refused",
        "it is full"
    );
    // What takes the place of something as long, or is no choice any more, needs no room.
    assert_eq!(
        push(cells(0, 450, json!("y".repeat(400)))).await,
        "accepted"
    );
    assert_eq!(push(mute(Value::Null)).await, "accepted");
    assert_eq!(push(cells(600, 1, Value::Null)).await, "accepted");
    // What was taken back makes room, however often that happens.
    for from in (1_000..8_000).step_by(400) {
        assert_eq!(push(cells(0, 450, Value::Null)).await, "accepted");
        assert_eq!(
            push(cells(from, 400, long.clone())).await,
            "accepted",
            "{from}"
        );
        assert_eq!(push(cells(from, 400, Value::Null)).await, "accepted");
    }
    assert_eq!(
        push(mute(json!(stage.now().plus_ms(60_000).to_string()))).await,
        "accepted"
    );
    let told = stage.present(&mira).await["head"]["cells"].to_string();
    assert!(told.len() < 300 * 1_024, "{}", told.len());
    assert!(told.contains("mute"));
}
