//! The stream: where it goes on, and where it cannot.

use campanile_core::change::{Change, Seq};
use campanile_protocol::frame::Frame;
use serde_json::{Value, json};

use crate::stage::{Desk, Source, Stage};

fn event(id: &str) -> Value {
    json!({ "id": id, "type": "module_event", "recipients": [{ "id": "mira" }] })
}

async fn set() -> (Stage, Source, Desk) {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let mira = stage.desk("mira").await;
    (stage, shop, mira)
}

fn arrived(entries: &[campanile_core::change::Entry]) -> Vec<Seq> {
    entries
        .iter()
        .filter(|entry| matches!(entry.change, Change::Arrived { .. }))
        .map(|entry| entry.seq)
        .collect()
}

#[tokio::test]
async fn a_newcomer_hears_hello_then_the_present_then_what_happens() {
    let (stage, shop, mira) = set().await;
    stage.accept(&shop, event("1")).await;
    let mut stream = stage.stream(&mira, None).await;
    let Frame::Hello(hello) = stream.next().await.unwrap().frame else {
        panic!("no hello")
    };
    assert_eq!(
        (hello.protocol, hello.min_desk, hello.now),
        (1, 1, stage.now())
    );
    let (snapshot, cursor) = stream.snapshot().await;
    let head = snapshot.head.as_ref().unwrap();
    let end = stage.log(&mira).last().unwrap().seq;
    assert_eq!(
        (hello.last, head.last, head.complete_after),
        (end, end, Seq(0))
    );
    assert_eq!(
        (snapshot.items.len(), &snapshot.cursor, snapshot.epoch),
        (1, &cursor, hello.epoch)
    );
    assert!(matches!(
        stream.next().await.unwrap().frame,
        Frame::Presence(_)
    ));
    stage.accept(&shop, event("2")).await;
    let (entries, after) = stream.entries().await;
    assert_eq!(arrived(&entries).len(), 1);
    assert_ne!(after, cursor);
}

#[tokio::test]
async fn a_stream_goes_on_after_its_cursor_and_misses_and_repeats_nothing() {
    let (stage, shop, mira) = set().await;
    let mut stream = stage.stream(&mira, None).await;
    let (_, mut cursor) = stream.snapshot().await;
    drop(stream);
    let mut heard = Vec::new();
    for round in 0..5 {
        stage.accept(&shop, event(&format!("{round}-away"))).await;
        let mut stream = stage.stream(&mira, Some(&cursor)).await;
        let (entries, _) = stream.entries().await;
        heard.extend(arrived(&entries));
        stage.accept(&shop, event(&format!("{round}-here"))).await;
        let (entries, after) = stream.entries().await;
        heard.extend(arrived(&entries));
        cursor = after;
    }
    let log = stage.log(&mira);
    assert_eq!(heard, arrived(&log));
    assert_eq!(heard.len(), 10);
}

#[tokio::test]
async fn what_was_missed_is_told_apart_from_what_happens_now_by_its_place() {
    let (stage, shop, mira) = set().await;
    let (_, cursor) = stage.stream(&mira, None).await.snapshot().await;
    stage.accept(&shop, event("away")).await;
    let mut stream = stage.stream(&mira, Some(&cursor)).await;
    let Frame::Hello(hello) = stream.next().await.unwrap().frame else {
        panic!("no hello")
    };
    let mut missed = Vec::new();
    while missed.len() < 2 {
        if let Frame::Entries(entries) = stream.next().await.unwrap().frame {
            missed.push(entries.entries[0].seq <= hello.last);
            if missed.len() == 1 {
                stage.accept(&shop, event("here")).await;
            }
        }
    }
    assert_eq!(missed, [true, false]);
}

