//! What the desks hold and do while nothing happens.

use std::{thread, time::Duration};

use anyhow::Result;

use super::stage::Stage;
use crate::{
    process::{self, Memory, Spent},
    table::say,
};

/// What was seen of one desk.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// At the end of the window.
    pub memory: Memory,
    /// Within the window.
    pub spent: Spent,
    /// The window.
    pub window: Duration,
}

impl Idle {
    /// Returns how often a second a thread was put on a core.
    pub fn wakeups_per_second(&self) -> f64 {
        self.spent.wakeups as f64 / self.window.as_secs_f64()
    }

    /// Returns the ticks of a minute.
    pub fn jiffies_per_minute(&self) -> f64 {
        self.spent.jiffies as f64 / self.window.as_secs_f64() * 60.0
    }
}

/// Leaves both desks alone for `window`; ours first.
pub fn measure(stage: &Stage, window: Duration) -> Result<[Idle; 2]> {
    // What a start or a burst sets off ends within this: timers of the session, threads that wait for more work.
    let settle = window / 2;
    say(&format!(
        "leaving the desks alone for {} s",
        (settle + window).as_secs()
    ));
    thread::sleep(settle);
    let desks = stage.desks()?;
    let before = desks.map(process::activity);
    thread::sleep(window);
    let after = desks.map(process::activity);
    Ok([0, 1].map(|desk| Idle {
        memory: process::memory(desks[desk]),
        spent: &after[desk] - &before[desk],
        window,
    }))
}
