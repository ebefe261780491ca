//! From the start of the process to the open stream.

use std::time::Instant;

use anyhow::Result;

use super::stage::Stage;
use crate::{sample::Sample, table::say};

/// Starts both desks in turn, the first time uncounted, and leaves both running; ours first.
pub fn measure(stage: &mut Stage, starts: usize) -> Result<[Sample; 2]> {
    say(&format!("start → connected, {starts} times"));
    let mut samples = [Sample::default(), Sample::default()];
    for counted in 0..=starts {
        stage.end_desks()?;
        let start = Instant::now();
        let ours = stage.start_ours()? - start;
        let start = Instant::now();
        let floor = stage.start_floor()? - start;
        if counted > 0 {
            samples[0].add(ours);
            samples[1].add(floor);
        }
    }
    Ok(samples)
}
