//! Answers that are no streams, dribble and never end: each is given up within a minute (F13).

use std::time::Duration;

use campanile_client::{
    message::{Message, PairingFault, Told},
    sync::{Command, pair},
};
use campanile_core::ids::{ChangeId, EventId};
use campanile_protocol::{
    changes::{Deed, PushedChange},
    pairing::link,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::net::{Conversation, Desk, Net, START, pass, settle, surroundings};

const JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
const PROBLEM: &str = "HTTP/1.1 422 Odd\r\nContent-Type: application/problem+json\r\n\r\n";

/// So many bytes every so many seconds.
const DRIBBLES: [(usize, u64); 3] = [(1, 1), (1_024, 10), (15 * 1_024, 59)];

const MINUTE: Duration = Duration::from_secs(60);

/// Answers with white space, which may always stand before JSON, until nobody listens; says how long somebody did.
/// A stream stays alive meanwhile.
async fn dribble(
    request: &mut Conversation,
    head: &str,
    (bytes, every_s): (usize, u64),
    mut stream: Option<&mut Conversation>,
) -> Duration {
    let began = Instant::now();
    request.send(head).await;
    loop {
        request.send(vec![b' '; bytes]).await;
        for _ in 0..every_s {
            settle().await;
            if request.is_closed() {
                return began.elapsed();
            }
            if let Some(stream) = &mut stream {
                stream.send(":\n\n").await;
            }
            pass(Duration::from_secs(1)).await;
        }
        assert!(began.elapsed() < Duration::from_secs(600), "it is read on");
    }
}

async fn online(net: &Net) -> (Desk, Conversation) {
    let mut desk = Desk::follow(net, None);
    desk.next().await;
    let stream = net.accept_stream(&mut desk).await;
    (desk, stream)
}

#[tokio::test(start_paused = true)]
async fn a_page_of_a_snapshot_that_dribbles_is_told_and_asked_for_again() {
    let first = "event: snapshot\nid: s9\ndata: {\"epoch\":\"00000000-0000-0000-0000-000000000001\",\"cursor\":\"s9\",\"items\":[],\"next\":\"p1\"}\n\n";
    for manner in DRIBBLES {
        let net = Net::new().await;
        let (mut desk, mut stream) = online(&net).await;
        stream.send(first).await;
        assert!(matches!(desk.next().await, Message::Snapshot(_)));
        let mut page = net.accept().await;
        assert_eq!(page.path, "/v1/snapshot?after=p1");
        assert_eq!(dribble(&mut page, JSON, manner, None).await, MINUTE);
        let (why, wait) = desk.offline().await;
        assert_eq!(why, "no_answer");
        pass(wait).await;
        assert_eq!(net.accept().await.path, "/v1/snapshot?after=p1");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_push_that_dribbles_lets_the_same_be_pushed_again() {
    let change = PushedChange {
        id: ChangeId(Uuid::from_u128(1)),
        at: START,
        deed: Deed::Active {},
    };
    for (head, manner) in [JSON, PROBLEM]
        .iter()
        .flat_map(|head| DRIBBLES.map(|manner| (head, manner)))
    {
        let net = Net::new().await;
        let (desk, mut stream) = online(&net).await;
        desk.command(Command::Push(vec![change.clone()])).await;
        let mut push = net.accept().await;
        let body = push.body.clone();
        let took = dribble(&mut push, head, manner, Some(&mut stream)).await;
        assert_eq!(took, MINUTE, "{head} {manner:?}");
        pass(Duration::from_secs(2)).await;
        assert_eq!(net.accept().await.body, body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_dribbles_is_told_as_no_answer_within_ten_seconds() {
    for manner in DRIBBLES {
        let net = Net::new().await;
        let (mut desk, mut stream) = online(&net).await;
        desk.command(Command::Verdict(EventId(Uuid::nil()))).await;
        let mut verdict = net.accept().await;
        let took = dribble(&mut verdict, JSON, manner, Some(&mut stream)).await;
        assert_eq!(took, Duration::from_secs(10), "{manner:?}");
        assert!(matches!(
            desk.next().await,
            Message::Verdict {
                told: Told::NoAnswer,
                ..
            }
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_dribbles_is_left_and_read_at_the_next_check() {
    for manner in DRIBBLES {
        let net = Net::new().await;
        let (desk, mut stream) = online(&net).await;
        desk.command(Command::Measure).await;
        let mut clock = net.accept().await;
        let took = dribble(&mut clock, JSON, manner, Some(&mut stream)).await;
        assert_eq!(took, MINUTE, "{manner:?}");
        desk.command(Command::Measure).await;
        assert_eq!(net.accept().await.path, "/healthz");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pairing_that_dribbles_is_told_as_no_answer() {
    // More than a line of life, and never an end.
    for manner in DRIBBLES.into_iter().chain([(64 * 1_024, 20)]) {
        let net = Net::new().await;
        let (text, around) = (link(net.base().as_str(), "code"), surroundings());
        let server = async { dribble(&mut net.accept().await, JSON, manner, None).await };
        let (paired, took) = tokio::join!(pair(&text, "desk", &around), server);
        assert_eq!(paired.expect_err("not paired"), PairingFault::NoAnswer);
        assert_eq!(took, MINUTE, "{manner:?}");
    }
}
