//! F1: the desk is killed while twenty events arrive: at any time, and at the moments at which the order of its deeds counts.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    PATIENCE, Stage,
    app::part,
    daemon::Hung,
    notify::{Ear, Heard},
    source::Source,
};
use rusqlite::{Connection, config::DbConfig};
use tokio::{runtime::Runtime, task::JoinHandle};

use crate::{
    commits::Commits,
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
/// For so long its next commit is waited for; by then all may have come.
const WRITES_WITHIN: Duration = Duration::from_millis(100);
/// For so long a toast is waited for that must not come.
const UNTOLD_FOR: Duration = Duration::from_millis(200);
/// So few are told singly, and would be again.
const FEW: u32 = 2;

fn run(course: &Course) -> Result<String> {
    let mut trial = Trial {
        stage: Stage::up()?,
        ear: Ear::open()?,
        heard: Vec::new(),
        runtime: Runtime::new()?,
        sent: Vec::new(),
    };
    for round in 0..course.rounds {
        match round % 25 {
            0 => trial.while_it_tells(round),
            // The rest evenly.
            other if other % 3 == 0 => trial.before_it_has_written(round),
            other if other % 3 == 1 => trial.as_it_has_written(round),
            _ => trial.at_any_time(round),
        }
        .with_context(|| format!("round {round}"))?;
    }
    trial.stage.app.quit()?;
    trial.heard.extend(trial.ear.drain());
    let toasts = told::by_name(trial.heard, &trial.sent)?;
    ensure!(toasts > 0, "no toast named its event: nothing was counted");
    told::is_whole(&trial.stage.app)?;
    Ok(format!(
        "{} events, 0 lost, {toasts} toasted by name, 0 twice",
        trial.sent.len()
    ))
}

struct Trial {
    stage: Stage,
    ear: Ear,
    heard: Vec<Heard>,
    runtime: Runtime,
    sent: Vec<String>,
}

impl Trial {
    fn at_any_time(&mut self, round: u32) -> Result<()> {
        let sending = self.send(round, EVENTS)?;
        thread::sleep(Duration::from_millis(chance(round, LIVES_MS)));
        self.stage.app.kill()?;
        self.stage.app.start()?;
        self.all_is_there(sending)
    }

    /// Right after a commit: whatever belongs together is in it.
    fn as_it_has_written(&mut self, round: u32) -> Result<()> {
        let commits = Commits::of(&told::inbox(&self.stage.app)?)?;
        let sending = self.send(round, EVENTS)?;
        thread::sleep(Duration::from_millis(chance(round, LIVES_MS)));
        commits.wait_for_next(WRITES_WITHIN)?;
        self.stage.app.kill()?;
        self.stage.app.start()?;
        self.all_is_there(sending)
    }

    /// While it waits for its file: nothing is told that is not kept.
    fn before_it_has_written(&mut self, round: u32) -> Result<()> {
        let inbox = Connection::open(told::inbox(&self.stage.app)?)?;
        // What the desk leaves behind is for the next one to mend.
        inbox.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        inbox.busy_timeout(PATIENCE)?;
        inbox.execute_batch("BEGIN IMMEDIATE")?;
        let sending = self.send(round, EVENTS)?;
        let names = told::name_of(&self.sent[self.sent.len() - EVENTS as usize..]);
        let early = self.ear.hear(UNTOLD_FOR, names, &mut self.heard);
        self.stage.app.kill()?;
        ensure!(early.is_none(), "told before it was kept: {early:?}");
        drop(inbox);
        self.stage.app.start()?;
        self.all_is_there(sending)
    }

    /// While its toasts are under way to a daemon that does not answer: they may have been seen, and are summed up.
    fn while_it_tells(&mut self, round: u32) -> Result<()> {
        let app = &self.stage.app;
        app.ask_until(|status| part(status, "toast")["state"] == "works")?;
        let hung = Hung::dunst()?;
        let sending = self.send(round, FEW)?;
        let names = told::name_of(&self.sent[self.sent.len() - 1..]);
        let last = self.ear.hear(PATIENCE, names, &mut self.heard);
        self.stage.app.kill()?;
        ensure!(last.is_some(), "it was not told");
        drop(hung);
        self.stage.app.start()?;
        self.all_is_there(sending)?;
        let is_sum = |toast: &_| told::is_of_those_missed(toast);
        let summed = self.ear.hear(PATIENCE, is_sum, &mut self.heard);
        ensure!(
            summed.is_some(),
            "what may not have been seen is not summed up"
        );
        Ok(())
    }

    fn send(&mut self, round: u32, events: u32) -> Result<JoinHandle<Result<()>>> {
        let source: Source = self.stage.server.source()?;
        self.sent
            .extend((0..events).map(|event| format!("{round}-{event}")));
        Ok(self
            .runtime
            .spawn(source.insist_all(round.to_string(), events)))
    }

    fn all_is_there(&self, sending: JoinHandle<Result<()>>) -> Result<()> {
        self.runtime.block_on(sending)??;
        let all = self.sent.len();
        self.stage
            .app
            .wait_for("all that was sent", |status| status["unread"] == all)
    }
}
