//! A stream of three events, cut off or dribbled at every byte (F12).

use campanile_client::{
    message::{Link, Message},
    sync::Command,
};

use crate::net::{Desk, HELLO, Net, STREAM_HEAD, entries, pass, seqs};

/// What comes after the greeting.
fn three() -> Vec<u8> {
    let three = format!("{}{}{}", entries(&[1]), entries(&[2, 3]), entries(&[4]));
    three
        .replace(
            "\"type\":\"all_read\"",
            "\"note\":\"Київ\",\"type\":\"all_read\"",
        )
        .into_bytes()
}

/// How many events are whole in so many bytes.
fn whole(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|two| two == b"\n\n").count()
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The server closes.
    Fin,
    /// The connection breaks.
    Rst,
}

async fn a_cut(cut: Cut, at: usize) {
    let cursors = ["c0", "c1", "c3", "c4"];
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let bytes = &three()[..at];
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
    for at in 0..=three().len() {
        a_cut(Cut::Fin, at).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_at_any_byte_goes_on_after_the_last_whole_event() {
    for at in 0..=three().len() {
        a_cut(Cut::Rst, at).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_split_at_any_byte_is_heard_whole() {
    let bytes = three();
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

#[tokio::test(start_paused = true)]
async fn a_stream_that_comes_byte_by_byte_in_chunks_is_heard_whole() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept().await;
    server
        .send(STREAM_HEAD.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .await;
    for byte in HELLO.bytes().chain(three()) {
        server.send([b"1\r\n", &[byte][..], b"\r\n"].concat()).await;
    }
    assert!(matches!(
        desk.next().await,
        Message::Link(Link::Connected { .. })
    ));
    for expected in [vec![1], vec![2, 3], vec![4]] {
        assert_eq!(seqs(&desk.next().await), expected);
    }
}
