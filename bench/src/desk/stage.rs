//! The stage: both servers, both desks, and what watches them.

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::{
    app::{App, wait_for_streams},
    recorder::Recorder,
    screen::Screen,
    tray::Tray,
};
use crate::{
    backend::Backend, campanile::Campanile, event::Epoch, floor::Floor, limits::allow_files,
    program::Program, table::say,
};

/// The one agent.
pub const AGENT: usize = 0;

/// Everything that stands while the desk is measured.
pub struct Stage {
    pub epoch: Epoch,
    pub recorder: Recorder,
    pub screen: Screen,
    pub app: App,
    pub floor_desk: Option<Program>,
    pub ours: Campanile,
    pub floor: Floor,
    _folder: TempDir,
}

impl Stage {
    /// Raises it, with our desk paired and neither running.
    pub fn raise() -> Result<Self> {
        allow_files(0)?;
        std::env::var_os("CAMPANILE_DESKTOP")
            .context("there is no private desktop here; run it by scripts/bench")?;
        say("raising servers and desk");
        let recorder = Recorder::start()?;
        let screen = Screen::open()?;
        let folder = TempDir::with_prefix_in("campanile-bench", crate::program::folder()?)?;
        let ours = Campanile::start("ours", &folder.path().join("ours"), 1)?;
        let floor = Floor::start(&folder.path().join("floor"))?;
        let mut app = App::new(folder.path().join("desk.log"))?;
        app.start()?;
        // This waits for a desk that is starting; pairing would start another.
        app.unread()?;
        app.pair(&ours.pairing_link(AGENT)?)?;
        app.quit()?;
        Ok(Self {
            epoch: Epoch::start(),
            recorder,
            screen,
            app,
            floor_desk: None,
            ours,
            floor,
            _folder: folder,
        })
    }

    /// Starts our desk, and returns once it has connected.
    pub fn start_ours(&mut self) -> Result<std::time::Instant> {
        self.app.start()?;
        wait_for_streams(&self.ours, 1)
    }

    /// Starts the floor's desk, and returns once it has connected.
    pub fn start_floor(&mut self) -> Result<std::time::Instant> {
        self.floor_desk = Some(self.floor.start_desk()?);
        wait_for_streams(&self.floor, 1)
    }

    /// Ends both desks, and returns once their servers know.
    pub fn end_desks(&mut self) -> Result<()> {
        self.app.quit()?;
        self.floor_desk = None;
        for backend in self.backends() {
            wait_for_streams(backend, 0)?;
        }
        Ok(())
    }

    /// Returns the process of the floor's desk.
    pub fn floor_pid(&self) -> Result<u32> {
        Ok(self
            .floor_desk
            .as_ref()
            .context("the floor's desk does not run")?
            .pid())
    }

    /// Returns both servers, ours first.
    pub fn backends(&self) -> [&dyn Backend; 2] {
        [&self.ours, &self.floor]
    }

    /// Returns both desks, ours first.
    pub fn desks(&self) -> Result<[u32; 2]> {
        Ok([self.app.pid()?, self.floor_pid()?])
    }

    /// Returns eyes on the tray.
    pub fn tray(&self) -> Result<Tray> {
        Tray::open()
    }
}
