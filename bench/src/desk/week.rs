//! A desk that comes back after a week, to thousands of notices that nobody has read.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::stage::{AGENT, Stage};
use crate::{history, process, table::say};

const DAYS: usize = 7;

/// How it came back.
pub struct Week {
    /// From its start until the icon said so.
    pub listed: Duration,
    /// How many toasts it showed.
    pub toasts: usize,
    /// The most that it ever had present, in KiB.
    pub peak_rss_kib: u64,
}

/// Lets `events` come while the desk is away.
pub fn measure(stage: &mut Stage, events: usize) -> Result<Week> {
    say(&format!("{events} unread after a week away"));
    let unread = stage.app.unread()? + events as u64;
    stage.end_desks()?;
    history::write_for_one(&stage.ours, AGENT, events, DAYS)?;
    stage.recorder.drain();
    let tray = stage.tray()?;
    let start = Instant::now();
    stage.start_ours()?;
    let listed = tray.says(unread)? - start;
    ensure!(
        stage.app.unread()? == unread,
        "the list has not what the icon says"
    );
    stage.recorder.next()?;
    std::thread::sleep(super::events::AFTERMATH);
    Ok(Week {
        listed,
        toasts: 1 + stage.recorder.drain().len(),
        peak_rss_kib: process::peak_rss_kib(stage.app.pid()?),
    })
}
