//! The desk as a process of the user whose desktop this is.

use std::{
    fs::File,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    backend::{Backend, Meter},
    process,
    program::{Program, built, output},
};

/// How long the process of a closed window may stay.
const KEPT_FOR: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether a desk has connected, or a window has gone.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// The app of one user.
pub struct App {
    program: PathBuf,
    log: PathBuf,
    process: Option<Program>,
}

impl App {
    /// Returns it; nothing is started.
    pub fn new(log: PathBuf) -> Result<Self> {
        Ok(Self {
            program: built("campanile")?,
            log,
            process: None,
        })
    }

    /// Starts it as at login, without waiting for anything.
    pub fn start(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("--hidden").stderr(File::create(&self.log)?);
        self.process = Some(Program::start(&mut command)?);
        Ok(())
    }

    /// Ends it as a person does.
    pub fn quit(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            self.run(&["quit"])?;
            process.wait()?;
        }
        Ok(())
    }

    /// Pairs it.
    pub fn pair(&self, link: &str) -> Result<()> {
        self.run(&["pair", link]).map(drop)
    }

    /// Returns how many rows are unread.
    pub fn unread(&self) -> Result<u64> {
        self.status()?["unread"]
            .as_u64()
            .context("the status tells no number")
    }

    /// Returns the resident process.
    pub fn pid(&self) -> Result<u32> {
        Ok(self
            .process
            .as_ref()
            .context("the desk does not run")?
            .pid())
    }

    /// Waits until the desk takes every window for closed.
    pub fn windows_are_closed(&self) -> Result<()> {
        let none = Value::Array(Vec::new());
        wait_until(
            "the windows close",
            || Ok(self.status()?["windows"] == none),
        )?;
        Ok(())
    }

    /// Waits until no process but the resident one is left: a closed window is kept for a while.
    pub fn windows_are_gone(&self) -> Result<()> {
        let pid = self.pid()?;
        thread::sleep(KEPT_FOR);
        wait_until("the windows' processes end", || {
            Ok(process::tree(pid).len() == 1)
        })?;
        Ok(())
    }

    fn status(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.run(&["status", "--json"])?)?)
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        output(Command::new(&self.program).args(arguments))
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // The process itself ends with its owner; this lets it end in order.
        let _ = self.quit();
    }
}

/// Waits until a server has so many streams, and returns when that was.
pub fn wait_for_streams(backend: &dyn Backend, streams: u64) -> Result<Instant> {
    // A connection of its own: the server closes one that was silent for a minute.
    let mut meter = Meter::of(backend)?;
    wait_until("the desk connects", || Ok(meter.read()?.streams == streams))
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<Instant> {
    let until = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() > until {
            bail!("waited {} s until {what}", PATIENCE.as_secs());
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(Instant::now())
}
