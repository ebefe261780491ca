//! A part that panics: it is told, nothing falls silent, and it begins anew (S7).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use campanile_client::{
    message::{Link, Message},
    sync::{Command, Surroundings},
};
use campanile_core::ids::ChangeId;
use campanile_protocol::changes::{Deed, PushedChange};
use uuid::Uuid;

use crate::net::{Desk, HELLO, Net, START, STREAM_HEAD, entries, now, pass, seqs, surroundings};

/// A machine whose clock breaks whoever reads it next, as soon as it is told to.
fn breaking() -> (Surroundings, Arc<AtomicBool>) {
    let breaks = Arc::new(AtomicBool::new(false));
    let broken = Arc::clone(&breaks);
    let wall = move || {
        assert!(!broken.swap(false, Ordering::SeqCst), "no clock");
        now()
    };
    let around = Surroundings {
        wall: Arc::new(wall),
        ..surroundings()
    };
    (around, breaks)
}

#[tokio::test(start_paused = true)]
async fn a_part_that_panics_is_told_and_begins_anew_with_all_that_waits() {
    let net = Net::new().await;
    let (around, breaks) = breaking();
    let mut desk = Desk::follow_with(net.base(), Some("c1"), around, 16);
    assert_eq!(desk.link().await, Link::Connecting);
    desk.command(Command::Push(vec![PushedChange {
        id: ChangeId(Uuid::from_u128(1)),
        at: START,
        deed: Deed::Active {},
    }]))
    .await;
    for wait_ms in [1_500, 2_000, 3_000] {
        let mut server = net.accept().await;
        breaks.store(true, Ordering::SeqCst);
        server.send(format!("{STREAM_HEAD}{HELLO}")).await;
        assert_eq!(
            desk.offline().await,
            ("broken", Duration::from_millis(wait_ms))
        );
        server.until_closed().await;
        assert!(!net.is_called().await);
        pass(Duration::from_millis(wait_ms)).await;
        assert_eq!(desk.link().await, Link::Connecting);
    }
    // What broke it may stand in the log: the present is asked for.
    let mut server = net.accept_stream(&mut desk).await;
    assert_eq!(server.header("last-event-id"), None);
    assert_eq!(net.accept().await.path, "/v1/changes");
    server.send(entries(&[1])).await;
    assert_eq!(seqs(&desk.next().await), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_panics_is_told_too() {
    let net = Net::new().await;
    let (around, breaks) = breaking();
    let mut desk = Desk::follow_with(net.base(), None, around, 16);
    desk.next().await;
    let _stream = net.accept_stream(&mut desk).await;
    breaks.store(true, Ordering::SeqCst);
    desk.command(Command::Measure).await;
    assert_eq!(desk.offline().await.0, "broken");
    pass(Duration::from_millis(1_500)).await;
    assert_eq!(desk.link().await, Link::Connecting);
    let _stream = net.accept_stream(&mut desk).await;
    desk.command(Command::Measure).await;
    net.accept()
        .await
        .answer_json(&format!(
            r#"{{"status":"ok","writable":true,"now":"{}"}}"#,
            now()
        ))
        .await;
    assert_eq!(desk.next().await, Message::Measured { offset_ms: 0 });
}
