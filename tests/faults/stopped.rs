//! F5: server and desk in turn stand still, as when a laptop sleeps or a machine swaps, and go on.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result};
use campanile_tests::stage::{Signal, Stage, signal};
use tokio::runtime::Runtime;

use crate::row::{Course, Row};

pub const ROW: Row = Row {
    id: "F5",
    fault: "server or desk stands still",
    full: 50,
    run,
};

const EVENTS: u32 = 20;
/// How long one of them stands still, in the short form and in the long one.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(10);
/// The same now and then in the long form: beyond every silence after which one gives the other up.
const VERY_LONG: Duration = Duration::from_secs(300);
/// The longest that a desk waits before it tries again, and then gives a server to answer.
const TRIES_WITHIN: Duration = Duration::from_secs(300 + 15);

fn run(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let source = stage.server.source()?.insisting_for(VERY_LONG + LONG);
    let runtime = Runtime::new()?;
    for round in 0..course.rounds {
        let process = match round % 2 {
            0 => stage.server.pid()?,
            _ => stage.app.pid()?,
        };
        let sending = runtime.spawn(source.clone().insist_all(round.to_string(), EVENTS));
        signal(Signal::Stop, process)?;
        thread::sleep(match round % 20 {
            // Once the server, once the desk.
            0 | 11 if course.is_full => VERY_LONG,
            _ if course.is_full => LONG,
            _ => SHORT,
        });
        signal(Signal::Go, process)?;
        runtime
            .block_on(sending)?
            .with_context(|| format!("round {round}"))?;
        let all = u64::from((round + 1) * EVENTS);
        stage.app.ask_within(TRIES_WITHIN, |status| {
            status["connected"] == true && status["unread"] == all
        })?;
    }
    Ok(format!(
        "{} accepted, all in the bell once",
        course.rounds * EVENTS
    ))
}
