//! A stream that behaves.

use campanile_client::{
    message::{Link, Message},
    sync::Command,
};
use campanile_core::change::Seq;
use campanile_protocol::frame::Presence;

use crate::net::{Desk, HELLO, Net, STREAM_HEAD, entries, pass, seqs};

#[tokio::test(start_paused = true)]
async fn the_first_request_asks_for_the_stream_and_shows_the_token_in_a_header_only() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    assert_eq!(desk.link().await, Link::Connecting);
    let mut server = net.accept().await;
    assert_eq!(
        (server.method.as_str(), server.path.as_str()),
        ("GET", "/v1/stream")
    );
    assert_eq!(server.header("accept"), Some("text/event-stream"));
    assert_eq!(server.header("cache-control"), Some("no-cache"));
    assert_eq!(server.header("authorization"), Some("Bearer canary-token"));
    assert_eq!(server.header("last-event-id"), None);
    assert_eq!(server.header("accept-encoding"), None);
    server.send(STREAM_HEAD).await;
    server.send(HELLO).await;
    assert_eq!(
        desk.link().await,
        Link::Connected {
            offset_ms: 5_000,
            last: Seq(9)
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_base_with_a_path_is_kept() {
    let net = Net::new().await;
    let base = net.base().join("desk/").expect("a URL");
    let _desk = Desk::follow_with(base, None, crate::net::surroundings(), 16);
    assert_eq!(net.accept().await.path, "/desk/v1/stream");
}

#[tokio::test(start_paused = true)]
async fn frames_come_as_messages_in_their_order() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    assert_eq!(server.header("last-event-id"), Some("c0"));
    server.send(entries(&[1, 2])).await;
    server.send("event: painted\nid: c2b\ndata: red\n\n").await;
    server
        .send("event: presence\ndata: {\"availability\":\"busy\"}\n\n")
        .await;
    server
        .send("event: entries\nid: c3\ndata: {\"entries\":[]}\n\n")
        .await;
    let heard = desk.next().await;
    assert_eq!(seqs(&heard), [1, 2]);
    assert!(matches!(heard, Message::Heard { cursor, .. } if cursor == "c2"));
    let presence = Presence {
        availability: Some("busy".to_owned()),
        focused_until: None,
        active_until: None,
        source: None,
        conversation: None,
    };
    assert_eq!(desk.next().await, Message::Presence(presence));
    assert!(seqs(&desk.next().await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_ends_where_the_log_ended_when_the_link_came_up() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let mut missed = Vec::new();
    for seq in crate::net::LAST - 1..=crate::net::LAST + 1 {
        server.send(entries(&[seq])).await;
        if let Message::Heard {
            catching_up, more, ..
        } = desk.next().await
        {
            missed.push((catching_up, more));
        }
    }
    assert_eq!(missed, [(true, true), (true, false), (false, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_new_connection_goes_on_from_what_was_kept_and_not_from_what_was_heard() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    for seq in 1..=3 {
        server.send(entries(&[seq])).await;
        desk.next().await;
    }
    desk.command(Command::Kept("c2".to_owned())).await;
    pass(std::time::Duration::from_secs(1)).await;
    desk.command(Command::Reconnect).await;
    assert_eq!(desk.link().await, Link::Connecting);
    assert_eq!(net.accept().await.header("last-event-id"), Some("c2"));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_of_any_letters_goes_back_as_it_came() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("…é"));
    desk.next().await;
    let (mut stream, mut bytes) = (net.accept_deaf().await, vec![0; 4_096]);
    let read = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes)
        .await
        .expect("reads");
    let sent = String::from_utf8(bytes[..read].to_vec()).expect("UTF-8");
    assert!(
        sent.to_lowercase().contains("last-event-id: …é\r\n"),
        "{sent}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_no_header_can_hold_is_given_up_for_a_snapshot() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("a\nb"));
    desk.next().await;
    pass(std::time::Duration::from_secs(2)).await;
    assert_eq!(net.accept().await.header("last-event-id"), None);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_cannot_be_read_does_not_cost_the_others() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    let frame = entries(&[1, 2, 3]).replace("\"up_to\":2", "\"up_to\":\"two\"");
    server.send(frame).await;
    assert_eq!(seqs(&desk.next().await), [1, 3]);
    assert_eq!(desk.next().await, Message::Unreadable { count: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_hole_in_the_log_is_asked_for_again_once_and_then_believed() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    for round in 0..2 {
        let mut server = net.accept_stream(&mut desk).await;
        server.send(entries(&[1])).await;
        assert_eq!(seqs(&desk.next().await), [1]);
        server.send(entries(&[5])).await;
        if round == 0 {
            server.until_closed().await;
            pass(std::time::Duration::from_secs(1)).await;
            continue;
        }
        assert_eq!(seqs(&desk.next().await), [5]);
        server.send(entries(&[9])).await;
        assert_eq!(seqs(&desk.next().await), [9]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_is_too_old_says_so_and_looks_again_after_five_minutes() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept().await;
    server.send(STREAM_HEAD).await;
    let most = format!("\"min_desk\":{}", u32::MAX);
    server.send(HELLO.replace("\"min_desk\":1", &most)).await;
    assert_eq!(desk.link().await, Link::TooOld);
    pass(std::time::Duration::from_secs(299)).await;
    assert!(!net.is_called().await);
    pass(std::time::Duration::from_secs(61)).await;
    let look = net.accept().await;
    assert_eq!(look.path, "/v1/devices");
    look.answer_json("[]").await;
    assert_eq!(desk.link().await, Link::Connecting);
    net.accept_stream(&mut desk).await;
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_signs_out() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    server.send("event: goodbye\ndata:\n\n").await;
    assert_eq!(desk.link().await, Link::SignedOut);
    pass(std::time::Duration::from_secs(299)).await;
    assert!(!net.is_called().await);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_it_is_told_to_and_when_nobody_is_left() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    desk.command(Command::Stop).await;
    desk.ended().await;
    server.until_closed().await;
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_a_full_mailbox_and_loses_nothing() {
    let net = Net::new().await;
    let mut desk = Desk::follow_with(net.base(), None, crate::net::surroundings(), 1);
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    for seq in 1..=50 {
        server.send(entries(&[seq])).await;
    }
    for seq in 1..=50 {
        desk.command(Command::Kept("any".to_owned())).await;
        assert_eq!(seqs(&desk.next().await), [seq]);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_again_and_again_gets_one_connection_a_second() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    net.accept_stream(&mut desk).await;
    for _ in 0..5 {
        desk.command(Command::Reconnect).await;
        assert_eq!(desk.link().await, Link::Connecting);
        assert!(!net.is_called().await, "too soon");
        pass(std::time::Duration::from_secs(1)).await;
        net.accept_stream(&mut desk).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_no_reader_of_json_can_take_costs_neither_the_others_nor_the_stream() {
    let deep = format!("{}{}", "[".repeat(4_000), "]".repeat(4_000));
    for (what, bad) in [
        ("half a surrogate pair", r#""\ud800""#),
        ("a number beyond all numbers", "1e400"),
        ("a nest too deep", &deep),
    ] {
        let net = Net::new().await;
        let mut desk = Desk::follow(&net, Some("c0"));
        desk.next().await;
        let mut server = net.accept_stream(&mut desk).await;
        let frame = entries(&[1, 2, 3]).replace("\"up_to\":2", &format!("\"up_to\":{bad}"));
        server.send(frame).await;
        assert_eq!(seqs(&desk.next().await), [1, 3], "{what}");
        assert_eq!(
            desk.next().await,
            Message::Unreadable { count: 1 },
            "{what}"
        );
        server.send(entries(&[4])).await;
        assert_eq!(seqs(&desk.next().await), [4], "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_no_json_is_passed_over_and_the_log_goes_on_behind_it() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, Some("c0"));
    desk.next().await;
    let mut server = net.accept_stream(&mut desk).await;
    server.send(entries(&[1])).await;
    assert_eq!(seqs(&desk.next().await), [1]);
    server
        .send("event: entries\nid: c2\ndata: {\"entries\":[{\"seq\":2,,}]}\n\n")
        .await;
    let passed = desk.next().await;
    assert!(
        matches!(&passed, Message::Heard { entries, cursor, .. } if entries.is_empty() && cursor == "c2"),
        "{passed:?}"
    );
    assert_eq!(desk.next().await, Message::Unreadable { count: 1 });
    server.send(entries(&[3])).await;
    assert_eq!(seqs(&desk.next().await), [3]);
}
