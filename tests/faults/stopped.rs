//! F5: server and desk in turn stand still, as when a laptop sleeps or a machine swaps, and go on.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result};
use campanile_tests::stage::{Signal, Stage, signal};
use tokio::runtime::Runtime;

use crate::row::{Course, Row, chance};

pub const ROW: Row = Row {
    id: "F5",
    fault: "server or desk stands still",
    full: 50,
    run,
};

const EVENTS: u32 = 20;
/// The longest that one of them stands still: beyond the silence after which a desk gives a stream up.
const STILL_MOST_MS: u64 = 60_000;
/// The same in the short form.
const SHORT_STILL_MOST_MS: u64 = 2_000;

fn run(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let source = stage.server.source()?;
    let runtime = Runtime::new()?;
    let most = if course.is_full {
        STILL_MOST_MS
    } else {
        SHORT_STILL_MOST_MS
    };
    for round in 0..course.rounds {
        let process = match round % 2 {
            0 => stage.server.pid()?,
            _ => stage.app.pid()?,
        };
        let sending = runtime.spawn(source.clone().insist_all(round.to_string(), EVENTS));
        signal(Signal::Stop, process)?;
        thread::sleep(Duration::from_millis(most / 2 + chance(round, most / 2)));
        signal(Signal::Go, process)?;
        runtime
            .block_on(sending)?
            .with_context(|| format!("round {round}"))?;
        let all = u64::from((round + 1) * EVENTS);
        stage.app.wait_for("all that was sent", |status| {
            status["connected"] == true && status["unread"] == all
        })?;
    }
    Ok(format!(
        "{} accepted, all in the bell once",
        course.rounds * EVENTS
    ))
}
