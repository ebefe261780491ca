//! Streams of three events, cut off or dribbled at every byte, and so snapshots, their pages, and answers (F12).

use std::time::Duration;

use campanile_client::{
    message::{Link, Message},
    sync::Command,
};

use campanile_core::ids::ChangeId;
use campanile_protocol::changes::{Deed, Outcome, PushedChange};
use uuid::Uuid;

use crate::net::{Conversation, Desk, HELLO, Net, START, STREAM_HEAD, entries, pass, seqs, settle};

/// What comes after the greeting, in three ways of writing it.
fn streams() -> [Vec<u8>; 3] {
    let three = format!("{}{}{}", entries(&[1]), entries(&[2, 3]), entries(&[4]));
    let told = three.replace(
        "\"type\":\"all_read\"",
        "\"note\":\"Київ\",\"type\":\"all_read\"",
    );
    let dribbled = three
        .replace("event: ", ":\n: still here\nretry: 9\nevent:")
        .replace("data: {", "data:{\ndata:");
    [
        told.into_bytes(),
        three.replace('\n', "\r\n").into_bytes(),
        dribbled.into_bytes(),
    ]
}

/// How many events are whole in so many bytes. A line that a carriage return ended is over without the line feed.
fn whole(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    text.matches("\n\n").count()
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The server closes.
    Fin,
    /// The connection breaks.
    Rst,
}

