//! What was found, as rows of the table beside the targets.

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

/// All that was found. Of two, ours is the first.
pub struct Found {
    pub start: [Sample; 2],
    pub before: [Idle; 2],
    pub steady: [Steady; 2],
    pub burst: Burst,
    pub windows: Windows,
    pub after: [Idle; 2],
    pub week: Week,
}

/// Returns the rows.
pub fn of(found: &Found) -> Vec<Row> {
    let Found {
        start,
        before,
        steady,
        burst,
        windows,
        after,
        week,
    } = found;
    let latency = &steady[0].latency;
    vec![
        Row {
            figure: "event → `Notify`, from a server that has fsynced, p50 / p99",
            ours: latency.p50_p99(),
            floor: steady[1].latency.p50_p99(),
            target: "≤ 1.2 / ≤ 2.5 ms",
            met: latency.median() <= 1.2 && latency.quantile(0.99) <= 2.5,
        },
        Row {
            figure: "CPU per event",
            ours: format!("{:.2} ms", steady[0].cpu_ms),
            floor: format!("{:.2} ms", steady[1].cpu_ms),
            target: "≤ 0.6 ms",
            met: steady[0].cpu_ms <= 0.6,
        },
        Row {
            figure: "burst of 1,000, all in list and badge",
            ours: format!("{} ms, {} toasts", burst.ours.as_millis(), burst.toasts),
            floor: format!("{} ms, {} toasts", burst.floor.as_millis(), burst.events),
            target: "≤ 300 ms, a few toasts and one summary",
            met: burst.ours.as_millis() <= 300 && burst.toasts < 10,
        },
        memory("idle, before a window: PSS, private dirty", before),
        memory("idle, after a window: PSS, private dirty", after),
        idle("idle wake-ups, before a window", before),
        idle("idle wake-ups, after a window", after),
        Row {
            figure: "start → connected, warm",
            ours: format!("{:.0} ms", start[0].median()),
            floor: format!("{:.0} ms", start[1].median()),
            target: "≤ 180 ms",
            met: start[0].median() <= 180.0,
        },
        Row {
            figure: "window: click → first paint, cold",
            ours: format!(
                "{:.0} ms (desk and window hold {} MiB)",
                windows.cold.median(),
                windows.open_pss_kib / 1024
            ),
            floor: NO_FLOOR.into(),
            target: "≤ 400 ms",
            met: windows.cold.median() <= 400.0,
        },
        Row {
            figure: "window: click → first paint, again within 30 s",
            ours: format!("{:.0} ms", windows.again.median()),
            floor: NO_FLOOR.into(),
            target: "≤ 100 ms",
            met: windows.again.median() <= 100.0,
        },
        Row {
            figure: "10,000 unread after a week away",
            ours: format!(
                "{:.2} s, {} toasts, RSS at most {} MiB",
                week.listed.as_secs_f64(),
                week.toasts,
                week.peak_rss_kib / 1024
            ),
            floor: NO_FLOOR.into(),
            target: "≤ 2 s, one summary toast, RSS ≤ 150 MiB",
            met: week.listed.as_secs() < 2 && week.toasts == 1 && week.peak_rss_kib <= 150 * 1024,
        },
    ]
}

fn memory(figure: &'static str, idle: &[Idle; 2]) -> Row {
    let shown = |Memory {
                     pss_kib,
                     private_dirty_kib,
                     ..
                 }| {
        format!(
            "{:.1}, {:.1} MiB",
            pss_kib as f64 / 1024.0,
            private_dirty_kib as f64 / 1024.0
        )
    };
    let ours = idle[0].memory;
    Row {
        figure,
        ours: shown(ours),
        floor: shown(idle[1].memory),
        target: "≤ 50, ≤ 18 MiB",
        met: ours.pss_kib <= 50 * 1024 && ours.private_dirty_kib <= 18 * 1024,
    }
}

fn idle(figure: &'static str, idle: &[Idle; 2]) -> Row {
    let shown = |idle: &Idle| {
        let (wakeups, jiffies) = (idle.wakeups_per_second(), idle.jiffies_per_minute());
        format!("{wakeups:.2}/s, {jiffies:.0} jiffies a minute")
    };
    Row {
        figure,
        ours: shown(&idle[0]),
        floor: shown(&idle[1]),
        target: "≤ 0.1/s, ≤ 1 jiffy a minute",
        met: idle[0].wakeups_per_second() <= 0.1 && idle[0].jiffies_per_minute() <= 1.0,
    }
}
