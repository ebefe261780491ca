//! What was done at the desk reaches the server once, in order, whatever stands in its way.

use std::time::Duration;

use campanile_client::{
    message::{Link, Message},
    sync::Command,
};
use campanile_core::{
    change::Mark,
    ids::{ChangeId, EventId},
};
use campanile_protocol::{
    changes::{Answer, Deed, Outcome, Push, Pushed, PushedChange},
    problem::Code,
};
use uuid::Uuid;

use crate::net::{Conversation, Desk, Net, START, pass, settle};

fn change(number: u32) -> PushedChange {
    let ids = vec![EventId(Uuid::from_u128(u128::from(number)))];
    PushedChange {
        id: ChangeId(Uuid::from_u128(u128::from(number))),
        at: START,
        deed: Deed::Marked {
            ids,
            mark: Mark::Read,
        },
    }
}

fn changes(numbers: std::ops::Range<u32>) -> Command {
    Command::Push(numbers.map(change).collect())
}

/// The numbers of the changes that a request pushes.
fn pushed(request: &Conversation) -> Vec<u128> {
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/v1/changes")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("authorization"), Some("Bearer canary-token"));
    let push: Push = serde_json::from_slice(&request.body).expect("a push");
    push.changes
        .iter()
        .map(|change| change.id.0.as_u128())
        .collect()
}

fn answers(numbers: &[u128]) -> String {
    let answers = numbers.iter().map(|id| Answer {
        id: ChangeId(Uuid::from_u128(*id)),
        outcome: Outcome::Accepted,
    });
    serde_json::to_string(&Pushed {
        answers: answers.collect(),
    })
    .expect("writes")
}

async fn accept_all(request: Conversation) {
    let body = answers(&pushed(&request));
    request.answer_json(&body).await;
}

/// The numbers that were answered, and whether each was accepted.
async fn settled(desk: &mut Desk) -> Vec<(u128, bool)> {
    match desk.next().await {
        Message::Settled(settled) => settled
            .into_iter()
            .map(|(id, outcome)| (id.0.as_u128(), outcome == Outcome::Accepted))
            .collect(),
        other => panic!("nothing settled: {other:?}"),
    }
}

async fn online(net: &Net) -> (Desk, Conversation) {
    let mut desk = Desk::follow(net, None);
    desk.next().await;
    let server = net.accept_stream(&mut desk).await;
    (desk, server)
}

#[tokio::test(start_paused = true)]
async fn a_change_is_pushed_and_its_answer_told() {
    let net = Net::new().await;
    let (mut desk, _stream) = online(&net).await;
    desk.command(changes(1..3)).await;
    let request = net.accept().await;
    assert_eq!(pushed(&request), [1, 2]);
    accept_all(request).await;
    assert_eq!(settled(&mut desk).await, [(1, true), (2, true)]);
}

