//! The stage: a real server, a real app, and eyes and ears on the desktop around them.

pub mod app;
pub mod canary;
pub mod daemon;
pub mod hand;
pub mod handler;
pub mod notify;
pub mod opened;
pub mod pipewire;
pub mod reader;
pub mod screen;
pub mod second;
pub mod server;
pub mod sink;
pub mod source;
pub mod surroundings;
pub mod tray;
pub mod window;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use app::App;
use second::SecondDesk;
use server::Server;
use tempfile::TempDir;

/// No wait on this stage is longer: the desktop, the server and the app share two cores.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where the programs of this build are.
pub fn program(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("a test knows itself");
    // target/debug/deps/desktop-… -> target/debug
    path.pop();
    path.pop();
    path.join(name)
}

/// A server with one source and one agent, and an app that is paired with it.
pub struct Stage {
    pub server: Server,
    pub app: App,
    _folder: TempDir,
}

impl Stage {
    /// Raises both and waits until the app says that it is connected.
    pub fn up() -> Result<Self> {
        // What an earlier test left on the screen is not this one's to click.
        run(Command::new("dunstctl").arg("close-all"))?;
        let (server, app, folder) = Self::parts()?;
        let mut stage = Self {
            server,
            app,
            _folder: folder,
        };
        stage.app.start()?;
        stage.pair()?;
        Ok(stage)
    }

    /// The same with nothing started but the server.
    pub fn parts() -> Result<(Server, App, TempDir)> {
        let folder = tempfile::Builder::new()
            .prefix("campanile-stage")
            .tempdir()?;
        let server = Server::start(&folder.path().join("server"))?;
        let app = App::at(&folder.path().join("desk"))?;
        Ok((server, app, folder))
    }

    /// A second desk of the same agent.
    pub fn second(&self) -> Result<SecondDesk> {
        SecondDesk::pair(&self.server.pairing_link()?)
    }

    /// Pairs the app as a person does, with a link of the server's.
    pub fn pair(&mut self) -> Result<()> {
        let link = self.server.pairing_link()?;
        self.app.pair(&link)?;
        self.app
            .wait_for("connected", |status| status["connected"] == true)?;
        Ok(())
    }
}

/// Runs a program to its end and returns what it printed.
pub fn run(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start {shown}"))?;
    if !status.success() {
        bail!(
            "{shown} ended with {status}: {}",
            String::from_utf8_lossy(&stderr)
        );
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}

/// What is done to a process from outside.
#[derive(Clone, Copy)]
pub enum Signal {
    /// It stands still.
    Stop,
    /// It goes on.
    Go,
    /// It ends at once.
    Kill,
}

/// Sends a signal.
pub fn signal(signal: Signal, process: u32) -> Result<()> {
    let name = match signal {
        Signal::Stop => "STOP",
        Signal::Go => "CONT",
        Signal::Kill => "KILL",
    };
    run(Command::new("kill").args(["-s", name, &process.to_string()])).map(drop)
}

/// Runs one of the desktop's parts: `desktop(&["stop", "dunst"])`.
pub fn desktop(arguments: &[&str]) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the tests stand in the project")?;
    run(Command::new(root.join("scripts/desktop")).args(arguments))
}

/// Returns the number of the process that a part of the desktop is.
pub fn part_process(part: &str) -> Result<u32> {
    let folder = std::env::var_os("CAMPANILE_DESKTOP").context("scripts/desktop runs this")?;
    let process = std::fs::read_to_string(Path::new(&folder).join("parts").join(part))?;
    Ok(process.split(' ').next().context("its number")?.parse()?)
}

/// The moment at which a wait that begins now is given up.
pub fn deadline() -> Instant {
    Instant::now() + PATIENCE
}
