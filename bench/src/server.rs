//! The server, under load: ours, ours with a long history, and the floor take turns in one run.

use std::{thread, time::Duration};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    backend::{Backend, Counts, Meter},
    campanile::Campanile,
    event::Epoch,
    floor::Floor,
    history,
    limits::allow_files,
    load::{Plan, Streams, To, publish},
    process,
    program::folder,
    sample::{Sample, median},
    table::{NO_FLOOR, Row, head, print, say},
};

/// How much is measured.
pub struct Size {
    streams: usize,
    history_rows: usize,
    saturated: u64,
    paced: u64,
    to_group: u64,
    rounds: usize,
    quiet: Duration,
}

impl Size {
    /// Returns what the figures are quoted from, or a quick look.
    pub fn of(small: bool) -> Self {
        if small {
            Self {
                streams: 100,
                history_rows: 5_000,
                saturated: 1_000,
                paced: 300,
                to_group: 20,
                rounds: 1,
                quiet: Duration::from_secs(3),
            }
        } else {
            Self {
                streams: 5_000,
                history_rows: 1_000_000,
                saturated: 20_000,
                paced: 3_000,
                to_group: 200,
                rounds: 3,
                quiet: Duration::from_secs(60),
            }
        }
    }
}

/// One of those that take turns, with its streams open and what was measured of it.
struct Contender {
    backend: Box<dyn Backend>,
    streams: Streams,
    stream_kib: f64,
    quiet_percent: f64,
    per_core_second: Vec<f64>,
    paced: Sample,
    to_group: Sample,
    group_commits: u64,
}

/// Measures, and prints the table.
pub fn measure(size: &Size) -> Result<()> {
    // A stream of each of three servers, and what else the process holds.
    allow_files(size.streams * 3 + 200)?;
    let folder = TempDir::with_prefix_in("campanile-bench", folder()?)?;
    let epoch = Epoch::start();
    say("raising the servers, and pairing");
    let mut ours = Campanile::start("ours", &folder.path().join("ours"), size.streams)?;
    let mut old = Campanile::start(
        "ours, long history",
        &folder.path().join("old"),
        size.streams,
    )?;
    for server in [&mut ours, &mut old] {
        server.pair_all(size.streams)?;
    }
    say("writing the history");
    history::write(&old, size.streams, size.history_rows)?;
    for server in [&mut ours, &mut old] {
        server.restart()?;
    }
    let floor = Floor::start(&folder.path().join("floor"))?;
    let mut contenders = [
        Contender::connect(Box::new(ours), size.streams, epoch)?,
        Contender::connect(Box::new(old), size.streams, epoch)?,
        Contender::connect(Box::new(floor), size.streams, epoch)?,
    ];
    leave_quiet(&mut contenders, size.quiet);
    for round in 1..=size.rounds {
        for contender in &mut contenders {
            say(&format!(
                "round {round} of {}: {}",
                size.rounds,
                contender.backend.name()
            ));
            contender.run(size, epoch)?;
        }
    }
    let [ours, old, floor] = contenders;
    head("Server");
    print(rows(&ours, &old, &floor, size));
    Ok(())
}

impl Contender {
    fn connect(backend: Box<dyn Backend>, agents: usize, epoch: Epoch) -> Result<Self> {
        say(&format!("opening {agents} streams: {}", backend.name()));
        let before = process::memory(backend.pid()).rss_kib;
        let streams = Streams::open(backend.as_ref(), agents, epoch)?;
        let after = process::memory(backend.pid()).rss_kib;
        Ok(Self {
            backend,
            streams,
            stream_kib: after.saturating_sub(before) as f64 / agents as f64,
            quiet_percent: f64::NAN,
            per_core_second: Vec::new(),
            paced: Sample::default(),
            to_group: Sample::default(),
            group_commits: 0,
        })
    }