#[tokio::test(start_paused = true)]
async fn changes_wait_until_there_is_a_link() {
    let net = Net::new().await;
    let mut desk = Desk::follow(&net, None);
    desk.next().await;
    desk.command(changes(1..2)).await;
    net.accept().await.answer("500 Broken", "", "").await;
    let (_, wait) = desk.offline().await;
    assert!(!net.is_called().await);
    pass(wait).await;
    let _stream = net.accept_stream(&mut desk).await;
    assert_eq!(pushed(&net.accept().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn many_changes_go_in_batches_in_their_order() {
    let net = Net::new().await;
    let (mut desk, _stream) = online(&net).await;
    desk.command(changes(0..1_100)).await;
    let mut seen = Vec::new();
    for most in [500, 500, 100] {
        let request = net.accept().await;
        let batch = pushed(&request);
        assert_eq!(batch.len(), most);
        seen.extend(batch);
        accept_all(request).await;
        settled(&mut desk).await;
    }
    assert_eq!(seen, (0..1_100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_waits_already_is_not_pushed_twice() {
    let net = Net::new().await;
    let (mut desk, _stream) = online(&net).await;
    desk.command(changes(1..3)).await;
    desk.command(changes(1..4)).await;
    settle().await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let request = net.accept().await;
        seen.extend(pushed(&request));
        accept_all(request).await;
        settled(&mut desk).await;
    }
    assert_eq!(seen, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_push_that_fails_is_tried_again_later_and_later() {
    let net = Net::new().await;
    let (mut desk, _stream) = online(&net).await;
    desk.command(changes(1..2)).await;
    // A reset, a refusal to read, and an answer to nothing: none of them is an answer.
    net.accept().await.reset();
    settle().await;
    for (wait_ms, headers, status, body) in [
        (1_500, "Retry-After: 20\r\n", "429 Too Many", ""),
        (
            21_000,
            "Content-Type: application/json\r\n",
            "200 OK",
            r#"{"answers":[]}"#,
        ),
        (3_000, "Content-Type: text/html\r\n", "200 OK", "<form>"),
        (5_000, "", "500 Broken", ""),
    ] {
        until_called_after(&net, wait_ms)
            .await
            .answer(status, headers, body)
            .await;
    }
    let request = until_called_after(&net, 9_000).await;
    accept_all(request).await;
    assert_eq!(settled(&mut desk).await, [(1, true)]);
}

/// Expects a call after so much time, and none before.
async fn until_called_after(net: &Net, wait_ms: u64) -> Conversation {
    // What is on its way arrives before time goes on.
    settle().await;
    pass(Duration::from_millis(wait_ms - 1)).await;
    assert!(!net.is_called().await, "before {wait_ms} ms");
    pass(Duration::from_millis(1)).await;
    net.accept().await
}

#[tokio::test(start_paused = true)]
async fn one_bad_change_is_refused_alone_and_the_others_get_through() {
    for status in ["400 Bad Request", "413 Too Large", "422 Unprocessable"] {
        let net = Net::new().await;
        let (mut desk, _stream) = online(&net).await;
        desk.command(changes(0..20)).await;
        let problem = serde_json::to_string(&Code::BadRequest.because("change 13: no such mark"))
            .expect("writes");
        let mut accepted = Vec::new();
        let mut requests = 0;
        while accepted.len() < 20 {
            let request = net.accept().await;
            requests += 1;
            if pushed(&request).contains(&13) {
                let alone = pushed(&request).len() == 1;
                request
                    .answer(
                        status,
                        "Content-Type: application/problem+json\r\n",
                        &problem,
                    )
                    .await;
                if alone {
                    accepted.extend(settled(&mut desk).await);
                }
            } else {
                accept_all(request).await;
                accepted.extend(settled(&mut desk).await);
            }
        }
        let expected: Vec<_> = (0..20).map(|number| (number, number != 13)).collect();
        assert_eq!(accepted, expected, "{status}");
        assert!(requests < 20, "{status}: {requests}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_breaks_the_server_does_not_hold_up_the_others_for_ever() {
    let net = Net::new().await;
    let (mut desk, mut stream) = online(&net).await;
    desk.command(changes(0..4)).await;
    let mut accepted = Vec::new();
    // Some minutes are enough: three failures, then one change at a time.
    for _ in 0..300 {
        let request = tokio::select! {
            request = net.accept() => request,
            () = beat(&mut stream) => continue,
        };
        if pushed(&request).contains(&0) {
            request.answer("500 Broken", "", "").await;
        } else {
            accept_all(request).await;
            accepted.extend(settled(&mut desk).await);
        }
    }
    accepted.sort_unstable();
    assert_eq!(accepted, [(1, true), (2, true), (3, true)]);
}

/// Time goes on, and the stream stays alive meanwhile.
async fn beat(stream: &mut Conversation) {
    settle().await;
    stream.send(":\n\n").await;
    settle().await;
    pass(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_signs_the_desk_out() {
    let net = Net::new().await;
    let (mut desk, _stream) = online(&net).await;
    desk.command(changes(0..1)).await;
    net.accept().await.answer_problem(Code::Unauthorized).await;
    assert_eq!(desk.link().await, Link::SignedOut);
    pass(Duration::from_secs(299)).await;
    assert!(!net.is_called().await);
}

/// The next push, while time goes on for no longer than two failures may be apart.
async fn next_push(net: &Net, stream: &mut Conversation) -> Conversation {
    for _ in 0..600 {
        tokio::select! {
            again = net.accept() => return again,
            () = beat(stream) => {}
        }
    }
    panic!("nothing is pushed");
}

#[tokio::test(start_paused = true)]
async fn whatever_refuses_a_push_in_the_servers_place_signs_nobody_out_and_costs_no_change() {
    let html = "Content-Type: text/html\r\n";
    let problem = "Content-Type: application/problem+json\r\n";
    let table = [
        ("400 Bad Request", html, "<h1>nginx</h1>"),
        ("400 Bad Request", "", ""),
        ("403 Forbidden", html, "<form>"),
        ("404 Not Found", html, "<h1>no such site</h1>"),
        ("405 Method Not Allowed", html, "<h1>only GET</h1>"),
        ("410 Gone", "", ""),
        ("413 Too Large", html, "<h1>nginx</h1>"),
        ("422 Odd", problem, "{"),
        ("451 Unavailable", html, "<h1>filtered</h1>"),
    ];
    for (status, headers, body) in table {
        let net = Net::new().await;
        let (mut desk, mut stream) = online(&net).await;
        desk.command(changes(0..2)).await;
        // More often than it takes until what the server calls broken is tried in smaller pieces.
        for _ in 0..5 {
            let stranger = next_push(&net, &mut stream).await;
            assert!(!pushed(&stranger).is_empty(), "{status}");
            stranger.answer(status, headers, body).await;
        }
        let mut accepted = Vec::new();
        while accepted.len() < 2 {
            accept_all(next_push(&net, &mut stream).await).await;
            accepted.extend(settled(&mut desk).await);
        }
        accepted.sort_unstable();
        assert_eq!(accepted, [(0, true), (1, true)], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_lets_nothing_large_through_is_sent_less_at_once() {
    let net = Net::new().await;
    let (mut desk, mut stream) = online(&net).await;
    desk.command(changes(0..4)).await;
    let mut accepted = Vec::new();
    for _ in 0..5 {
        let request = next_push(&net, &mut stream).await;
        if pushed(&request).len() > 2 {
            let html = "Content-Type: text/html\r\n";
            request
                .answer("413 Too Large", html, "<h1>nginx</h1>")
                .await;
        } else {
            accept_all(request).await;
            accepted.extend(settled(&mut desk).await);
        }
    }
    assert_eq!(accepted, [(0, true), (1, true), (2, true), (3, true)]);
}

#[tokio::test(start_paused = true)]
async fn large_changes_go_in_smaller_batches() {
    let net = Net::new().await;
    let (mut desk, _stream) = online(&net).await;
    let large = |number: u32| PushedChange {
        deed: Deed::Marked {
            ids: vec![EventId(Uuid::nil()); 500],
            mark: Mark::Read,
        },
        ..change(number)
    };
    desk.command(Command::Push((0..40).map(large).collect()))
        .await;
    let mut seen = Vec::new();
    while seen.len() < 40 {
        let request = net.accept().await;
        assert!(request.body.len() < 512 * 1024, "{}", request.body.len());
        seen.extend(pushed(&request));
        accept_all(request).await;
        settled(&mut desk).await;
    }
    assert_eq!(seen, (0..40).collect::<Vec<_>>());
}
