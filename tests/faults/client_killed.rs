//! F1: the desk is killed while twenty events arrive.

use std::{
    collections::{HashMap, HashSet},
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};
use campanile_tests::stage::{
    Stage,
    notify::{Ear, Heard},
};
use rusqlite::Connection;
use tokio::runtime::Runtime;

use crate::row::{Course, Row, chance};

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
    // A toast of an event names it; a summary names none.
    let mut toasts: HashMap<&str, u32> = HashMap::new();
    let all: Vec<_> = (0..course.rounds)
        .flat_map(|round| (0..EVENTS).map(move |event| format!("{round}-{event}")))
        .collect();
    for heard in ear.drain() {
        // One that replaces another is that one, told again.
        if let Heard::Notify(toast) = heard
            && toast.replaces == 0
        {
            let words = format!("{} {}", toast.title, toast.body);
            let words: HashSet<_> = words
                .split(|c: char| !c.is_ascii_digit() && c != '-')
                .collect();
            for id in all.iter().filter(|id| words.contains(id.as_str())) {
                *toasts.entry(id).or_default() += 1;
            }
        }
    }
    let twice: Vec<_> = toasts.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(twice.is_empty(), "toasted more than once: {twice:?}");
    ensure!(
        !toasts.is_empty(),
        "no toast named its event: nothing was counted"
    );
    for file in databases(&stage)? {
        let verdict: String =
            Connection::open(&file)?.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        ensure!(verdict == "ok", "{}: {verdict}", file.display());
    }
    Ok(format!(
        "{} events, 0 lost, {} toasted by name, 0 twice",
        all.len(),
        toasts.len()
    ))
}

/// Returns the databases of the desk.
fn databases(stage: &Stage) -> Result<Vec<std::path::PathBuf>> {
    let mut folders = vec![stage.app.data()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "db") {
                found.push(path);
            }
        }
    }
    ensure!(found.len() == 2, "the desk has two databases: {found:?}");
    Ok(found)
}