async fn a_cut(cut: Cut, stream: &[u8], at: usize) {
    let cursors = ["c0", "c1", "c3", "c4"];
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let bytes = &stream[..at];
    server.send(bytes).await;
    for cursor in &cursors[1..=whole(bytes)] {
        assert!(
            matches!(desk.next().await, Message::Heard { cursor: heard, .. } if heard == *cursor),
            "{cut:?} at {at}"
        );
        desk.command(Command::Kept((*cursor).to_owned())).await;
    }
    match cut {
        Cut::Fin => drop(server),
        Cut::Rst => server.reset(),
    }
    let (why, wait) = desk.offline().await;
    assert_eq!(why, "no_answer", "{cut:?} at {at}");
    pass(wait).await;
    let mut again = net.accept().await;
    assert_eq!(
        again.header("last-event-id"),
        Some(cursors[whole(bytes)]),
        "{cut:?} at {at}"
    );
    // What was cut off comes whole, and nothing of the first half is mixed into it.
    again.send(STREAM_HEAD).await;
    again.send(HELLO).await;
    again.send(entries(&[7])).await;
    assert!(matches!(
        desk.next().await,
        Message::Link(Link::Connected { .. })
    ));
    assert_eq!(seqs(&desk.next().await), [7], "{cut:?} at {at}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_cut_off_at_any_byte_goes_on_after_the_last_whole_event() {
    for stream in streams() {
        for at in 0..=stream.len() {
            a_cut(Cut::Fin, &stream, at).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_at_any_byte_goes_on_after_the_last_whole_event() {
    for stream in streams() {
        for at in 0..=stream.len() {
            a_cut(Cut::Rst, &stream, at).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_split_at_any_byte_is_heard_whole() {
    for bytes in streams() {
        for at in 0..=bytes.len() {
            let net = Net::new().await;
            let mut desk = Desk::follow(&net, None);
            desk.next().await;
            let mut server = net.accept_stream(&mut desk).await;
            server.send(&bytes[..at]).await;
            crate::net::settle().await;
            server.send(&bytes[at..]).await;
            for expected in [vec![1], vec![2, 3], vec![4]] {
                assert_eq!(seqs(&desk.next().await), expected, "split at {at}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_comes_byte_by_byte_in_chunks_is_heard_whole() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept().await;
    server
        .send(STREAM_HEAD.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .await;
    for byte in HELLO.bytes().chain(streams().concat()) {
        server.send([b"1\r\n", &[byte][..], b"\r\n"].concat()).await;
    }
    assert!(matches!(
        desk.next().await,
        Message::Link(Link::Connected { .. })
    ));
    for expected in [&[1][..], &[2, 3], &[4]].repeat(3) {
        assert_eq!(seqs(&desk.next().await), expected);
    }
}

/// A page of the present, with something of everything in it.
fn page(next: Option<&str>) -> String {
    let head = r#"{"last":9,"complete_after":0,"scopes":{"agent":"00000000-0000-0000-0000-000000000002","name":"Міра","roles":[],"places":[],"sources":[]},"policy":{},"cells":[],"unread_rows":0,"unread_items":0,"availability":"busy"}"#;
    let next = next.map_or_else(String::new, |next| format!(r#","next":"{next}""#));
    format!(
        r#"{{"epoch":"00000000-0000-0000-0000-000000000001","cursor":"s9","head":{head},"items":[]{next}}}"#
    )
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_that_is_cut_off_at_any_byte_is_not_heard_and_told_whole_again() {
    let frame = format!("event: snapshot\nid: s9\ndata: {}\n\n", page(None));
    for cut in [Cut::Fin, Cut::Rst] {
        for at in 0..frame.len() {
            let net = Net::new().await;
            let mut desk = Desk::follow(&net, None);
            desk.next().await;
            let mut server = net.accept_stream(&mut desk).await;
            server.send(&frame.as_bytes()[..at]).await;
            match cut {
                Cut::Fin => drop(server),
                Cut::Rst => server.reset(),
            }
            let (why, wait) = desk.offline().await;
            assert_eq!(why, "no_answer", "{cut:?} at {at}");
            pass(wait).await;
            let mut again = net.accept().await;
            assert_eq!(again.header("last-event-id"), None, "{cut:?} at {at}");
            again.send(format!("{STREAM_HEAD}{HELLO}{frame}")).await;
            assert!(matches!(
                desk.next().await,
                Message::Link(Link::Connected { .. })
            ));
            assert!(
                matches!(desk.next().await, Message::Snapshot(told) if told.head.is_some()),
                "{cut:?} at {at}"
            );
        }
    }
}

/// Begins to answer, and breaks off after so many bytes of the body.
async fn cut_off(mut request: Conversation, body: &str, cut: Cut, at: usize) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    request.send(head).await;
    request.send(&body.as_bytes()[..at]).await;
    match cut {
        Cut::Fin => drop(request),
        Cut::Rst => request.reset(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_cut_off_at_any_byte_is_asked_for_again() {
    let first = format!("event: snapshot\nid: s9\ndata: {}\n\n", page(Some("p1")));
    let last = page(None);
    for cut in [Cut::Fin, Cut::Rst] {
        for at in 0..last.len() {
            let net = Net::new().await;
            let mut desk = Desk::follow(&net, None);
            desk.next().await;
            let mut server = net.accept_stream(&mut desk).await;
            server.send(&first).await;
            assert!(matches!(desk.next().await, Message::Snapshot(_)));
            cut_off(net.accept().await, &last, cut, at).await;
            let (why, wait) = desk.offline().await;
            assert_eq!(why, "no_answer", "{cut:?} at {at}");
            pass(wait).await;
            let again = net.accept().await;
            assert_eq!(again.path, "/v1/snapshot?after=p1", "{cut:?} at {at}");
            again.answer_json(&last).await;
            assert!(
                matches!(desk.next().await, Message::Snapshot(told) if told.next.is_none()),
                "{cut:?} at {at}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_push_that_is_cut_off_at_any_byte_lets_the_same_be_pushed_again() {
    let change = PushedChange {
        id: ChangeId(Uuid::from_u128(1)),
        at: START,
        deed: Deed::Active {},
    };
    let answer = format!(
        r#"{{"answers":[{{"id":"{}","outcome":{{"outcome":"accepted"}}}}]}}"#,
        change.id.0
    );
    for cut in [Cut::Fin, Cut::Rst] {
        for at in 0..answer.len() {
            let net = Net::new().await;
            let mut desk = Desk::follow(&net, None);
            desk.next().await;
            let _stream = net.accept_stream(&mut desk).await;
            desk.command(Command::Push(vec![change.clone()])).await;
            let request = net.accept().await;
            let body = request.body.clone();
            cut_off(request, &answer, cut, at).await;
            settle().await;
            pass(Duration::from_secs(10)).await;
            let again = net.accept().await;
            assert_eq!(
                (again.path.as_str(), &again.body),
                ("/v1/changes", &body),
                "{cut:?} at {at}"
            );
            again.answer_json(&answer).await;
            let wanted = vec![(change.id, Outcome::Accepted)];
            assert_eq!(
                desk.next().await,
                Message::Settled(wanted),
                "{cut:?} at {at}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_goes_back_in_one_connection_is_heard_as_it_comes() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    for frame in [&[3][..], &[1, 2], &[2], &[3, 4], &[1]] {
        server.send(entries(frame)).await;
        assert_eq!(seqs(&desk.next().await), frame);
    }
    assert!(!net.is_called().await, "the link stands");
}
