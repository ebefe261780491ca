//! F1: the desk is killed while twenty events arrive.

use std::{thread, time::Duration};

use anyhow::{Result, ensure};
use campanile_tests::stage::{Stage, notify::Ear};
use tokio::runtime::Runtime;

use crate::{
    row::{Course, Row, chance},
    told,
};

pub const ROW: Row = Row {
    id: "F1",
    fault: "desk killed while events arrive",
    full: 500,
    run,
};

const EVENTS: u32 = 20;
/// The longest that a desk lives while they arrive.
const LIVES_MS: u64 = 120;

fn run(course: &Course) -> Result<String> {
    let mut stage = Stage::up()?;
    let ear = Ear::open()?;
    let source = stage.server.source()?;
    let runtime = Runtime::new()?;
    for round in 0..course.rounds {
        let sending = runtime.spawn(source.clone().insist_all(round.to_string(), EVENTS));
        thread::sleep(Duration::from_millis(chance(round, LIVES_MS)));
        stage.app.kill()?;
        stage.app.start()?;
        runtime.block_on(sending)??;
        let all = u64::from((round + 1) * EVENTS);
        stage
            .app
            .wait_for("all that was sent", |status| status["unread"] == all)?;
    }
    stage.app.quit()?;
    let all: Vec<_> = (0..course.rounds)
        .flat_map(|round| (0..EVENTS).map(move |event| format!("{round}-{event}")))
        .collect();
    let toasts = told::by_name(ear.drain(), &all)?;
    ensure!(toasts > 0, "no toast named its event: nothing was counted");
    told::is_whole(&stage.app)?;
    Ok(format!(
        "{} events, 0 lost, {} toasted by name, 0 twice",
        all.len(),
        toasts
    ))
}