    fn run(&mut self, size: &Size, epoch: Epoch) -> Result<()> {
        let to = To::One { of: size.streams };
        let paced = Plan {
            events: size.paced,
            per_second: Some(1_000),
            publishers: 4,
            to,
        };
        let (sample, _, _) = self.publish(&paced, epoch)?;
        self.paced.extend(sample);

        let group = Plan {
            events: size.to_group,
            per_second: Some(50),
            publishers: 1,
            to: To::Group,
        };
        let (sample, _, commits) = self.publish(&group, epoch)?;
        self.to_group.extend(sample);
        self.group_commits += commits;

        let saturated = Plan {
            events: size.saturated,
            per_second: None,
            publishers: 16,
            to,
        };
        let (_, cpu, _) = self.publish(&saturated, epoch)?;
        self.per_core_second
            .push(size.saturated as f64 / cpu.as_secs_f64());
        Ok(())
    }

    /// Returns the latencies, the time on a core, and the transactions of a plan.
    fn publish(&self, plan: &Plan, epoch: Epoch) -> Result<(Sample, Duration, u64)> {
        let backend = self.backend.as_ref();
        let mut meter = Meter::of(backend)?;
        self.streams.drain();
        let Counts {
            commits: before, ..
        } = meter.read()?;
        let start = process::activity(backend.pid());
        publish(backend, plan, epoch)?;
        let sample = self.streams.collect(plan.arrivals())?;
        let spent = &process::activity(backend.pid()) - &start;
        Ok((sample, spent.cpu, meter.read()?.commits - before))
    }
}

fn leave_quiet(contenders: &mut [Contender], quiet: Duration) {
    say(&format!("leaving all quiet for {} s", quiet.as_secs()));
    let look = |contender: &Contender| process::activity(contender.backend.pid());
    let before: Vec<_> = contenders.iter().map(look).collect();
    thread::sleep(quiet);
    for (contender, before) in contenders.iter_mut().zip(&before) {
        let spent = &look(contender) - before;
        contender.quiet_percent = spent.cpu.as_secs_f64() / quiet.as_secs_f64() * 100.0;
    }
}

fn rows(ours: &Contender, old: &Contender, floor: &Contender, size: &Size) -> Vec<Row> {
    let rate = |of: &Contender| median(&of.per_core_second);
    let ratio = rate(ours) / rate(old);
    let p99 = |sample: &Sample| sample.quantile(0.99);
    let groups = size.to_group * size.rounds as u64;
    let commits = |of: &Contender| format!("{} commits for {groups} events", of.group_commits);
    vec![
        Row {
            figure: "one event to one agent, saturated, per core-second",
            ours: format!(
                "{:.0} ({:.0} %)",
                rate(ours),
                rate(ours) / rate(floor) * 100.0
            ),
            floor: format!("{:.0}", rate(floor)),
            target: "≥ 20,000 where the floor has 27,500 (73 %)",
            met: rate(ours) / rate(floor) >= 20_000.0 / 27_500.0,
        },
        Row {
            figure: "publish → receive at 1,000/s, p50 / p99",
            ours: ours.paced.p50_p99(),
            floor: floor.paced.p50_p99(),
            target: "p99 ≤ 2 ms",
            met: p99(&ours.paced) <= 2.0,
        },
        Row {
            figure: "one event to a group of 50 agents, p50 / p99",
            ours: format!("{}, {}", ours.to_group.p50_p99(), commits(ours)),
            floor: format!("{}, {}", floor.to_group.p50_p99(), commits(floor)),
            target: "one commit, p99 ≤ 5 ms",
            met: p99(&ours.to_group) <= 5.0 && ours.group_commits == groups,
        },
        Row {
            figure: "RSS per idle stream, without TLS",
            ours: format!("{:.1} KiB", ours.stream_kib),
            floor: format!("{:.1} KiB", floor.stream_kib),
            target: "≤ 13 KiB",
            met: ours.stream_kib <= 13.0,
        },
        Row {
            figure: "a quiet server with all streams open",
            ours: format!("{:.2} % of a core", ours.quiet_percent),
            floor: format!("{:.2} %", floor.quiet_percent),
            target: "≤ 1 %",
            met: ours.quiet_percent <= 1.0,
        },
        Row {
            figure: "cost of an event with 1,000,000 rows of history",
            ours: format!("{ratio:.2} × that with none"),
            floor: NO_FLOOR.into(),
            target: "≤ 1.1 ×",
            met: ratio <= 1.1,
        },
    ]
}
