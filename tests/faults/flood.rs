//! F26: a thousand events a second, for as long as the course takes, before the eyes of somebody who has the bell open.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    PATIENCE, Stage,
    notify::{Ear, Heard},
    window::Window,
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
/// Three toasts stand at once, and one that counts; each goes after five seconds, and makes room for another.
const STAND_AT_ONCE: usize = 4;
const STANDS_S: usize = 5;

fn run(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let bell = Window::open(&stage.app, "bell")?;
    bell.find("main")?;
    bell.answer(
        "window.frames_ms = []; let last = performance.now(); const step = () => { const now = \
         performance.now(); window.frames_ms.push(now - last); last = now; \
         requestAnimationFrame(step); }; requestAnimationFrame(step); done(null);",
    )?;
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
    let mut told = Told::default();
    ear.drain().iter().for_each(|heard| told.hear(heard));
    ensure!(told.toasts > 0, "nothing was shown while they came");
    let all = u64::from(course.rounds * A_SECOND);
    stage
        .app
        .wait_for("all of them", |status| status["unread"] == all)?;
    // What counts is drawn again each second, and each was told by name or is counted.
    while told.named + told.counted() != all {
        let mut heard = Vec::new();
        let toast = ear.hear(PATIENCE, |_| true, &mut heard);
        heard.iter().for_each(|heard| told.hear(heard));
        ensure!(toast.is_some(), "of {all} there were {told:?}");
    }
    let toasts = told.toasts;
    let took_s = usize::try_from(started.elapsed().as_secs())?;
    let most = STAND_AT_ONCE * (took_s / STANDS_S + 2);
    ensure!(toasts <= most, "{toasts} toasts within {took_s} s");
    let frames = bell.answer("done(window.frames_ms)")?;
    let mut frames_ms: Vec<f64> = serde_json::from_value(frames)?;
    frames_ms.sort_by(f64::total_cmp);
    let longest_ms = frames_ms.last().context("a frame")?;
    let p99_ms = frames_ms[frames_ms.len() * 99 / 100];
    Ok(format!(
        "{all} in the bell, {toasts} toasts from the first second on; frames of {p99_ms:.0} ms (p99), the longest {longest_ms:.0} ms"
    ))
}

/// What was told.
#[derive(Debug, Default)]
struct Told {
    /// How many toasts were shown, those not counted that took the place of another.
    toasts: usize,
    /// How many events were told by name.
    named: u64,
    /// Of how many others the toasts told that count, each as it said last.
    others: Vec<u64>,
}

impl Told {
    fn hear(&mut self, heard: &Heard) {
        let Heard::Notify(toast) = heard else { return };
        let is_fresh = toast.replaces == 0;
        self.toasts += usize::from(is_fresh);
        let Some((count, _)) = toast.title.split_once(" more notification") else {
            self.named += u64::from(is_fresh);
            return;
        };
        if is_fresh {
            self.others.push(0);
        }
        let digits: String = count.chars().filter(char::is_ascii_digit).collect();
        if let (Some(last), Ok(count)) = (self.others.last_mut(), digits.parse()) {
            *last = count;
        }
    }

    fn counted(&self) -> u64 {
        self.others.iter().sum()
    }
}
