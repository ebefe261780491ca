//! F26: a thousand events a second, for as long as the course takes.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use campanile_tests::stage::{
    Stage,
    notify::{Ear, Heard},
};
use tokio::runtime::Runtime;

use crate::row::{Course, Row};

pub const ROW: Row = Row {
    id: "F26",
    fault: "a second of a thousand events",
    full: 60,
    run,
};

const A_SECOND: u32 = 1_000;
const AT_ONCE: u32 = 100;
/// At most three stand at once, and one that counts; each may be told anew when the flood pauses.
const TOASTS_MOST: usize = 10;

fn run(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let ear = Ear::open()?;
    let source = stage.server.source()?;
    let started = Instant::now();
    Runtime::new()?.block_on(async {
        for first in (0..course.rounds * A_SECOND).step_by(AT_ONCE as usize) {
            let ids: Vec<_> = (first..first + AT_ONCE).map(|id| id.to_string()).collect();
            let answer = source.send_all(&ids).await?;
            ensure!(
                answer.status.is_success(),
                "answered with {}",
                answer.status
            );
            let due = started + Duration::from_millis(u64::from(first + AT_ONCE));
            tokio::time::sleep_until(due.into()).await;
        }
        Ok(())
    })?;
    let all = u64::from(course.rounds * A_SECOND);
    stage
        .app
        .wait_for("all of them", |status| status["unread"] == all)?;
    // What falls behind is summed up once it has been caught up with.
    ear.toast(|toast| toast.replaces == 0)?;
    let more = ear
        .drain()
        .into_iter()
        .filter(|heard| matches!(heard, Heard::Notify(toast) if toast.replaces == 0));
    let toasts = 1 + more.count();
    ensure!(toasts <= TOASTS_MOST, "{toasts} toasts");
    Ok(format!("{all} in the bell, {toasts} toasts"))
}
