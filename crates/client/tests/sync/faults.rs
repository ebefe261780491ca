//! What a server or a network can answer instead of a stream, and what becomes of it (F15 to F22).

use std::time::Duration;

use campanile_client::{message::Link, sync::Command};
use campanile_protocol::problem::Code;
use tokio::time::Instant;
use url::Url;

use crate::net::{
    Conversation, Desk, HELLO, Net, STREAM_HEAD, entries, pass, settle, surroundings,
};

async fn answered(status: &str, headers: &str, body: &str) -> (&'static str, Duration) {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    assert_eq!(desk.link().await, Link::Connecting);
    net.accept().await.answer(status, headers, body).await;
    desk.offline().await
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_stream_is_named_and_tried_again() {
    let html = "Content-Type: text/html; charset=utf-8\r\n";
    let sse = "Content-Type: text/event-stream\r\n";
    let table = [
        ("204 No Content", "", "", "server"),
        ("205 Reset", "", "", "server"),
        ("299 Odd", sse, "", "server"),
        ("200 OK", html, "<form>Sign in</form>", "portal"),
        (
            "200 OK",
            "Content-Type: application/json\r\n",
            "{}",
            "not_campanile",
        ),
        ("200 OK", "Content-Type: x bogus\r\n", "", "not_campanile"),
        ("200 OK", "", "hello", "not_campanile"),
        (
            "200 OK",
            "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\n",
            "\u{1f}",
            "server",
        ),
        ("200 OK", sse, "", "no_answer"),
        ("200 OK", sse, "event: hello\ndata: {}\n\n", "server"),
        (
            "200 OK",
            sse,
            "event: entries\nid: c1\ndata: {\"entries\":[]}\n\n",
            "not_campanile",
        ),
        (
            "302 Found",
            "Location: http://login.example/\r\n",
            "",
            "portal",
        ),
        ("307 Temporary", "", "", "portal"),
        ("511 Network Authentication Required", html, "", "portal"),
        ("407 Proxy", "", "", "proxy"),
        ("404 Not Found", "", "", "not_campanile"),
        ("418 Teapot", "", "", "server"),
        ("429 Too Many", "", "", "busy"),
        ("500 Broken", "", "", "server"),
        ("502 Bad Gateway", "", "", "busy"),
        ("503 Unavailable", "", "", "busy"),
    ];
    for (status, headers, body, why) in table {
        let (told, wait) = answered(status, headers, body).await;
        assert_eq!(
            (told, wait),
            (why, Duration::from_millis(1_500)),
            "{status} {headers} {body}"
        );
    }
}

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
async fn whatever_answers_in_the_servers_place_is_asked_no_more_often_than_a_dead_server() {
    let html = "Content-Type: text/html\r\n";
    let table = [
        ("401 Unauthorized", html),
        ("401 Unauthorized", "WWW-Authenticate: Basic\r\n"),
        ("403 Forbidden", html),
        ("403 Forbidden", ""),
        ("404 Not Found", html),
        ("410 Gone", ""),
        ("204 No Content", ""),
        ("500 Broken", ""),
    ];
    for (status, headers) in table {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let mut waits = Vec::new();
        for _ in 0..20 {
            net.accept().await.answer(status, headers, "").await;
            let (_, wait) = desk.offline().await;
            waits.push(wait.as_secs());
            pass(wait).await;
        }
        let mut expected = vec![1, 2, 3, 5, 9, 17, 33, 65, 129];
        expected.resize(20, 151);
        assert_eq!(waits, expected, "{status} {headers}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_gone_whatever_is_asked_is_no_reason_to_ask_more_often() {
    for code in [Code::NotFound, Code::CursorGone] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, Some("c1"));
        desk.next().await;
        // The first answer gives up the cursor; there is nothing else to give up.
        net.accept().await.answer_problem(code).await;
        settle().await;
        pass(Duration::from_secs(1)).await;
        let mut waits = Vec::new();
        for _ in 0..20 {
            net.accept().await.answer_problem(code).await;
            let (_, wait) = desk.offline().await;
            waits.push(wait.as_secs());
            pass(wait).await;
        }
        let mut expected = vec![1, 2, 3, 5, 9, 17, 33, 65, 129];
        expected.resize(20, 151);
        assert_eq!(waits, expected, "{code:?}");
    }
}

/// The next request, and how much time went by until it came.
async fn next_look(net: &Net) -> (Conversation, Duration) {
    let since = Instant::now();
    let clock = async {
        loop {
            settle().await;
            pass(Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        look = net.accept() => (look, since.elapsed()),
        () = clock => unreachable!("time goes on"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_tried_again_once_in_five_minutes_until_it_is_taken() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    net.accept().await.answer_problem(Code::Unauthorized).await;
    assert_eq!(desk.link().await, Link::SignedOut);
    for _ in 0..20 {
        // Another network is no reason to ask earlier.
        desk.command(Command::Reconnect).await;
        let (look, waited) = next_look(&net).await;
        assert!(waited >= Duration::from_secs(300), "{waited:?}");
        assert_eq!(look.path, "/v1/devices");
        look.answer_problem(Code::Unauthorized).await;
    }
    let (look, _) = next_look(&net).await;
    look.answer_json("[]").await;
    assert_eq!(desk.link().await, Link::Connecting);
    net.accept_stream(&mut desk).await;
}

#[tokio::test(start_paused = true)]
async fn only_the_servers_own_word_signs_a_desk_out() {
    let html = "Content-Type: text/html\r\n";
    let problem = "Content-Type: application/problem+json\r\n";
    let another =
        r#"{"type":"about:blank","code":"not_ours","status":403,"title":"No","detail":"No"}"#;
    let forbidden = serde_json::to_string(&Code::Forbidden.because("not to that host"));
    let forbidden = forbidden.expect("writes");
    let table = [
        (
            "401 Unauthorized",
            "WWW-Authenticate: Basic\r\n",
            "",
            "not_campanile",
        ),
        ("401 Unauthorized", html, "<form>Sign in</form>", "portal"),
        ("403 Forbidden", "", "", "not_campanile"),
        ("403 Forbidden", html, "<p>Blocked by policy</p>", "portal"),
        (
            "401 Unauthorized",
            "Content-Type: application/json\r\n",
            r#"{"code":"unauthorized"}"#,
            "not_campanile",
        ),
        ("403 Forbidden", problem, another, "not_campanile"),
        ("401 Unauthorized", problem, "{", "server"),
        ("403 Forbidden", problem, &forbidden, "server"),
    ];
    for (status, headers, body, why) in table {
        let (told, wait) = answered(status, headers, body).await;
        let expected = (why, Duration::from_millis(1_500));
        assert_eq!((told, wait), expected, "{status} {headers} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_continued_is_begun_anew_without_a_word() {
    for code in [Code::NotFound, Code::CursorGone] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, Some("c1"));
        desk.next().await;
        let first = net.accept().await;
        assert_eq!(first.header("last-event-id"), Some("c1"));
        first.answer_problem(code).await;
        crate::net::settle().await;
        pass(Duration::from_secs(1)).await;
        let mut second = net.accept().await;
        assert_eq!(second.header("last-event-id"), None);
        second.send(STREAM_HEAD).await;
        second.send(HELLO).await;
        assert!(matches!(desk.link().await, Link::Connected { .. }));
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_servers_own_word_gives_up_a_cursor() {
    let html = "Content-Type: text/html\r\n";
    let table = [
        ("404 Not Found", "", "", "not_campanile"),
        ("404 Not Found", html, "<h1>no such site</h1>", "portal"),
        ("410 Gone", "", "", "not_campanile"),
    ];
    for (status, headers, body, why) in table {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, Some("c1"));
        desk.next().await;
        net.accept().await.answer(status, headers, body).await;
        assert_eq!(desk.offline().await.0, why, "{status} {body}");
        pass(Duration::from_secs(2)).await;
        assert_eq!(net.accept().await.header("last-event-id"), Some("c1"));
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

#[tokio::test(start_paused = true)]
async fn a_redirect_within_the_origin_is_followed_and_no_other_sees_the_token() {
    let elsewhere = Net::new().await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        net.accept()
            .await
            .answer(status, "Location: /moved/here\r\n", "")
            .await;
        let moved = net.accept().await;
        assert_eq!(
            (moved.path.as_str(), moved.header("authorization")),
            ("/moved/here", Some("Bearer canary-token"))
        );
        moved
            .answer(status, &format!("Location: {}\r\n", elsewhere.base()), "")
            .await;
        assert_eq!(desk.offline().await.0, "portal", "{status}");
        assert!(!elsewhere.is_called().await, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_that_leads_in_a_circle_is_left() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    for _ in 0..6 {
        net.accept()
            .await
            .answer("302 Found", "Location: /v1/stream\r\n", "")
            .await;
    }
    assert_eq!(desk.offline().await.0, "portal");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_not_safe_is_never_called() {
    for base in [
        "http://192.0.2.1/",
        "http://desk.example.org/",
        "http://127.0.0.1.example.org/",
        "ftp://127.0.0.1/",
    ] {
        let mut desk =
            Desk::follow_with(Url::parse(base).expect("a URL"), None, surroundings(), 16);
        desk.next().await;
        assert_eq!(desk.offline().await.0, "insecure", "{base}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_listening_is_told_as_refused() {
    let net = Net::new().await;
    let base = net.base();
    drop(net);
    let mut desk = Desk::follow_with(base, None, surroundings(), 16);
    desk.next().await;
    assert_eq!(desk.offline().await.0, "refused");
}
