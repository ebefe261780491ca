//! What a process holds: threads, open files and memory, by which a leak is seen.

use std::{
    fmt, fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use campanile_tests::stage::deadline;

/// Between two looks at a process that is still at it.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);
/// What stays the same for so long is at rest: a sound device lingers for two seconds.
const REST: Duration = Duration::from_millis(2_500);

/// How many threads and open files a process has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub threads: usize,
    pub files: usize,
}

impl Size {
    pub fn of(process: u32) -> Result<Self> {
        let count =
            |what: &str| fs::read_dir(format!("/proc/{process}/{what}")).map(Iterator::count);
        Ok(Self {
            threads: count("task")?,
            files: count("fd")?,
        })
    }

    /// Waits until it stays the same for a while, and returns it.
    pub fn at_rest(process: u32) -> Result<Self> {
        let limit = deadline();
        let (mut since, mut last) = (Instant::now(), Self::of(process)?);
        while since.elapsed() < REST {
            if Instant::now() > limit {
                bail!("it never rests: {last}, {:?}", names(process)?);
            }
            thread::sleep(LOOK_AGAIN_AFTER);
            let now = Self::of(process)?;
            if now != last {
                (since, last) = (Instant::now(), now);
            }
        }
        Ok(last)
    }

    /// Waits until the process has no more than this, which a thread that ends takes a moment for.
    pub fn is_regained(self, process: u32) -> Result<()> {
        let limit = deadline();
        loop {
            let now = Self::of(process)?;
            if now.threads <= self.threads && now.files <= self.files {
                return Ok(());
            }
            if Instant::now() > limit {
                bail!("{self} became {now}: {:?}", names(process)?);
            }
            thread::sleep(LOOK_AGAIN_AFTER);
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads and {} files", self.threads, self.files)
    }
}

/// Returns how the threads of a process are called and what its files are, to see whose they are.
fn names(process: u32) -> Result<Vec<String>> {
    let folder = |what: &str| {
        let within = fs::read_dir(format!("/proc/{process}/{what}"));
        within.with_context(|| format!("its {what}"))
    };
    // One that ends meanwhile has no name.
    let threads = folder("task")?
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok())
        .map(|name| name.trim().to_owned());
    let files = folder("fd")?
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok())
        .map(|name| name.display().to_string());
    Ok(threads.chain(files).collect())
}
