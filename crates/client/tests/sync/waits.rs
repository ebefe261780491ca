//! How long a server is left alone: as long as it asks, else ever longer.

use std::time::Duration;

use campanile_client::{message::Link, sync::Command};
use tokio::time::Instant;

use crate::faults::answered;
use crate::net::{Desk, Net, entries, pass};

#[tokio::test(start_paused = true)]
async fn a_server_is_left_alone_as_long_as_it_asks() {
    let own = 1_500;
    let table = [
        ("7", 7_500),
        (
            "Sat, 21 Nov 2026 08:30:20 GMT\r\nDate: Sat, 21 Nov 2026 08:30:00 GMT",
            20_500,
        ),
        ("0", 1_500),
        ("1000000000", 900_500),
        ("-1", own),
        ("soon", own),
    ];
    for (header, wait_ms) in table {
        let headers = format!("Retry-After: {header}\r\n");
        assert_eq!(
            answered("429 Too Many", &headers, "").await,
            ("busy", Duration::from_millis(wait_ms)),
            "{header}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_server_asks_for_holds_against_a_machine_that_wakes_and_a_person() {
    for (headers, is_called_at_once) in [("Retry-After: 7\r\n", false), ("", true)] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        net.accept().await.answer("429 Too Many", headers, "").await;
        desk.offline().await;
        // No try follows another within a second, whoever asks.
        pass(Duration::from_secs(1)).await;
        desk.command(Command::Reconnect).await;
        assert_eq!(net.is_called().await, is_called_at_once, "{headers:?}");
        if !is_called_at_once {
            pass(Duration::from_secs(6)).await;
            assert!(
                net.is_called().await,
                "the nudge holds once the wait is over"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_again_and_again_is_left_alone_each_time() {
    let table = [
        (Some("7"), 7),
        (
            Some("Sat, 21 Nov 2026 08:30:20 GMT\r\nDate: Sat, 21 Nov 2026 08:30:00 GMT"),
            20,
        ),
        (Some("0"), 1),
        (Some("1000000000"), 900),
        // What means nothing changes nothing.
        (Some("-1"), 1),
        (Some("soon"), 1),
        (None, 1),
    ];
    for (header, asked_s) in table {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let headers = header.map_or_else(String::new, |asks| format!("Retry-After: {asks}\r\n"));
        for round in 0..10 {
            let answer = net.accept().await;
            answer.answer("429 Too Many", &headers, "").await;
            let (_, waits) = desk.offline().await;
            // On top comes a part by lot, half of a range that doubles up to five minutes.
            let spread_ms = (500_u64 << round).min(150_000);
            let expected = Duration::from_millis(asked_s * 1_000 + spread_ms);
            assert_eq!(waits, expected, "{header:?}, round {round}");
            let (looked, since) = (net.is_called().await, Instant::now());
            assert!(!looked, "{header:?}, round {round}: it came at once");
            pass(waits).await;
            assert!(since.elapsed() >= waits);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn waits_grow_while_nothing_helps_and_start_anew_when_somebody_asks() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut waits = Vec::new();
    for _ in 0..11 {
        net.accept().await.answer("500 Broken", "", "").await;
        let (_, wait) = desk.offline().await;
        waits.push(wait.as_millis());
        pass(wait).await;
    }
    assert_eq!(
        waits,
        [
            1_500, 2_000, 3_000, 5_000, 9_000, 17_000, 33_000, 65_000, 129_000, 151_000, 151_000
        ]
    );
    net.accept().await.answer("500 Broken", "", "").await;
    desk.offline().await;
    desk.command(Command::Reconnect).await;
    assert_eq!(desk.link().await, Link::Connecting);
    pass(Duration::from_secs(1)).await;
    net.accept().await.answer("500 Broken", "", "").await;
    assert_eq!(desk.offline().await.1, Duration::from_millis(1_500));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_was_good_and_broke_is_no_word_of_being_offline_until_it_stays_away() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let server = net.accept_stream(&mut desk).await;
    pass(Duration::from_secs(30)).await;
    drop(server);
    assert_eq!(desk.link().await, Link::Connecting);
    pass(Duration::from_secs(2)).await;
    net.accept().await.answer("503 Unavailable", "", "").await;
    assert_eq!(desk.offline().await.0, "busy");
}

#[tokio::test(start_paused = true)]
async fn a_link_that_breaks_at_once_every_time_is_tried_more_and_more_seldom() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut waits = Vec::new();
    for _ in 0..4 {
        drop(net.accept_stream(&mut desk).await);
        let (why, wait) = desk.offline().await;
        waits.push((why, wait.as_millis()));
        pass(wait).await;
    }
    assert_eq!(
        waits,
        [
            ("no_answer", 1_500),
            ("no_answer", 2_000),
            ("no_answer", 3_000),
            ("no_answer", 5_000)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_chooses_how_soon_it_is_tried_within_bounds() {
    for (retry, wait_ms) in [
        ("3000", 2_500),
        ("03000", 2_500),
        ("0", 1_500),
        ("1000x", 1_500),
        ("99999999999999999999", 151_000),
    ] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let mut server = net.accept_stream(&mut desk).await;
        server.send(format!("retry: {retry}\n\n")).await;
        server.send(entries(&[1])).await;
        desk.next().await;
        drop(server);
        assert_eq!(
            desk.offline().await.1,
            Duration::from_millis(wait_ms),
            "{retry}"
        );
    }
}
