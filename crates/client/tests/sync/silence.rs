//! Servers that say nothing, too slowly, or never stop (F11, F13).

use std::time::Duration;

use campanile_client::message::Link;

use crate::net::{Desk, Net, STREAM_HEAD, entries, pass, seqs, settle};

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_says_nothing_is_left_after_a_quarter_of_a_minute() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let _deaf = net.accept_deaf().await;
    settle().await;
    pass(Duration::from_secs(15)).await;
    assert_eq!(desk.offline().await.0, "no_answer");
}

#[tokio::test(start_paused = true)]
async fn headers_that_trickle_in_are_left_after_a_quarter_of_a_minute() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept().await;
    for byte in STREAM_HEAD.as_bytes()[..15].chunks(1) {
        server.send(byte).await;
        settle().await;
        pass(Duration::from_secs(1)).await;
    }
    assert_eq!(desk.offline().await.0, "no_answer");
    server.until_closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_does_not_greet_is_left_after_a_quarter_of_a_minute() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept().await;
    server.send(STREAM_HEAD).await;
    for _ in 0..15 {
        server.send(":\n\n").await;
        settle().await;
        pass(Duration::from_secs(1)).await;
    }
    assert_eq!(desk.offline().await.0, "no_answer");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_vanished_is_noticed_after_forty_seconds_and_opened_again() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut vanished = net.accept_stream(&mut desk).await;
    vanished.send(entries(&[1])).await;
    assert_eq!(seqs(&desk.next().await), [1]);
    pass(Duration::from_millis(39_990)).await;
    assert!(!net.is_called().await);
    pass(Duration::from_millis(10)).await;
    assert_eq!(desk.link().await, Link::Connecting);
    pass(Duration::from_secs(2)).await;
    assert_eq!(net.accept().await.header("last-event-id"), Some("c0"));
}

#[tokio::test(start_paused = true)]
async fn a_comment_every_quarter_of_a_minute_keeps_a_stream_alive() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    for _ in 0..40 {
        pass(Duration::from_secs(15)).await;
        server.send(":\n\n").await;
        settle().await;
    }
    server.send(entries(&[1])).await;
    assert_eq!(seqs(&desk.next().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_dribbles_and_never_ends_keeps_nothing_alive() {
    for (bytes, every_s) in [(1, 1), (1_024, 4), (15 * 1_024, 39)] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let mut server = net.accept_stream(&mut desk).await;
        for _ in 0..=40 / every_s {
            server.send(vec![b'x'; bytes]).await;
            settle().await;
            pass(Duration::from_secs(every_s)).await;
        }
        assert_eq!(desk.link().await, Link::Connecting, "{bytes} bytes");
        server.until_closed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_line_on_a_slow_link_is_heard_to_its_end() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let line = format!(
        "{}{}",
        " ".repeat(400 * 1024),
        entries(&[1]).replace("event: entries\nid: c1\ndata: ", "")
    );
    server.send("event: entries\nid: c1\ndata: ").await;
    // 16 kbit/s: more than three minutes for a line that no other thing ends.
    for second in line.as_bytes().chunks(2 * 1024) {
        server.send(second).await;
        settle().await;
        pass(Duration::from_secs(1)).await;
    }
    assert_eq!(seqs(&desk.next().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn time_that_the_desk_took_is_not_the_servers_silence() {
    let net = Net::new().await;
    let mut desk = Desk::follow_with(net.base(), None, crate::net::surroundings(), 1);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    for seq in 1..=3 {
        server.send(entries(&[seq])).await;
    }
    settle().await;
    pass(Duration::from_secs(60)).await;
    for seq in 1..=3 {
        assert_eq!(seqs(&desk.next().await), [seq]);
    }
    settle().await;
    server.send(entries(&[4])).await;
    assert_eq!(seqs(&desk.next().await), [4]);
}
