//! What a server or a network can answer instead of a stream, and what becomes of it (F15 to F22).

use std::time::Duration;

use campanile_client::{message::Link, sync::Command};
use campanile_protocol::problem::Code;
use tokio::time::Instant;
use url::Url;

use crate::net::{Conversation, Desk, HELLO, Net, STREAM_HEAD, pass, settle, surroundings};

pub async fn answered(status: &str, headers: &str, body: &str) -> (&'static str, Duration) {
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
        ("405 Method Not Allowed", html, "<h1>no</h1>", "portal"),
        ("418 Teapot", "", "", "not_campanile"),
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
