//! How the server decided of a notice is asked when somebody wants to know, and what it says is read tolerantly.

use std::time::Duration;

use campanile_client::{
    message::{Link, Message, Told},
    sync::Command,
};
use campanile_core::{channel::Channel, decide::Outcome, ids::EventId};
use campanile_protocol::problem::Code;
use uuid::Uuid;

use crate::net::{Conversation, Desk, Net, pass};

const ID: &str = "0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e";

/// A desk that is connected, and the request with which it asks.
async fn asked(net: &Net) -> (Desk, Conversation, Conversation) {
    let mut desk = Desk::follow(net, None);
    assert_eq!(desk.link().await, Link::Connecting);
    let stream = net.accept_stream(&mut desk).await;
    desk.command(Command::Verdict(id())).await;
    let request = net.accept().await;
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("GET", format!("/v1/notices/{ID}/why").as_str())
    );
    assert_eq!(request.header("authorization"), Some("Bearer canary-token"));
    (desk, stream, request)
}

fn id() -> EventId {
    EventId(Uuid::parse_str(ID).expect("an id"))
}

async fn told(desk: &mut Desk) -> Told {
    match desk.next().await {
        Message::Verdict { id: of, told } => {
            assert_eq!(of, id());
            told
        }
        other => panic!("no verdict: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_later_server_rules_on_is_passed_over() {
    let net = Net::new().await;
    let (mut desk, _stream, request) = asked(&net).await;
    let known = r#"{"channel":"email","outcome":"silent","reason":{"layer":"channel_off"}}"#;
    let pager = r#"{"channel":"pager","outcome":"fires","reason":{"layer":"catalogue"}}"#;
    let moon = r#"{"channel":"sms","outcome":"fires","reason":{"layer":"full_moon"}}"#;
    let body = format!(r#"{{"urgent":true,"rulings":[{pager},{known},{moon}],"mood":"fine"}}"#);
    request.answer_json(&body).await;
    let Told::Verdict(verdict) = told(&mut desk).await else {
        panic!("no verdict");
    };
    let rulings: Vec<_> = verdict
        .rulings
        .iter()
        .map(|ruled| (ruled.channel, ruled.outcome))
        .collect();
    assert_eq!(rulings, [(Channel::Email, Outcome::Silent)]);
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_the_server_lacks_is_told_as_such() {
    let net = Net::new().await;
    let (mut desk, _stream, request) = asked(&net).await;
    request.answer_problem(Code::NotFound).await;
    assert_eq!(told(&mut desk).await, Told::Lacks);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_ten_seconds_for_an_answer() {
    let net = Net::new().await;
    let (mut desk, _stream, _request) = asked(&net).await;
    pass(Duration::from_secs(10)).await;
    assert_eq!(told(&mut desk).await, Told::NoAnswer);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_signs_the_desk_out() {
    let net = Net::new().await;
    let (mut desk, _stream, request) = asked(&net).await;
    request.answer_problem(Code::Unauthorized).await;
    assert_eq!(desk.link().await, Link::SignedOut);
    pass(Duration::from_secs(299)).await;
    assert!(!net.is_called().await);
}
