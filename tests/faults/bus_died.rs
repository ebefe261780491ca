//! F35: the session bus dies under the desk and comes back at its place, and panel and daemon with it.

use std::collections::HashSet;

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    Signal, Stage,
    app::part,
    desktop,
    notify::{Ear, Notify},
    part_process,
    second::SecondDesk,
    signal,
    source::Source,
    tray::Tray,
};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::{
    row::{Course, Row, Slowest},
    size::Size,
    told,
};

pub const ROW: Row = Row {
    id: "F35",
    fault: "session bus killed while events arrive, and back",
    full: 100,
    run: rounds,
};

/// What breaks with the bus, in the order in which a session starts it.
const PARTS: [&str; 3] = ["dunst", "panel", "keyring"];

/// How many events come meanwhile: more than the toasts that may be under way to a daemon.
const MEANWHILE: u32 = 60;
/// How many of them come together: the first go by themselves, and the rest is folded again and again.
const AT_ONCE: usize = 3;

fn rounds(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let tried = Trial::at(&stage).and_then(|trial| trial.rounds(course.rounds));
    if tried.is_err() {
        // What comes after this row finds a desktop.
        let _ = desktop(&["stop", "bus"]);
        desktop(&["start", "bus"])?;
        restart_parts()?;
    }
    tried
}

/// The stage, and who sends and reads at it.
struct Trial<'a> {
    stage: &'a Stage,
    elsewhere: SecondDesk,
    source: Source,
    runtime: Runtime,
}

impl<'a> Trial<'a> {
    fn at(stage: &'a Stage) -> Result<Self> {
        let elsewhere = stage.second()?;
        // A melody would be a thread and a file of its own for seconds.
        elsewhere.choose("*", "*", "channel.sound", &json!(false))?;
        Ok(Self {
            stage,
            elsewhere,
            source: stage.server.source()?,
            runtime: Runtime::new()?,
        })
    }

    fn rounds(&self, count: u32) -> Result<String> {
        let (mut slowest, mut after_first) = (Slowest::default(), None::<Size>);
        let process = self.stage.app.pid()?;
        for round in 0..count {
            self.died(round, &mut slowest)
                .with_context(|| format!("round {round}"))?;
            // The first death may leave something for good, but not each.
            match after_first {
                None => after_first = Some(Size::at_rest(process)?),
                Some(first) => Size {
                    // The icon's library drops its connection after nobody drives it any more, so one socket of each
                    // dead bus stays; docs/reliability.md says so.
                    files: first.files + round as usize,
                    ..first
                }
                .is_regained(process)
                .with_context(|| format!("round {round}"))?,
            }
        }
        self.all_are_there(count)?;
        Ok(format!(
            "icon and toasts back within {slowest}, {MEANWHILE} events of each while in one toast, no thread more for it, and one file for each death"
        ))
    }

    /// Kills the bus, lets events come, and brings everything back.
    fn died(&self, round: u32, slowest: &mut Slowest) -> Result<()> {
        let app = &self.stage.app;
        signal(Signal::Kill, part_process("bus")?)?;
        app.ask_until(|status| part(status, "toast")["code"] == "no_bus")?;
        let meanwhile: Vec<_> = (0..MEANWHILE).map(|n| id(round, n)).collect();
        for some in meanwhile.chunks(AT_ONCE) {
            let answer = self.runtime.block_on(self.source.send_all(some))?;
            ensure!(answer.status.is_success(), "answered {}", answer.status);
        }
        app.ask_until(|status| status["unread"] == MEANWHILE)?;
        desktop(&["start", "bus"])?;
        let ear = Ear::open()?;
        restart_parts()?;
        let mut told = Vec::new();
        slowest.time(round, || {
            // Nothing else happens: what could not be shown is summed up by itself.
            told.push(ear.toast(|_| true)?);
            let tooltip = format!("{MEANWHILE} unread");
            Tray::open()?.wait_for("the icon", |text| text.contains(&tooltip))?;
            Ok(())
        })?;
        // What comes after it is shown by itself; if there was more to be told of the others, it came before.
        let after = id(round, MEANWHILE);
        self.runtime.block_on(self.source.insist(&after))?;
        ear.toast(|toast| {
            told.push(toast.clone());
            words(toast).contains(&after)
        })?;
        let titles: Vec<_> = told.iter().map(|toast| toast.title.as_str()).collect();
        let sum = format!("{MEANWHILE} notifications while you were away");
        ensure!(
            matches!(titles[..], [first, _] if first == sum),
            "for {MEANWHILE} events and one after them there were these toasts: {titles:?}"
        );
        self.elsewhere.read_all()?;
        app.ask_until(|status| status["unread"] == 0)
    }

    /// Everything that was sent stands in the bell, once.
    fn all_are_there(&self, rounds: u32) -> Result<()> {
        let sent = u64::from(rounds * (MEANWHILE + 1));
        let kept = told::kept(&self.stage.app)?;
        ensure!(kept == sent, "of {sent} events {kept} stand in the bell");
        told::is_whole(&self.stage.app)
    }
}

/// Returns how an event is called.
fn id(round: u32, event: u32) -> String {
    format!("{round}-{event}")
}

/// Returns the words of a toast in which an event may be named.
fn words(toast: &Notify) -> HashSet<String> {
    let text = format!("{} {}", toast.title, toast.body);
    text.split(|c: char| !c.is_ascii_digit() && c != '-')
        .map(str::to_owned)
        .collect()
}

fn restart_parts() -> Result<()> {
    for part in PARTS {
        desktop(&["stop", part])?;
        desktop(&["start", part])?;
    }
    Ok(())
}
