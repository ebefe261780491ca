//! Servers that send more than a desk is willing to hold (F22, F23).

use campanile_client::message::{Link, Message};

use crate::net::{Desk, Net, STREAM_HEAD, entries, seqs};

const MIB: usize = 1 << 20;

/// Sends `piece` up to `times`, until the desk hangs up; says how many bytes went out.
async fn flood(server: &mut crate::net::Conversation, piece: &[u8], times: usize) -> usize {
    for round in 0..times {
        if tokio::io::AsyncWriteExt::write_all(&mut server.stream, piece)
            .await
            .is_err()
        {
            return round * piece.len();
        }
    }
    times * piece.len()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_megabytes_in_one_line_are_not_read_to_the_end() {
    for start in ["data: ", ": ", "id: ", "event: ", "unknown"] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let mut server = net.accept_stream(&mut desk).await;
        server.send(start).await;
        let sent = flood(&mut server, &vec![b'x'; 64 * 1024], 100 * 16).await;
        assert!(sent < 16 * MIB, "{start}: {sent} bytes went out");
        assert_eq!(desk.offline().await.0, "server", "{start}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_of_many_lines_is_not_gathered_without_end() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let line = [b"data: ".as_slice(), &vec![b'x'; 64 * 1024], b"\n"].concat();
    let sent = flood(&mut server, &line, 100 * 16).await;
    assert!(sent < 24 * MIB, "{sent} bytes went out");
    assert_eq!(desk.offline().await.0, "server");
}

#[tokio::test(start_paused = true)]
async fn a_million_empty_lines_and_comments_cost_nothing_and_what_follows_is_heard() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    flood(&mut server, &b"\n".repeat(64 * 1024), 16).await;
    flood(&mut server, &b":\n".repeat(64 * 1024), 16).await;
    server.send(entries(&[1])).await;
    assert_eq!(seqs(&desk.next().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_headers_is_left() {
    let table = [
        ("many", "X-Flood: 1\r\n".repeat(100_000)),
        ("long", format!("X-Flood: {}\r\n", "x".repeat(2 * MIB))),
    ];
    for (what, headers) in table {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let mut server = net.accept().await;
        server
            .send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
            .await;
        server.send(headers).await;
        server.send("\r\n").await;
        assert_eq!(desk.offline().await.0, "no_answer", "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_packed_is_not_unpacked() {
    for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip"] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        desk.next().await;
        let mut server = net.accept().await;
        server
            .send(STREAM_HEAD.replace(
                "\r\n\r\n",
                &format!("\r\nContent-Encoding: {coding}\r\n\r\n"),
            ))
            .await;
        assert_eq!(desk.offline().await.0, "server", "{coding}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_http_is_left() {
    let table = [
        ("nothing at all", ""),
        ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
        ("HTTP/0.9", "event: hello\n\n"),
        ("a status of words", "HTTP/1.1 OK fine\r\n\r\n"),
        (
            "a length that lies",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\nevent: hel",
        ),
        (
            "two lengths",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        ),
        (
            "chunks that are none",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ),
    ];
    for (what, bytes) in table {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, None);
        assert_eq!(desk.link().await, Link::Connecting);
        let mut server = net.accept().await;
        server.send(bytes).await;
        drop(server);
        assert_eq!(desk.offline().await.0, "no_answer", "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn json_of_any_depth_is_passed_over_without_a_fall() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let deep = "[".repeat(200_000);
    server
        .send(format!(
            "event: entries\nid: c1\ndata: {{\"entries\":{deep}\n\n"
        ))
        .await;
    assert!(seqs(&desk.next().await).is_empty());
    assert_eq!(desk.next().await, Message::Unreadable { count: 1 });
}
