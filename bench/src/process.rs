//! What the kernel counts of a process and its children.

use std::{
    collections::HashMap,
    fs,
    ops::Sub,
    path::{Path, PathBuf},
    time::Duration,
};

/// What a tree of processes holds, in KiB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// The share of each page that falls to the tree: a page that two processes map counts half.
    pub pss_kib: u64,
    /// What nobody else has, and nothing but memory can hold.
    pub private_dirty_kib: u64,
    /// All that is mapped and present.
    pub rss_kib: u64,
}

/// What a tree of processes has done since it was started.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// The time on a core, threads that have ended included.
    pub cpu: Duration,
    /// The same in ticks of the kernel's clock, as `top` counts.
    pub jiffies: u64,
    /// How often each thread was put on a core.
    switches: HashMap<u32, u64>,
}

impl Sub for &Activity {
    type Output = Spent;

    fn sub(self, earlier: &Activity) -> Spent {
        let woken = |(thread, switches): (&u32, &u64)| {
            switches.saturating_sub(earlier.switches.get(thread).copied().unwrap_or(0))
        };
        Spent {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            jiffies: self.jiffies.saturating_sub(earlier.jiffies),
            wakeups: self.switches.iter().map(woken).sum(),
        }
    }
}

/// What was done between two looks.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// The time on a core.
    pub cpu: Duration,
    /// The same in ticks of the kernel's clock.
    pub jiffies: u64,
    /// How often a thread was put on a core, of its own accord or not.
    pub wakeups: u64,
}

/// Returns what the tree below and with `pid` holds.
pub fn memory(pid: u32) -> Memory {
    tree(pid).into_iter().fold(Memory::default(), |sum, pid| {
        let text = read(&of(pid).join("smaps_rollup"));
        Memory {
            pss_kib: sum.pss_kib + field(&text, "Pss:"),
            private_dirty_kib: sum.private_dirty_kib + field(&text, "Private_Dirty:"),
            rss_kib: sum.rss_kib + field(&text, "Rss:"),
        }
    })
}

/// Returns the most that `pid` alone ever had present, in KiB.
pub fn peak_rss_kib(pid: u32) -> u64 {
    field(&read(&of(pid).join("status")), "VmHWM:")
}

/// Returns what the tree below and with `pid` has done.
pub fn activity(pid: u32) -> Activity {
    let mut sum = Activity::default();
    for pid in tree(pid) {
        sum.cpu += cpu_time(pid);
        sum.jiffies += jiffies(&read(&of(pid).join("stat")));
        for thread in threads(pid) {
            let status = read(&thread.join("status"));
            let switches = field(&status, "voluntary_ctxt_switches:")
                + field(&status, "nonvoluntary_ctxt_switches:");
            sum.switches.insert(number(&thread), switches);
        }
    }
    sum
}

/// Returns `pid` and everything that it has started and that still runs.
pub fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        for thread in threads(pid) {
            let children = read(&thread.join("children"));
            found.extend(
                children
                    .split_whitespace()
                    .filter_map(|child| child.parse::<u32>().ok()),
            );
        }
        next += 1;
    }
    found
}

fn of(pid: u32) -> PathBuf {
    Path::new("/proc").join(pid.to_string())
}

fn threads(pid: u32) -> impl Iterator<Item = PathBuf> {
    let threads = fs::read_dir(of(pid).join("task"));
    threads
        .into_iter()
        .flatten()
        .flatten()
        .map(|thread| thread.path())
}

fn number(thread: &Path) -> u32 {
    let name = thread.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

/// A process that has just ended reads as nothing.
fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

/// Returns the number after `name` on the line that begins with it.
fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let word = line.and_then(|rest| rest.split_whitespace().next());
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// User and system time, the 14th and 15th field of `stat`; the second field may hold blanks and ends with `)`.
fn jiffies(stat: &str) -> u64 {
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum()
}

/// The CPU clock of another process (`clock_getcpuclockid(3)`): to the nanosecond, and with the threads that have ended.
fn cpu_time(pid: u32) -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut clock = 0;
    // SAFETY: both calls write only to the place that they are given.
    let done = unsafe {
        libc::clock_getcpuclockid(pid.cast_signed(), &raw mut clock) == 0
            && libc::clock_gettime(clock, &raw mut time) == 0
    };
    if done {
        Duration::new(
            time.tv_sec.cast_unsigned(),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        )
    } else {
        Duration::ZERO
    }
}
