//! The app as a process with folders of its own, spoken to only by its command line.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{PATIENCE, program, run, surroundings::Surroundings, tray::Tray};

/// The folders of its user.
const PLACES: [(&str, &str); 4] = [
    ("XDG_DATA_HOME", "data"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_RUNTIME_DIR", "run"),
];
/// What this machine may have of its own.
const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];
const BUS_ADDRESS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// One app. Dropped, it ends.
pub struct App {
    folder: PathBuf,
    bus: Bus,
    language: &'static str,
    surroundings: Surroundings,
    process: Option<Child>,
}

/// Which session bus the app finds.
#[derive(Clone, Copy, Debug)]
pub enum Bus {
    /// The stage's.
    Stage,
    /// It is told of none.
    Unnamed,
    /// The one that it is told of does not answer.
    Dead,
}

impl App {
    /// Makes the folders of a new user; nothing is started.
    pub fn at(folder: &Path) -> Result<Self> {
        for (_, name) in PLACES {
            fs::create_dir_all(folder.join(name))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            bus: Bus::Stage,
            language: "en",
            surroundings: Surroundings::default(),
            process: None,
        })
    }

    /// Lets whatever is started from here on find another session bus.
    pub fn on(&mut self, bus: Bus) -> &mut Self {
        self.bus = bus;
        self
    }

    /// Lets whatever is started from here on speak this language.
    pub fn speaking(&mut self, language: &'static str) -> &mut Self {
        self.language = language;
        self
    }

    /// Lets whatever is started from here on find this in its environment.
    pub fn with(&mut self, name: &'static str, value: impl Into<OsString>) -> &mut Self {
        self.surroundings = std::mem::take(&mut self.surroundings).with(name, value);
        self
    }

    /// Lets whatever is started from here on live in these surroundings, and in no others.
    pub fn within(&mut self, surroundings: Surroundings) -> &mut Self {
        self.surroundings = surroundings;
        self
    }

    /// Starts it as at login.
    pub fn start(&mut self) -> Result<()> {
        let log = fs::File::create(self.folder.join("desk.log"))?;
        let process = self
            .desk()
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .context("start the app")?;
        self.process = Some(process);
        // The command line waits for a desk that is starting.
        self.status().map(drop)
    }

    /// Returns the command that starts it as at login.
    pub fn desk(&self) -> Command {
        let mut command = self.command();
        command.arg("--hidden");
        command
    }

    /// Returns the process.
    pub fn pid(&self) -> Result<u32> {
        Ok(self.process.as_ref().context("the app runs")?.id())
    }

    /// Ends it at once, as a crash does.
    pub fn kill(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the app runs")?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// Ends it by a signal, and returns how it ended.
    pub fn end_by(&mut self, signal: &str) -> Result<ExitStatus> {
        let process = self.pid()?.to_string();
        run(Command::new("kill").args(["-s", signal, &process]))?;
        Ok(self.process.take().context("the app runs")?.wait()?)
    }

    /// Ends it as a person does.
    pub fn quit(&mut self) -> Result<()> {
        run(self.command().arg("quit"))?;
        self.process.take().context("the app runs")?.wait()?;
        Ok(())
    }

    /// Pairs it, and returns what that prints.
    pub fn pair(&self, link: &str) -> Result<String> {
        run(self.command().args(["pair", link]))
    }

    pub fn status(&self) -> Result<Value> {
        Ok(serde_json::from_str(&run(self
            .command()
            .args(["status", "--json"]))?)?)
    }

    /// Waits until the status fits, looking again whenever the tray says something.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<()> {
        let last = std::cell::RefCell::new(Value::Null);
        let fits = |_: &str| {
            self.status().is_ok_and(|status| {
                let fits = wanted(&status);
                *last.borrow_mut() = status;
                fits
            })
        };
        if let Err(error) = Tray::open()?.wait_for(what, fits) {
            bail!(
                "{error}; the status stayed at {:#}; the log says {}",
                last.borrow(),
                self.log()
            );
        }
        Ok(())
    }

    /// Waits until these windows are open.
    pub fn wait_for_windows(&self, windows: &[&str]) -> Result<()> {
        self.ask_until(|status| status["windows"] == json!(windows))
    }

    /// Asks until the status fits, for what no word of the tray tells; each question takes its time.
    pub fn ask_until(&self, wanted: impl Fn(&Value) -> bool) -> Result<()> {
        self.ask_within(PATIENCE, wanted)
    }

    /// The same for what may take longer than anything else on this stage.
    pub fn ask_within(&self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Result<()> {
        let limit = Instant::now() + patience;
        loop {
            let status = self.status()?;
            if wanted(&status) {
                return Ok(());
            }
            if Instant::now() > limit {
                bail!("the status stayed at {status:#}");
            }
        }
    }

    /// A command with this user's folders, on the stage's desktop.
    pub fn command(&self) -> Command {
        let mut command = Command::new(program("campanile"));
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command.env("LANGUAGE", self.language);
        for name in PROXIES {
            command.env_remove(name);
        }
        match self.bus {
            Bus::Stage => &mut command,
            Bus::Unnamed => command.env_remove(BUS_ADDRESS),
            Bus::Dead => command.env(BUS_ADDRESS, "unix:path=/nonexistent/bus"),
        };
        self.surroundings.placed(command)
    }

    pub fn environment(&self) -> [(&'static str, PathBuf); 4] {
        PLACES.map(|(name, folder)| (name, self.folder.join(folder)))
    }

    /// Returns where the user's own desktop entries lie, among other things.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Returns by which folder its processes can be told from those of others.
    pub fn runtime(&self) -> String {
        self.folder.join("run").display().to_string()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns what it said on its terminal.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("desk.log")).unwrap_or_default()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = self.command().arg("quit").output();
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Returns how a part is, as a status tells it.
pub fn part<'a>(status: &'a Value, name: &str) -> &'a Value {
    status["parts"]
        .as_array()
        .and_then(|parts| parts.iter().find(|part| part["part"] == name))
        .map_or(&Value::Null, |part| &part["is"])
}
