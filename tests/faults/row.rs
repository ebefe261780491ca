//! A row of the failure model, and one course of it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// A fault, and what is done to show that nothing is lost to it.
pub struct Row {
    /// Its id in the failure model.
    pub id: &'static str,
    /// What breaks.
    pub fault: &'static str,
    /// How often it is injected in the long form; the short form does a twentieth.
    pub full: u32,
    /// Injects it, and returns what was counted.
    pub run: fn(&Course) -> Result<String>,
}

/// One run of a row.
pub struct Course {
    /// How often the fault is to be injected.
    pub rounds: u32,
    /// Whether it is the long form.
    pub is_full: bool,
}

/// How soon what was away is to be back.
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// The longest that anything took to come back.
#[derive(Default)]
pub struct Slowest(Duration);

impl Slowest {
    /// Waits by `back` for what was away, which must not take longer than 5 s.
    pub fn time(&mut self, round: u32, back: impl FnOnce() -> Result<()>) -> Result<()> {
        let began = Instant::now();
        back()?;
        let took = began.elapsed();
        ensure!(took < BACK_WITHIN, "round {round}: it took {took:?}");
        self.0 = self.0.max(took);
        Ok(())
    }
}

impl std::fmt::Display for Slowest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1?}", self.0)
    }
}

/// Returns a number that looks random and is the same on every run (splitmix64).
pub fn chance(round: u32, below: u64) -> u64 {
    let mut mixed = (u64::from(round) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below
}
