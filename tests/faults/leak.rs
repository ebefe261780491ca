//! F53: hours of events, toasts, melodies and lost connections leave nothing behind, neither in the desk nor in the server.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::Stage;
use tokio::runtime::Runtime;

use crate::{
    process::{MIB, resident_bytes},
    row::{Course, Row},
    size::Size,
    tap::Tap,
};

pub const ROW: Row = Row {
    id: "F53",
    fault: "a minute of events and lost connections",
    full: 60,
    run,
};

/// How the time goes by.
struct Pace {
    /// How many come first: a desk holds the newest 2,000 notices, and both hold pages of their databases.
    filling: u32,
    /// Until everything has been used that there is.
    warm_up: Duration,
    lasts: Duration,
    event_each: Duration,
    lost_each: Duration,
    look_each: Duration,
}

const SHORT: Pace = Pace {
    filling: 500,
    warm_up: Duration::from_secs(4),
    lasts: Duration::from_secs(4),
    event_each: Duration::from_millis(50),
    lost_each: Duration::from_secs(2),
    look_each: Duration::from_secs(1),
};
const LONG: Pace = Pace {
    filling: 20_000,
    warm_up: Duration::from_secs(600),
    lasts: Duration::from_secs(3_000),
    event_each: Duration::from_secs(1),
    lost_each: Duration::from_secs(300),
    look_each: Duration::from_secs(60),
};
const AT_ONCE: usize = 100;
/// A leak is no smaller than this; what an allocator keeps for the next time is.
const LEAK_BYTES: f64 = 4.0 * MIB as f64;
const DAY_S: f64 = 86_400.0;

fn run(course: &Course) -> Result<String> {
    let pace = if course.is_full { LONG } else { SHORT };
    let (server, mut app, _folder) = Stage::parts()?;
    app.start()?;
    let tap = Tap::on(&server.pairing_link()?)?;
    app.pair(&tap.link(&server.pairing_link()?)?)?;
    app.wait_for("connected", |status| status["connected"] == true)?;
    let processes = [app.pid()?, server.pid()?];
    // What stands in one row is no history that grows.
    let source = server.source()?.collapsing("row");
    let runtime = Runtime::new()?;
    let filling: Vec<_> = (0..pace.filling).map(|id| id.to_string()).collect();
    for ids in filling.chunks(AT_ONCE) {
        let answer = runtime.block_on(source.send_all(ids))?;
        ensure!(
            answer.status.is_success(),
            "answered with {}",
            answer.status
        );
    }
    let mut sent = pace.filling;
    let mut live = |lasts: Duration| {
        let began = Instant::now();
        let (mut lost, mut looked) = (began, began);
        let mut seen = Vec::new();
        while began.elapsed() < lasts {
            runtime.block_on(source.insist(&sent.to_string()))?;
            sent += 1;
            if lost.elapsed() >= pace.lost_each {
                tap.cut();
                lost = Instant::now();
            }
            if looked.elapsed() >= pace.look_each {
                let [desk, server] = processes.map(resident_bytes);
                seen.push((
                    began.elapsed().as_secs_f64(),
                    [desk? as f64, server? as f64],
                ));
                looked = Instant::now();
            }
            thread::sleep(pace.event_each);
        }
        let latest = (sent - 1).to_string();
        app.ask_until(|status| status["connected"] == true && status["unread"] == 1)
            .with_context(|| format!("after {latest} events"))?;
        anyhow::Ok(seen)
    };
    live(pace.warm_up)?;
    let sizes = [Size::at_rest(processes[0])?, Size::at_rest(processes[1])?];
    let seen = live(pace.lasts)?;
    let mut told = Vec::new();
    for (at, name) in ["desk", "server"].into_iter().enumerate() {
        sizes[at]
            .is_regained(processes[at])
            .with_context(|| format!("the {name}"))?;
        let points: Vec<_> = seen
            .iter()
            .map(|(second, bytes)| (*second, bytes[at]))
            .collect();
        let slope = slope(&points);
        let grown = slope * pace.lasts.as_secs_f64();
        ensure!(grown < LEAK_BYTES, "the {name} grew by {grown:.0} bytes");
        told.push(format!(
            "the {name} grew by {:.0} KiB in {:?} ({:.1} MB a day), with {} as before",
            grown / 1024.0,
            pace.lasts,
            slope * DAY_S / 1e6,
            sizes[at]
        ));
    }
    Ok(format!("{sent} events: {}", told.join("; ")))
}

/// Returns the slope of the line that lies closest to the points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let rise: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let run: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    if run > 0.0 { rise / run } else { 0.0 }
}
