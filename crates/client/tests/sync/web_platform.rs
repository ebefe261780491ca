//! What the web-platform-tests of `eventsource/` ask of a client over HTTP; each test names the files it answers.
//!
//! What they ask of a parser alone is in `tests/sse/web_platform.rs`. Where a tray must do otherwise than a page, the test says so.

use std::time::Duration;

use campanile_client::{
    message::{Link, Message},
    sync::Command,
};

use crate::net::{Conversation, Desk, HELLO, Net, STREAM_HEAD, entries, pass, seqs};

async fn called() -> (Net, Desk, Conversation) {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let request = net.accept().await;
    (net, desk, request)
}

/// An entries frame under an id that is sent as these bytes.
fn entries_as(id: &str, seq: i64) -> String {
    entries(&[seq]).replace(&format!("id: c{seq}\n"), &format!("id: {id}\n"))
}

/// Takes in entries, and says that they are kept.
async fn kept(desk: &mut Desk) -> String {
    match desk.next().await {
        Message::Heard { cursor, .. } => {
            desk.command(Command::Kept(cursor.clone())).await;
            cursor
        }
        other => panic!("nothing heard: {other:?}"),
    }
}

/// request-accept, request-cache-control
#[tokio::test(start_paused = true)]
async fn a_request_asks_for_a_stream_and_for_no_cache() {
    let (_net, _desk, request) = called().await;
    assert_eq!(request.method, "GET");
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    assert_eq!(request.header("cache-control"), Some("no-cache"));
    assert_eq!(request.header("last-event-id"), None);
}

/// format-mime-bogus, format-mime-valid-bogus: a page gives up for good; a tray tries again, as the next answer may be another.
#[tokio::test(start_paused = true)]
async fn what_is_of_another_type_is_no_stream() {
    for kind in [
        "x bogus",
        "text/x-bogus",
        "text/event-streamx",
        "x; text/event-stream",
        "",
    ] {
        let (net, mut desk, request) = called().await;
        let headers = format!("Content-Type: {kind}\r\n");
        let body = format!("{HELLO}{}", entries(&[1]));
        request.answer("200 OK", &headers, &body).await;
        assert_eq!(desk.offline().await.0, "not_campanile", "{kind}");
        pass(Duration::from_secs(2)).await;
        net.accept_stream(&mut desk).await;
    }
}

/// format-mime-trailing-semicolon, format-utf-8
#[tokio::test(start_paused = true)]
async fn a_type_may_have_more_to_say_and_its_charset_is_not_believed() {
    for kind in [
        "text/event-stream;",
        "text/event-stream ; ",
        "TEXT/Event-Stream",
        "text/event-stream;charset=windows-1252",
        "text/event-stream; charset=utf-16; x=y",
    ] {
        let (_net, mut desk, mut request) = called().await;
        let head = STREAM_HEAD.replace("text/event-stream", kind);
        request.send(head + HELLO).await;
        assert!(
            matches!(desk.link().await, Link::Connected { .. }),
            "{kind}"
        );
        request.send(entries_as("ok…", 1)).await;
        assert_eq!(kept(&mut desk).await, "ok…");
    }
}

/// request-redirect; to another origin a tray does not go, as it carries a token.
#[tokio::test(start_paused = true)]
async fn a_redirect_is_followed_with_all_that_was_asked() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary"] {
        let (net, mut desk, request) = called().await;
        request
            .answer(status, "Location: /v1/elsewhere?x=y\r\n", "")
            .await;
        let mut moved = net.accept().await;
        assert_eq!(
            (moved.method.as_str(), moved.path.as_str()),
            ("GET", "/v1/elsewhere?x=y")
        );
        assert_eq!(
            moved.header("accept"),
            Some("text/event-stream"),
            "{status}"
        );
        assert_eq!(moved.header("cache-control"), Some("no-cache"), "{status}");
        moved.send(format!("{STREAM_HEAD}{HELLO}")).await;
        assert!(
            matches!(desk.link().await, Link::Connected { .. }),
            "{status}"
        );
    }
}

/// request-status-error: a page gives up for good; a tray must outlive a deploy, and tries again. 401 and 403 are in `faults.rs`.
#[tokio::test(start_paused = true)]
async fn a_status_that_is_no_success_is_no_stream() {
    for status in [
        "204 No Content",
        "205 Reset",
        "210 Odd",
        "299 Odd",
        "404 Not Found",
        "410 Gone",
        "503 Unavailable",
    ] {
        let (net, mut desk, request) = called().await;
        let sse = "Content-Type: text/event-stream\r\n";
        request
            .answer(status, sse, format!("{HELLO}{}", entries(&[1])))
            .await;
        desk.offline().await;
        pass(Duration::from_secs(2)).await;
        net.accept_stream(&mut desk).await;
    }
}

