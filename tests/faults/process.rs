//! What a process takes of the machine, as the kernel tells it.

use std::{fs, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};

/// The kernel counts in hundredths of a second.
const TICK_MS: u64 = 10;

/// Of so long a process that is calm works for less than that.
const CALM_FOR: Duration = Duration::from_secs(1);
const BUSY_MOST: Duration = Duration::from_millis(100);

pub const MIB: u64 = 1024 * 1024;

/// Returns the bytes of memory that a process has.
pub fn resident_bytes(process: u32) -> Result<u64> {
    field(process, "VmRSS:")
}

/// Returns the most bytes of memory that a process had since it was started, or since [`forget_peak`].
pub fn peak_bytes(process: u32) -> Result<u64> {
    field(process, "VmHWM:")
}

/// Lets the kernel look for the peak anew.
pub fn forget_peak(process: u32) -> Result<()> {
    Ok(fs::write(format!("/proc/{process}/clear_refs"), "5")?)
}

/// Makes sure that a process in trouble looks around now and then, and does nothing else.
pub fn is_calm(process: u32) -> Result<()> {
    let before = busy(process)?;
    thread::sleep(CALM_FOR);
    let worked = busy(process)? - before;
    ensure!(worked < BUSY_MOST, "at rest it worked for {worked:?}");
    Ok(())
}

/// Returns for how long a process has had a processor.
fn busy(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Its name stands in brackets, and may hold anything.
    let (_, fields) = stat.rsplit_once(") ").context("a name")?;
    let mut fields = fields.split(' ').skip(11).map(str::parse::<u64>);
    let (user, system) = (
        fields.next().context("utime")??,
        fields.next().context("stime")??,
    );
    Ok(Duration::from_millis((user + system) * TICK_MS))
}

fn field(process: u32, name: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: u64 = kib
        .with_context(|| format!("{name} of a process"))?
        .parse()?;
    Ok(kib * 1024)
}
