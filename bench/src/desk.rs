//! The desk on a private desktop, beside the floor's: from its start to ten thousand unread.

mod app;
mod events;
mod idle;
mod recorder;
mod rows;
mod screen;
mod stage;
mod start;
mod tray;
mod week;
mod windows;

use std::time::Duration;

use anyhow::Result;

use crate::table::{head, print};
use stage::Stage;

/// How much is measured.
pub struct Size {
    /// Starts of each desk.
    starts: usize,
    /// How long each idle window is.
    idle: Duration,
    /// Events one by one.
    steady: usize,
    /// Events at once.
    burst: usize,
    /// Desks of which a window is opened, closed and opened again.
    windows: usize,
    /// Events that wait for a desk that comes back.
    week: usize,
}

impl Size {
    /// Returns what the figures are quoted from, or a quick look.
    pub fn of(small: bool) -> Self {
        if small {
            Self {
                starts: 2,
                idle: Duration::from_secs(3),
                steady: 10,
                burst: 100,
                windows: 1,
                week: 1_000,
            }
        } else {
            Self {
                starts: 9,
                idle: Duration::from_secs(60),
                steady: 200,
                burst: 1_000,
                windows: 5,
                week: 10_000,
            }
        }
    }
}

/// Measures, and prints the table.
pub fn measure(size: &Size) -> Result<()> {
    let mut stage = Stage::raise()?;
    head("Desk");
    print([rows::start(&start::measure(&mut stage, size.starts)?)]);
    print(rows::idle_before(&idle::measure(&stage, size.idle)?));
    print(rows::steady(&events::steady(&stage, size.steady)?));
    print([rows::burst(&events::burst(&stage, size.burst)?)]);
    print(rows::windows(&windows::measure(&mut stage, size.windows)?));
    print(rows::idle_after(&idle::measure(&stage, size.idle)?));
    print([rows::week(&week::measure(&mut stage, size.week)?)]);
    Ok(())
}