/// format-field-id, format-field-id-2
#[tokio::test(start_paused = true)]
async fn an_id_goes_back_as_it_came_at_every_connection_until_there_is_another() {
    let (net, mut desk, mut stream) = called().await;
    stream.send(format!("{STREAM_HEAD}{HELLO}")).await;
    desk.link().await;
    for id in ["…", "…", "a b", "{}", "6"] {
        stream.send(entries_as(id, 1)).await;
        assert_eq!(kept(&mut desk).await, id);
        for _ in 0..3 {
            drop(stream);
            let mut link = desk.link().await;
            if let Link::Offline { .. } = link {
                pass(Duration::from_secs(400)).await;
                link = Link::Connecting;
            }
            assert_eq!(link, Link::Connecting);
            stream = net.accept().await;
            let back = stream.header("last-event-id").expect("an id");
            assert_eq!(back.as_bytes(), id.as_bytes());
            stream.send(format!("{STREAM_HEAD}{HELLO}")).await;
            while !matches!(desk.link().await, Link::Connected { .. }) {}
        }
    }
}

/// format-field-id-null, format-field-id-3: what has no id cannot be gone on from, and is asked for anew.
#[tokio::test(start_paused = true)]
async fn an_id_with_a_nul_and_an_empty_one_are_no_place_to_go_on_from() {
    for id in ["\0\0", "x\0", "\0x", "x\0x", " \0", ""] {
        let (net, mut desk, mut stream) = called().await;
        stream.send(format!("{STREAM_HEAD}{HELLO}")).await;
        desk.link().await;
        stream.send(entries_as(id, 1)).await;
        assert_eq!(desk.offline().await.0, "server", "{id:?}");
        pass(Duration::from_secs(400)).await;
        let again = net.accept().await;
        assert_eq!(again.header("last-event-id"), None, "{id:?}");
    }
}

/// format-data-before-final-empty-line
#[tokio::test(start_paused = true)]
async fn a_block_without_its_last_line_is_not_heard_and_its_id_is_forgotten() {
    let (net, mut desk, mut stream) = called().await;
    stream.send(format!("{STREAM_HEAD}{HELLO}")).await;
    desk.link().await;
    stream.send(entries(&[1])).await;
    assert_eq!(kept(&mut desk).await, "c1");
    let unfinished = entries(&[2]);
    stream.send(unfinished.trim_end_matches('\n')).await;
    stream.send("\n").await;
    drop(stream);
    desk.offline().await;
    pass(Duration::from_secs(400)).await;
    let mut stream = net.accept().await;
    assert_eq!(stream.header("last-event-id"), Some("c1"));
    stream
        .send(format!("{STREAM_HEAD}{HELLO}{}", entries(&[2])))
        .await;
    desk.link().await;
    assert_eq!(seqs(&desk.next().await), [2]);
}

/// format-field-retry, format-field-retry-bogus, format-field-retry-empty, eventsource-reconnect: a page waits as long as it is
/// told; a tray takes that for the range of its lot, and waits a second at the least.
#[tokio::test(start_paused = true)]
async fn a_wait_is_decimal_digits_and_nothing_else() {
    for (lines, wait_ms) in [
        ("retry: 03000\n\n", 2_500),
        ("retry: 3000\n\nretry: 1000x\n\n", 2_500),
        ("retry: 3000\n\nretry\n\n", 2_500),
        ("retry: 3000\n\nretry:\n\n", 2_500),
        ("retry: -3000\n\n", 1_500),
        ("retry: 3e3\n\n", 1_500),
        ("retry: ٣٠٠٠\n\n", 1_500),
        ("retry: 2\n\n", 1_500),
    ] {
        let (net, mut desk, mut stream) = called().await;
        stream.send(format!("{STREAM_HEAD}{HELLO}{lines}")).await;
        desk.link().await;
        stream.send(entries(&[1])).await;
        desk.next().await;
        drop(stream);
        let (_, waited) = desk.offline().await;
        assert_eq!(waited, Duration::from_millis(wait_ms), "{lines}");
        pass(waited).await;
        net.accept_stream(&mut desk).await;
    }
}

/// eventsource-close, eventsource-request-cancellation
#[tokio::test(start_paused = true)]
async fn who_is_told_to_stop_hangs_up_and_calls_no_more() {
    let (net, mut desk, mut stream) = called().await;
    stream.send(format!("{STREAM_HEAD}{HELLO}")).await;
    desk.link().await;
    desk.command(Command::Stop).await;
    stream.until_closed().await;
    desk.ended().await;
    pass(Duration::from_secs(3_600)).await;
    assert!(!net.is_called().await);
}
