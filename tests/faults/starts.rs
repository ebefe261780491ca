//! F41: many starts at once come to one desk, with a session bus and without.

use std::{
    process::{Child, Stdio},
    time::Instant,
};

use anyhow::{Result, bail, ensure};
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

fn rounds(course: &Course) -> Result<String> {
    let mut slowest = 0;
    for bus in [Bus::Stage, Bus::Dead] {
        let folder = tempfile::tempdir()?;
        let mut app = App::at(folder.path())?;
        app.on(bus);
        let began = Instant::now();
        let mut starts = Starts(Vec::new());
        for _ in 0..course.rounds {
            let mut start = app.command();
            start.arg("--hidden").stdin(Stdio::null());
            starts.0.push(start.stderr(Stdio::null()).spawn()?);
        }
        app.status()?;
        starts.wait_for_one()?;
        slowest = slowest.max(began.elapsed().as_millis());
        app.status()?;
        ensure!(
            starts.running()? == 1,
            "{bus:?}: the last one has gone, too"
        );
    }
    Ok(format!("one desk each time, within {slowest} ms"))
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