#[tokio::test]
async fn a_cursor_that_does_not_fit_is_answered_by_the_present() {
    let (stage, shop, mira) = set().await;
    let ihor = stage.desk("ihor").await;
    for id in ["1", "2", "3"] {
        stage.accept(&shop, event(id)).await;
    }
    let (_, of_mira) = stage.stream(&mira, None).await.snapshot().await;
    let (_, of_ihor) = stage.stream(&ihor, None).await.snapshot().await;
    let future = {
        // The same database goes on, then is put back: the cursor names a place that it does not have.
        let mut stage = stage;
        let copy = stage.database().with_extension("copy");
        stage.stop().await;
        std::fs::copy(stage.database(), &copy).unwrap();
        stage.start().await;
        stage.accept(&shop, event("4")).await;
        let (_, ahead) = stage.stream(&mira, None).await.snapshot().await;
        stage.stop().await;
        std::fs::copy(&copy, stage.database()).unwrap();
        stage.start().await;
        // Another event takes the same place.
        let (snapshot, _) = stage.stream(&mira, Some(&ahead)).await.snapshot().await;
        assert_eq!(snapshot.items.len(), 3);
        stage.accept(&shop, event("5")).await;
        let (snapshot, _) = stage.stream(&mira, Some(&ahead)).await.snapshot().await;
        assert_eq!(snapshot.items.len(), 4);
        (stage, ahead)
    };
    let (stage, ahead) = future;
    for cursor in [
        &ahead,
        &of_ihor,
        "",
        "nonsense",
        &of_mira[1..],
        &"A".repeat(38),
    ] {
        let (snapshot, _) = stage.stream(&mira, Some(cursor)).await.snapshot().await;
        assert_eq!(snapshot.items.len(), 4, "{cursor}");
        let (status, answer) = stage
            .get(&mira, &format!("/v1/changes?after={cursor}"))
            .await;
        assert_eq!(
            (status.as_u16(), answer["code"].as_str()),
            (410, Some("cursor_gone")),
            "{cursor}"
        );
    }
    let mut stream = stage.stream(&mira, Some(&of_mira)).await;
    assert_eq!(arrived(&stream.entries().await.0).len(), 1);
}

