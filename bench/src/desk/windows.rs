//! From the click on the icon to the first picture of the bell.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use super::stage::Stage;
use crate::{process, sample::Sample, table::say};

/// How long it took.
#[derive(Default)]
pub struct Windows {
    /// The first window of a desk.
    pub cold: Sample,
    /// The next, soon after the first was closed.
    pub again: Sample,
    /// What the desk and its open window hold together, in KiB.
    pub open_pss_kib: u64,
}

/// How long nothing is done before a click: a person who has just closed a window does something else first.
const REST: Duration = Duration::from_secs(2);

/// Opens, closes and opens again the bell of `desks` desks, and leaves the last desk without a window.
pub fn measure(stage: &mut Stage, desks: usize) -> Result<Windows> {
    say(&format!("click → first paint, {desks} times"));
    let mut windows = Windows::default();
    for _ in 0..desks {
        stage.end_desks()?;
        stage.start_ours()?;
        stage.start_floor()?;
        for (which, sample) in [("first", &mut windows.cold), ("second", &mut windows.again)] {
            thread::sleep(REST);
            stage.screen.forget()?;
            let click = Instant::now();
            stage.tray()?.click()?;
            let paint = stage.screen.first_paint();
            sample.add(paint.with_context(|| format!("the {which} window of a desk"))? - click);
            windows.open_pss_kib = process::memory(stage.app.pid()?).pss_kib;
            stage.screen.close_windows()?;
            stage.app.windows_are_closed()?;
        }
    }
    stage.app.windows_are_gone()?;
    Ok(windows)
}
