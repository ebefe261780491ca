//! Events that come one by one, and many at once.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use super::stage::{AGENT, Stage};
use crate::{backend::Backend, http::Connection, process, sample::Sample, table::say};

/// Between two events of one desk; the other's come in the middle.
const APART: Duration = Duration::from_millis(200);
/// What an event sets off has ended after this: the tray's picture, a sum that grows.
pub const AFTERMATH: Duration = Duration::from_secs(2);
/// The most events of one request.
const TOGETHER: usize = 500;

/// What events one by one cost.
pub struct Steady {
    /// From before the request to `Notify`.
    pub latency: Sample,
    /// The desk's time on a core for each event.
    pub cpu_ms: f64,
}

/// Sends `count` events to each desk, in turn; ours first.
pub fn steady(stage: &Stage, count: usize) -> Result<[Steady; 2]> {
    say(&format!("{count} events at 5/s to each desk"));
    // A desk shows a few toasts at a time; those that have been read make room.
    stage.recorder.show_one_at_a_time(true);
    stage.recorder.drain();
    let desks = stage.desks()?;
    let before = desks.map(process::activity);
    let mut connections = connect(stage)?;
    let start = Instant::now();
    let mut due = Duration::ZERO;
    for event in 0..count {
        for (backend, connection) in stage.backends().iter().zip(&mut connections) {
            thread::sleep(due.saturating_sub(start.elapsed()));
            let ids = [format!("steady-{event}")];
            connection.ask(&backend.publish(&ids, AGENT, &|| stage.epoch.text()))?;
            due += APART / 2;
        }
    }
    let latencies = stage.recorder.ages(count, stage.epoch)?;
    thread::sleep(AFTERMATH);
    let mut cpu_ms = desks.iter().zip(&before).map(|(desk, before)| {
        (&process::activity(*desk) - before).cpu.as_secs_f64() * 1e3 / count as f64
    });
    Ok(latencies.map(|latency| Steady {
        latency,
        cpu_ms: cpu_ms.next().unwrap_or(f64::NAN),
    }))
}

/// What many events at once come to.
pub struct Burst {
    /// How many there were.
    pub events: usize,
    /// Until ours had all in its list and on its icon.
    pub ours: Duration,
    /// Until the floor had asked for all toasts.
    pub floor: Duration,
    /// How many toasts ours showed.
    pub toasts: usize,
}

/// Sends `count` events to each desk, as few requests as there can be.
pub fn burst(stage: &Stage, count: usize) -> Result<Burst> {
    say(&format!("{count} events at once to each desk"));
    stage.recorder.show_one_at_a_time(false);
    let tray = stage.tray()?;
    let [mut to_ours, mut to_floor] = connect(stage)?;
    let unread = stage.app.unread()? + count as u64;
    stage.recorder.drain();

    let start = Instant::now();
    send_at_once(stage, &stage.ours, &mut to_ours, count)?;
    let ours = tray.says(unread)? - start;
    ensure!(
        stage.app.unread()? == unread,
        "the list has not what the icon says"
    );
    thread::sleep(AFTERMATH);
    let toasts = stage.recorder.drain().len();

    let start = Instant::now();
    send_at_once(stage, &stage.floor, &mut to_floor, count)?;
    let floor = stage.recorder.floor_done(count)? - start;
    Ok(Burst {
        events: count,
        ours,
        floor,
        toasts,
    })
}

fn send_at_once(
    stage: &Stage,
    backend: &dyn Backend,
    connection: &mut Connection,
    count: usize,
) -> Result<()> {
    let ids: Vec<_> = (0..count).map(|event| format!("burst-{event}")).collect();
    for ids in ids.chunks(TOGETHER) {
        connection.ask(&backend.publish(ids, AGENT, &|| stage.epoch.text()))?;
    }
    Ok(())
}

fn connect(stage: &Stage) -> Result<[Connection; 2]> {
    let [ours, floor] = stage.backends();
    Ok([
        Connection::open(ours.address())?,
        Connection::open(floor.address())?,
    ])
}