#[tokio::test]
async fn the_log_comes_in_pages_as_large_as_asked() {
    let (stage, shop, mira) = set().await;
    let (_, mut cursor) = stage.stream(&mira, None).await.snapshot().await;
    for id in 0..7 {
        stage.accept(&shop, event(&id.to_string())).await;
    }
    let mut sizes = Vec::new();
    loop {
        let (status, page) = stage
            .get(&mira, &format!("/v1/changes?after={cursor}&limit=3"))
            .await;
        assert_eq!(status, 200);
        sizes.push(page["entries"].as_array().unwrap().len());
        cursor = page["cursor"].as_str().unwrap().to_owned();
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(sizes, [3, 3, 1]);
    let (_, end) = stage
        .get(&mira, &format!("/v1/changes?after={cursor}&limit=0"))
        .await;
    assert_eq!(
        end,
        json!({ "entries": [], "cursor": cursor, "more": false })
    );
}

#[tokio::test]
async fn a_long_absence_is_caught_up_in_frames_that_a_reader_can_hold() {
    let (stage, shop, mira) = set().await;
    let (_, cursor) = stage.stream(&mira, None).await.snapshot().await;
    let long = "x".repeat(19_000);
    for batch in 0..4 {
        let events: Vec<_> = (0..40)
            .map(|number| json!({ "id": format!("{batch}-{number}"), "type": "module_event", "recipients": [{ "id": "mira" }], "body": long }))
            .collect();
        stage.accept(&shop, Value::Array(events)).await;
    }
    let mut stream = stage.stream(&mira, Some(&cursor)).await;
    let mut heard = 0;
    while heard < 160 {
        let block = stream.block().await.unwrap();
        assert!(block.lines().all(|line| line.len() < 512 * 1024));
        heard += block.matches("\"type\":\"arrived\"").count();
    }
    assert_eq!(heard, 160);
}

#[tokio::test]
async fn a_reader_that_fell_behind_reads_on_from_the_log() {
    let (stage, shop, mira) = set().await;
    let mut stream = stage.stream(&mira, None).await;
    stream.snapshot().await;
    // Far more than the hub keeps for one stream, and not one byte is read meanwhile.
    for batch in 0..4 {
        let events: Vec<_> = (0..100)
            .map(|number| event(&format!("{batch}-{number}")))
            .collect();
        stage.accept(&shop, Value::Array(events)).await;
    }
    let mut heard = Vec::new();
    while heard.len() < 400 {
        heard.extend(arrived(&stream.entries().await.0));
    }
    assert_eq!(heard, arrived(&stage.log(&mira)));
}

#[tokio::test]
async fn a_desk_has_three_streams_and_the_oldest_gives_way() {
    let (stage, _, mira) = set().await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = stage.stream(&mira, None).await;
        stream.snapshot().await;
        streams.push(stream);
    }
    let mut other_desk = stage.stream(&stage.desk("mira").await, None).await;
    other_desk.snapshot().await;
    let mut fourth = stage.stream(&mira, None).await;
    fourth.snapshot().await;
    let mut oldest = streams.remove(0);
    while let Some(heard) = oldest.next().await {
        assert_ne!(heard.frame, Frame::Goodbye, "the desk may come back");
    }
    stage
        .push(&mira, 1, json!({ "type": "availability", "value": "busy" }))
        .await;
    for stream in streams.iter_mut().chain([&mut fourth, &mut other_desk]) {
        loop {
            let Frame::Presence(presence) = stream.next().await.expect("goes on").frame else {
                continue;
            };
            if presence.availability.as_deref() == Some("busy") {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_quiet_stream_gives_signs_of_life() {
    let stage = Stage::with(|config| config.stream.heartbeat_ms = 30).await;
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let mut stream = stage.stream(&mira, None).await;
    let mut beats = 0;
    while beats < 3 {
        beats += usize::from(stream.block().await.expect("goes on").starts_with(':'));
    }
}

#[tokio::test]
async fn streams_end_when_the_server_stops_and_go_on_after_it() {
    let (mut stage, shop, mira) = set().await;
    let mut stream = stage.stream(&mira, None).await;
    let (_, cursor) = stream.snapshot().await;
    stage.stop().await;
    while let Some(heard) = stream.next().await {
        assert_ne!(heard.frame, Frame::Goodbye);
    }
    stage.start().await;
    stage.accept(&shop, event("1")).await;
    let mut stream = stage.stream(&mira, Some(&cursor)).await;
    assert_eq!(arrived(&stream.entries().await.0).len(), 1);
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut_off() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let stage = Stage::with(|config| {
        config.metrics_listen = Some(([127, 0, 0, 1], 0).into());
        config.stream.heartbeat_ms = 30;
        config.stream.stalled_ms = 60;
    })
    .await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let address = stage.server().address;
    let mut stalled = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v1/stream HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n",
        mira.token
    );
    stalled.write_all(request.as_bytes()).await.unwrap();
    stalled.read_u8().await.unwrap();
    // More than any socket buffers.
    let long = "x".repeat(19_000);
    for batch in 0..20 {
        let events: Vec<_> = (0..40)
            .map(|number| json!({ "id": format!("{batch}-{number}"), "type": "module_event", "recipients": [{ "id": "mira" }], "body": long }))
            .collect();
        stage.accept(&shop, Value::Array(events)).await;
    }
    let metrics = format!("http://{}/metrics", stage.server().metrics_address.unwrap());
    loop {
        let text = reqwest::get(&metrics).await.unwrap().text().await.unwrap();
        if text.contains("\ncampanile_streams 0\n") {
            break;
        }
    }
}

#[tokio::test]
async fn a_stream_says_with_each_sign_of_life_how_wide_the_desks_shall_spread() {
    let stage = Stage::with(|config| config.stream.heartbeat_ms = 150).await;
    stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let mut stream = stage.stream(&mira, None).await;
    let mut told = Vec::new();
    while told.len() < 2 {
        let block = stream.block().await.unwrap();
        let retry = block.lines().find_map(|line| line.strip_prefix("retry: "));
        told.extend(retry.map(|retry| (block.starts_with(':'), retry.to_owned())));
    }
    assert_eq!(told, [(false, "1000".into()), (true, "1000".into())]);
}
