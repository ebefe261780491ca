//! F36: toast after toast at one desk, under a notification daemon that dies with five of them open.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    Signal, Stage,
    app::part,
    desktop,
    notify::{Ear, Notify},
    part_process, run, signal,
};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::{
    row::{Course, Row, Slowest},
    size::Size,
};

pub const ROW: Row = Row {
    id: "F36",
    fault: "toast after toast, and a daemon that dies under them",
    full: 1_000,
    run: toasts,
};

/// How many are open when the daemon dies, or when a person closes them.
const OPEN: u32 = 5;
/// How many toasts a daemon sees.
const DIES_AFTER: u32 = 25;

fn toasts(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let tried = shown(&stage, course.rounds);
    if tried.is_err() {
        // What comes after this row finds a daemon.
        let _ = desktop(&["stop", "dunst"]);
        desktop(&["start", "dunst"])?;
    }
    tried
}

fn shown(stage: &Stage, count: u32) -> Result<String> {
    let second = stage.second()?;
    second.choose("*", "*", "toast.most", &json!(2 * OPEN))?;
    let ear = Ear::open()?;
    let source = stage.server.source()?;
    let runtime = Runtime::new()?;
    let process = stage.app.pid()?;
    let before = Size::at_rest(process)?;
    let (mut slowest, mut deaths) = (Slowest::default(), 0);
    for event in 0..count {
        let id = format!("{event}-toast");
        runtime.block_on(source.insist(&id))?;
        slowest.time(event, || {
            let toast = ear.toast(|toast| names(toast, &id))?;
            ensure!(
                toast.replaces == 0,
                "it stands in another's place: {toast:?}"
            );
            Ok(())
        })?;
        let so_far = event + 1;
        if so_far % DIES_AFTER == 0 {
            died(stage).with_context(|| format!("after {so_far} toasts"))?;
            deaths += 1;
        } else if so_far % OPEN == 0 {
            run(Command::new("dunstctl").arg("close-all"))?;
        }
    }
    before.is_regained(process)?;
    stage.app.ask_until(|status| status["unread"] == count)?;
    Ok(format!(
        "each within {slowest}, the daemon killed {deaths} times under {OPEN}; {before} before and after"
    ))
}

/// Kills the daemon and brings it back.
fn died(stage: &Stage) -> Result<()> {
    signal(Signal::Kill, part_process("dunst")?)?;
    stage
        .app
        .ask_until(|status| part(status, "toast")["code"] == "none")?;
    desktop(&["start", "dunst"])?;
    stage
        .app
        .ask_until(|status| part(status, "toast")["state"] == "works")
}

/// Says whether a toast names this event.
fn names(toast: &Notify, id: &str) -> bool {
    format!("{} {}", toast.title, toast.body)
        .split_whitespace()
        .any(|word| word.contains(id))
}
