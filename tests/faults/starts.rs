//! F41: many starts at once come to one desk, with a session bus and without.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::{
    app::{App, Bus},
    deadline,
};

use crate::row::{Course, Row};

pub const ROW: Row = Row {
    id: "F41",
    fault: "starts at the same moment, with a bus and without",
    full: 200,
    run: rounds,
};

/// So many come at the same moment; each such moment is a race of its own.
const AT_ONCE: u32 = 10;

fn rounds(course: &Course) -> Result<String> {
    let mut slowest = Duration::ZERO;
    let races = course.rounds.div_ceil(AT_ONCE);
    for race in 0..races {
        for bus in [Bus::Stage, Bus::Dead] {
            let took = one_race(bus).with_context(|| format!("race {race}, {bus:?}"))?;
            slowest = slowest.max(took);
        }
    }
    Ok(format!(
        "{races} races with a bus and as many without: one desk each time, within {} ms",
        slowest.as_millis()
    ))
}

/// Returns how long it took until there was one.
fn one_race(bus: Bus) -> Result<Duration> {
    let folder = tempfile::tempdir()?;
    let mut app = App::at(folder.path())?;
    app.on(bus);
    let began = Instant::now();
    let mut starts = Starts(Vec::new());
    for _ in 0..AT_ONCE {
        let mut start = app.command();
        start.arg("--hidden").stdin(Stdio::null());
        starts.0.push(start.stderr(Stdio::null()).spawn()?);
    }
    app.status()?;
    starts.wait_for_one()?;
    let took = began.elapsed();
    app.status()?;
    ensure!(starts.running()? == 1, "the last one has gone, too");
    Ok(took)
}

/// What was started; dropped, it ends.
struct Starts(Vec<Child>);

impl Starts {
    /// Waits until all but one have ended well.
    fn wait_for_one(&mut self) -> Result<()> {
        let limit = deadline();
        loop {
            match self.running()? {
                1 => return Ok(()),
                0 => bail!("no desk is left"),
                running if Instant::now() > limit => bail!("{running} still run"),
                _ => {}
            }
        }
    }

    fn running(&mut self) -> Result<usize> {
        let mut running = 0;
        for start in &mut self.0 {
            match start.try_wait()? {
                None => running += 1,
                Some(ended) => ensure!(ended.success(), "a start ended with {ended}"),
            }
        }
        Ok(running)
    }
}

impl Drop for Starts {
    fn drop(&mut self) {
        for start in &mut self.0 {
            let _ = start.kill();
            let _ = start.wait();
        }
    }
}
