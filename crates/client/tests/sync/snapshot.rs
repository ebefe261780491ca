//! The present, in one page and in many.

use std::time::Duration;

use campanile_client::{message::Message, sync::Command};
use campanile_protocol::problem::Code;

use crate::net::{Desk, Net, entries, pass, seqs, settle};

fn page(next: Option<&str>) -> String {
    let next = next.map_or_else(String::new, |next| format!(r#","next":"{next}""#));
    format!(r#"{{"epoch":"00000000-0000-0000-0000-000000000001","cursor":"s9","items":[]{next}}}"#)
}

fn frame(next: Option<&str>) -> String {
    format!("event: snapshot\nid: s9\ndata: {}\n\n", page(next))
}

async fn next_page(desk: &mut Desk) -> Option<String> {
    match desk.next().await {
        Message::Snapshot(snapshot) => {
            assert_eq!(snapshot.cursor, "s9");
            snapshot.next
        }
        other => panic!("no snapshot: {other:?}"),
    }
}

/// A desk that came with a cursor or none, and was told the first page of a snapshot, and of one more.
async fn begun(net: &Net, cursor: Option<&str>) -> Desk {
    let mut desk = Desk::follow(net, cursor);
    desk.next().await;
    net.accept_stream(&mut desk)
        .await
        .send(frame(Some("p1")))
        .await;
    next_page(&mut desk).await;
    desk
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_one_page_is_followed_by_the_log_at_once() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    server.send(frame(None)).await;
    server.send(entries(&[10])).await;
    assert_eq!(next_page(&mut desk).await, None);
    assert_eq!(seqs(&desk.next().await), [10]);
}

#[tokio::test(start_paused = true)]
async fn the_pages_of_a_snapshot_come_before_the_log_goes_on_from_where_it_was_taken() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("old"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    server.send(frame(Some("p 1&x"))).await;
    server.send(entries(&[99])).await;
    assert_eq!(next_page(&mut desk).await.as_deref(), Some("p 1&x"));
    let first = net.accept().await;
    assert_eq!(
        (first.method.as_str(), first.path.as_str()),
        ("GET", "/v1/snapshot?after=p+1%26x")
    );
    assert_eq!(first.header("authorization"), Some("Bearer canary-token"));
    first.answer_json(&page(Some("p2"))).await;
    assert_eq!(next_page(&mut desk).await.as_deref(), Some("p2"));
    let second = net.accept().await;
    assert_eq!(second.path, "/v1/snapshot?after=p2");
    second.answer_json(&page(None)).await;
    assert_eq!(next_page(&mut desk).await, None);
    assert!(!net.is_called().await, "the snapshot is not kept yet");
    desk.command(Command::Kept("s9".to_owned())).await;
    let mut server = net.accept().await;
    assert_eq!(
        (server.path.as_str(), server.header("last-event-id")),
        ("/v1/stream", Some("s9"))
    );
    server.send(crate::net::STREAM_HEAD).await;
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_asked_for_again_and_no_other() {
    let net = Net::new().await;
    let mut desk = begun(&net, None).await;
    net.accept()
        .await
        .answer("503 Busy", "Retry-After: 7\r\n", "")
        .await;
    assert_eq!(desk.offline().await, ("busy", Duration::from_millis(7_500)));
    pass(Duration::from_secs(8)).await;
    assert_eq!(net.accept().await.path, "/v1/snapshot?after=p1");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_gone_begins_the_snapshot_anew() {
    let net = Net::new().await;
    let _desk = begun(&net, Some("old")).await;
    net.accept().await.answer_problem(Code::CursorGone).await;
    settle().await;
    pass(Duration::from_secs(1)).await;
    let server = net.accept().await;
    assert_eq!(
        (server.path.as_str(), server.header("last-event-id")),
        ("/v1/stream", None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_that_a_server_which_was_put_back_does_not_know_begins_the_snapshot_anew() {
    let net = Net::new().await;
    let mut desk = begun(&net, Some("old")).await;
    net.accept().await.answer_problem(Code::BadRequest).await;
    assert_eq!(desk.offline().await.0, "server");
    pass(Duration::from_secs(2)).await;
    let server = net.accept().await;
    assert_eq!(
        (server.path.as_str(), server.header("last-event-id")),
        ("/v1/stream", None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_never_says_what_it_kept_is_not_waited_for_for_ever() {
    let net = Net::new().await;
    let mut desk = begun(&net, Some("old")).await;
    net.accept().await.answer_json(&page(None)).await;
    next_page(&mut desk).await;
    settle().await;
    pass(Duration::from_secs(61)).await;
    assert_eq!(net.accept().await.header("last-event-id"), Some("old"));
}

#[tokio::test(start_paused = true)]
async fn asked_for_a_snapshot_it_forgets_its_cursor_until_one_came() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c1"));
    desk.next().await;
    net.accept_stream(&mut desk).await;
    desk.command(Command::Resync).await;
    desk.command(Command::Kept("c2".to_owned())).await;
    desk.next().await;
    pass(Duration::from_secs(1)).await;
    let mut server = net.accept_stream(&mut desk).await;
    assert_eq!(server.header("last-event-id"), None);
    server.send(frame(None)).await;
    next_page(&mut desk).await;
    desk.command(Command::Kept("s9".to_owned())).await;
    desk.command(Command::Reconnect).await;
    desk.next().await;
    pass(Duration::from_secs(1)).await;
    assert_eq!(net.accept().await.header("last-event-id"), Some("s9"));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_too_large_is_not_read_to_its_end() {
    let net = Net::new().await;
    let mut desk = begun(&net, None).await;
    let mut server = net.accept().await;
    server
        .send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n\"")
        .await;
    for _ in 0..20 {
        server.send(vec![b'x'; 1 << 20]).await;
    }
    assert_eq!(desk.offline().await.0, "server");
}

#[tokio::test(start_paused = true)]
async fn a_page_of_a_snapshot_on_a_slow_link_is_read_to_its_end() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    server.send(frame(Some("p2"))).await;
    next_page(&mut desk).await;
    let mut slow = net.accept().await;
    let body = format!("{}{}", " ".repeat(300 * 1024), page(None));
    slow.send(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    ))
    .await;
    for second in body.as_bytes().chunks(2 * 1024) {
        slow.send(second).await;
        settle().await;
        pass(Duration::from_secs(1)).await;
    }
    assert_eq!(next_page(&mut desk).await, None);
}

#[tokio::test(start_paused = true)]
async fn an_item_of_a_later_page_that_cannot_be_read_does_not_cost_the_page() {
    let net = Net::new().await;
    let mut desk = begun(&net, None).await;
    let items = r#""items":[{"seq":4,"notice":{"title":"\ud800"}}]"#;
    net.accept()
        .await
        .answer_json(&page(None).replace(r#""items":[]"#, items))
        .await;
    assert_eq!(next_page(&mut desk).await, None);
    assert_eq!(desk.next().await, Message::Unreadable { count: 1 });
}
