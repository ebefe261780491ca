//! F38: the sound server is absent, dies in mid-melody, hangs, or gives way to another at the same place.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_core::melody::Melody;
use campanile_tests::stage::{
    Signal, Stage,
    app::part,
    desktop,
    hand::Hand,
    notify::{Ear, Heard},
    part_process,
    pipewire::Pipewire,
    run, signal,
    sink::{Sink, tones, tones_of},
};
use serde_json::{Value, json};

use crate::{
    row::{Course, Row, Slowest},
    size::Size,
};

pub const ROW: Row = Row {
    id: "F38",
    fault: "sound server absent, killed, hung, replaced",
    full: 50,
    run: rounds,
};

/// What the events play: long enough for something to happen in the middle of it.
const MELODY: &str = "clock-chime";
/// Within this of one melody no other is played.
const GAP: Duration = Duration::from_secs(3);

/// What is done to the sound server.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It dies in mid-melody.
    Killed,
    /// It stands still before the melody.
    Hung,
    /// It lives on, and its only device is taken away in mid-melody.
    Removed,
    /// PipeWire takes its place in mid-melody, and it goes.
    Replaced,
    /// It stands still in mid-melody.
    HungMidway,
}

const FAULTS: [Fault; 5] = [
    Fault::Killed,
    Fault::Hung,
    Fault::Removed,
    Fault::Replaced,
    Fault::HungMidway,
];

fn rounds(course: &Course) -> Result<String> {
    desktop(&["stop", "sound"])?;
    let tried = played(course);
    if tried.is_err() {
        // What comes after this row finds a desktop with sound.
        let _ = desktop(&["stop", "sound"]);
        let _ = fs::remove_file(socket()?);
        desktop(&["start", "sound"])?;
    }
    tried
}

fn played(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let mut trial = Trial {
        ear: Ear::open()?,
        hand: Hand::at(&stage.app)?,
        stage,
        rang: None,
        sent: 0,
        slowest: Slowest::default(),
    };
    let second = trial.stage.second()?;
    second.choose("*", "conversation_assigned", "melody", &json!(MELODY))?;
    // Each event is to have a toast of its own.
    second.choose("*", "*", "toast.most", &json!(10))?;
    let process = trial.stage.app.pid()?;
    let before = Size::at_rest(process)?;
    trial.event(0)?;
    trial.is_told("no_device")?;
    desktop(&["start", "sound"])?;
    for round in 0..course.rounds {
        let fault = FAULTS[round as usize % FAULTS.len()];
        trial
            .suffers(fault, round)
            .with_context(|| format!("round {round}, {fault:?}"))?;
    }
    trial.plays(course.rounds)?;
    before.is_regained(process)?;
    let others: Vec<_> = trial
        .ear
        .drain()
        .into_iter()
        .filter(|heard| matches!(heard, Heard::Notify(toast) if !toast.title.contains("assigned")))
        .collect();
    ensure!(others.is_empty(), "the screen was told of it: {others:?}");
    Ok(format!(
        "toasts within {}, melodies heard again without a restart, {before} before and after",
        trial.slowest
    ))
}

struct Trial {
    stage: Stage,
    ear: Ear,
    hand: Hand,
    /// When a melody was asked for last.
    rang: Option<Instant>,
    sent: u32,
    slowest: Slowest,
}

impl Trial {
    fn suffers(&mut self, fault: Fault, round: u32) -> Result<()> {
        let server = part_process("sound")?;
        // What is told of this fault is then another word than that of the one before.
        self.hand.act(&json!({ "do": "check", "part": "sound" }))?;
        let works = |status: &Value| part(status, "sound")["state"] == "works";
        self.stage.app.ask_until(works)?;
        match fault {
            Fault::Killed => {
                self.begins(round)?;
                signal(Signal::Kill, server)?;
                self.is_told("no_device")?;
                self.event(round)?;
                desktop(&["start", "sound"])?;
            }
            Fault::Hung => {
                // By then the device is closed again.
                self.waits();
                signal(Signal::Stop, server)?;
                let told = self.event(round).and_then(|()| self.is_told("no_answer"));
                signal(Signal::Go, server)?;
                told?;
            }
            Fault::Removed => {
                self.begins(round)?;
                run(Command::new("pactl").args(["unload-module", "module-null-sink"]))?;
                self.is_told("no_device")?;
                // One that is asked for while there is none.
                self.waits();
                self.event(round)?;
                run(Command::new("pactl")
                    .args(["load-module", "module-null-sink", "rate=48000"])
                    .arg(format!("sink_name={}", sink()?)))?;
            }
            Fault::Replaced => {
                self.begins(round)?;
                // What is connected stays so.
                fs::rename(socket()?, socket()?.with_extension("old"))?;
                let other = Pipewire::start(&socket()?, &sink()?)?;
                signal(Signal::Kill, server)?;
                self.plays(round)?;
                drop(other);
                desktop(&["start", "sound"])?;
            }
            Fault::HungMidway => {
                self.begins(round)?;
                signal(Signal::Stop, server)?;
                let told = self.event(round).and_then(|()| self.is_told("no_answer"));
                signal(Signal::Go, server)?;
                told?;
            }
        }
        Ok(())
    }

    /// Waits until a melody may be played again.
    fn waits(&self) {
        thread::sleep(self.gap_left());
    }

    fn gap_left(&self) -> Duration {
        let rang = self.rang.map(|rang| rang.elapsed());
        rang.map_or(Duration::ZERO, |since| GAP.saturating_sub(since))
    }

    /// Sends an event and waits for its toast, which no sound server may hold up.
    fn event(&mut self, round: u32) -> Result<()> {
        self.sent += 1;
        let conversation = self.sent.to_string();
        self.stage.server.send(
            "conversation_assigned",
            &["--assignee", "a1", "--conversation", &conversation],
        )?;
        if self.gap_left().is_zero() {
            self.rang = Some(Instant::now());
        }
        let ear = &self.ear;
        self.slowest.time(round, || {
            ear.toast(|toast| toast.title.contains("assigned"))
                .map(drop)
        })
    }

    /// Lets a melody begin, and hears that it does.
    fn begins(&mut self, round: u32) -> Result<()> {
        self.hears(round, 1)
    }

    /// Hears a melody to its end.
    fn plays(&mut self, round: u32) -> Result<()> {
        self.hears(round, usize::MAX)
    }

    fn hears(&mut self, round: u32, most: usize) -> Result<()> {
        let sink = Sink::record()?;
        self.waits();
        self.event(round)?;
        let melody = tones_of(Melody::find(MELODY).context("built in")?);
        sink.hear(&melody[..most.min(melody.len())], &tones())
    }

    /// Waits until the status names the trouble.
    fn is_told(&self, code: &str) -> Result<()> {
        let named = |status: &Value| part(status, "sound")["code"] == code;
        self.stage.app.ask_until(named)
    }
}

/// Returns where the sound server listens.
fn socket() -> Result<PathBuf> {
    let server = std::env::var("PULSE_SERVER").context("scripts/desktop runs this")?;
    let path = server.strip_prefix("unix:").context("a path")?;
    Ok(path.into())
}

/// Returns what its device is called.
fn sink() -> Result<String> {
    std::env::var("CAMPANILE_SINK").context("scripts/desktop runs this")
}
