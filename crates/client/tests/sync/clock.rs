//! The server's clock is read when somebody asks for it.

use std::time::Duration;

use campanile_client::{
    message::{Link, Message},
    sync::Command,
};
use campanile_protocol::problem::Code;

use crate::net::{Conversation, Desk, Net, START, pass};

/// A desk that is connected and asks.
async fn asked(net: &Net) -> (Desk, Conversation, Conversation) {
    let mut desk = Desk::follow(net, None);
    assert_eq!(desk.link().await, Link::Connecting);
    let stream = net.accept_stream(&mut desk).await;
    desk.command(Command::Measure).await;
    let request = net.accept().await;
    assert_eq!(request.path, "/healthz");
    (desk, stream, request)
}

#[tokio::test(start_paused = true)]
async fn the_server_s_clock_was_read_halfway_between_question_and_answer() {
    let net = Net::new().await;
    let (mut desk, _stream, request) = asked(&net).await;
    let passed_ms = 4_000;
    pass(Duration::from_millis(passed_ms)).await;
    let now = START.plus_ms(90_000);
    request
        .answer_json(&format!(
            r#"{{"status":"ok","writable":true,"now":"{now}"}}"#
        ))
        .await;
    let Message::Measured { offset_ms } = desk.next().await else {
        panic!("nothing was measured");
    };
    assert_eq!(offset_ms, 90_000 - 2_000);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_nothing_is_told_and_the_next_check_is_made() {
    let net = Net::new().await;
    let (mut desk, _stream, request) = asked(&net).await;
    request.answer_problem(Code::Unavailable).await;
    desk.command(Command::Measure).await;
    let again = net.accept().await;
    again
        .answer_json(&format!(
            r#"{{"status":"ok","writable":true,"now":"{START}"}}"#
        ))
        .await;
    assert!(matches!(desk.next().await, Message::Measured { .. }));
}
