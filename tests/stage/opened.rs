//! Which links were really opened: the desktop's own `xdg-open` writes them to a file.

use std::{fs, path::PathBuf, sync::mpsc, thread, time::Instant};

use anyhow::{Context as _, Result, bail};
use inotify::{Inotify, WatchMask};

use super::deadline;

/// The links that are opened from the moment this is made.
pub struct Opened {
    file: PathBuf,
    seen: usize,
    changes: mpsc::Receiver<()>,
}

impl Opened {
    pub fn watch() -> Result<Self> {
        let file = PathBuf::from(
            std::env::var_os("CAMPANILE_OPENED").context("run the tests by scripts/desktop")?,
        );
        let mut watch = Inotify::init()?;
        watch.watches().add(&file, WatchMask::MODIFY)?;
        let seen = fs::read_to_string(&file)?.lines().count();
        let (changed, changes) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 1024];
            // The events say only that there is something to read; the file says what.
            while watch.read_events_blocking(&mut buffer).is_ok() && changed.send(()).is_ok() {}
        });
        Ok(Self {
            file,
            seen,
            changes,
        })
    }

    /// Waits for the next link that is opened, and returns it.
    pub fn link(&mut self) -> Result<String> {
        let limit = deadline();
        loop {
            let text = fs::read_to_string(&self.file)?;
            if let Some(line) = text.lines().nth(self.seen) {
                self.seen += 1;
                return Ok(line.to_owned());
            }
            if self
                .changes
                .recv_timeout(limit.saturating_duration_since(Instant::now()))
                .is_err()
            {
                bail!("no link was opened");
            }
        }
    }

    /// Returns what was opened and not asked for yet.
    pub fn others(&self) -> Result<Vec<String>> {
        Ok(fs::read_to_string(&self.file)?
            .lines()
            .skip(self.seen)
            .map(str::to_owned)
            .collect())
    }
}
