//! What was found, as rows of the table beside the targets. Of two findings the first is ours, the second the floor's.

use super::{
    events::{Burst, Steady},
    idle::Idle,
    week::Week,
    windows::Windows,
};
use crate::{
    process::Memory,
    sample::Sample,
    table::{NO_FLOOR, Row},
};

/// From start to connected.
pub fn start([ours, floor]: &[Sample; 2]) -> Row {
    Row {
        figure: "start → connected, warm",
        ours: format!("{:.0} ms", ours.median()),
        floor: format!("{:.0} ms", floor.median()),
        target: "≤ 180 ms",
        met: ours.median() <= 180.0,
    }
}

/// Idle, with no window so far.
pub fn idle_before(idle: &[Idle; 2]) -> [Row; 2] {
    [
        memory("idle, before a window: PSS, private dirty", idle),
        wakeups("idle wake-ups, before a window", idle),
    ]
}

/// Idle, with all windows closed again.
pub fn idle_after(idle: &[Idle; 2]) -> [Row; 2] {
    [
        memory("idle, after a window: PSS, private dirty", idle),
        wakeups("idle wake-ups, after a window", idle),
    ]
}

/// Events one by one.
pub fn steady([ours, floor]: &[Steady; 2]) -> [Row; 2] {
    [
        Row {
            figure: "event → `Notify`, from a server that has fsynced, p50 / p99",
            ours: ours.latency.p50_p99(),
            floor: floor.latency.p50_p99(),
            target: "≤ 1.2 / ≤ 2.5 ms",
            met: ours.latency.median() <= 1.2 && ours.latency.quantile(0.99) <= 2.5,
        },
        Row {
            figure: "CPU per event",
            ours: format!("{:.2} ms", ours.cpu_ms),
            floor: format!("{:.2} ms", floor.cpu_ms),
            target: "≤ 0.6 ms",
            met: ours.cpu_ms <= 0.6,
        },
    ]
}

/// Events at once.
pub fn burst(burst: &Burst) -> Row {
    Row {
        figure: "burst of 1,000, all in list and badge",
        ours: format!("{} ms, {} toasts", burst.ours.as_millis(), burst.toasts),
        floor: format!("{} ms, {} toasts", burst.floor.as_millis(), burst.events),
        target: "≤ 300 ms, a few toasts and one summary",
        met: burst.ours.as_millis() <= 300 && burst.toasts < 10,
    }
}

/// Windows that open.
pub fn windows(windows: &Windows) -> [Row; 2] {
    let (cold, again) = (windows.cold.median(), windows.again.median());
    let held_mib = windows.open_pss_kib / 1024;
    [
        Row {
            figure: "window: click → first paint, cold",
            ours: format!("{cold:.0} ms; with it open, desk and window hold {held_mib} MiB"),
            floor: NO_FLOOR.into(),
            target: "≤ 400 ms",
            met: cold <= 400.0,
        },
        Row {
            figure: "window: click → first paint, again within 30 s",
            ours: format!("{again:.0} ms"),
            floor: NO_FLOOR.into(),
            target: "≤ 100 ms",
            met: again <= 100.0,
        },
    ]
}

/// The return after a week.
pub fn week(week: &Week) -> Row {
    let (listed_s, peak_mib) = (week.listed.as_secs_f64(), week.peak_rss_kib as f64 / 1024.0);
    Row {
        figure: "10,000 unread after a week away",
        ours: format!(
            "{listed_s:.2} s, {} toasts, RSS at most {peak_mib:.0} MiB",
            week.toasts
        ),
        floor: NO_FLOOR.into(),
        target: "≤ 2 s, one summary toast, RSS ≤ 150 MiB",
        met: listed_s <= 2.0 && week.toasts == 1 && peak_mib <= 150.0,
    }
}

fn memory(figure: &'static str, [ours, floor]: &[Idle; 2]) -> Row {
    let mib = |kib: u64| kib as f64 / 1024.0;
    let shown = |memory: Memory| {
        format!(
            "{:.1}, {:.1} MiB",
            mib(memory.pss_kib),
            mib(memory.private_dirty_kib)
        )
    };
    Row {
        figure,
        ours: shown(ours.memory),
        floor: shown(floor.memory),
        target: "≤ 50, ≤ 18 MiB",
        met: mib(ours.memory.pss_kib) <= 50.0 && mib(ours.memory.private_dirty_kib) <= 18.0,
    }
}

fn wakeups(figure: &'static str, [ours, floor]: &[Idle; 2]) -> Row {
    let shown = |idle: &Idle| {
        let (wakeups, jiffies) = (idle.wakeups_per_second(), idle.jiffies_per_minute());
        format!("{wakeups:.2}/s, {jiffies:.0} jiffies a minute")
    };
    Row {
        figure,
        ours: shown(ours),
        floor: shown(floor),
        target: "≤ 0.1/s, ≤ 1 jiffy a minute",
        met: ours.wakeups_per_second() <= 0.1 && ours.jiffies_per_minute() <= 1.0,
    }
}
