//! F5: server and desk in turn stand still, as when a laptop sleeps or a machine swaps, and go on.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    self, PATIENCE, Signal, Stage,
    notify::{Ear, Heard, Notify},
    signal,
};
use tokio::runtime::Runtime;

use crate::{
    row::{Course, Row},
    tap::Tap,
    told,
};

pub const ROW: Row = Row {
    id: "F5",
    fault: "server or desk stands still",
    full: 50,
    run,
};

const EVENTS: u32 = 20;
/// Sent at once, they are more than the server keeps ready for a desk that does not read.
const AT_ONCE: usize = 100;
/// How long one of them stands still, in the short form and in the long one.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(10);
/// The same now and then in the long form: beyond every silence after which one gives the other up.
const VERY_LONG: Duration = Duration::from_secs(300);
/// A desk gives a server up that was silent for 40 s.
const GIVES_UP_WITHIN: Duration = Duration::from_secs(45);
/// The longest that a desk waits before it tries again, and then gives a server to answer; in the short form it never waits long.
const TRIES_WITHIN: Duration = Duration::from_secs(300 + 15);

fn run(course: &Course) -> Result<String> {
    let (server, mut app, _folder) = Stage::parts()?;
    app.start()?;
    let link = server.pairing_link()?;
    let way = Tap::on(&link)?;
    app.pair(&way.link(&link)?)?;
    app.wait_for("connected", |status| status["connected"] == true)?;
    let ear = Ear::open()?;
    let source = server.source()?.insisting_for(VERY_LONG + LONG);
    let runtime = Runtime::new()?;
    let tries_within = if course.is_full {
        TRIES_WITHIN
    } else {
        PATIENCE
    };
    let mut sent = Vec::new();
    for round in 0..course.rounds {
        // Where nothing stands on the screen, there is room to tell by name.
        stage::run(Command::new("dunstctl").arg("close-all"))?;
        let (is_server, is_cut) = (round % 3 == 0, round % 3 == 2);
        let process = if is_server { server.pid()? } else { app.pid()? };
        let stands = match round % 20 {
            // Each of them by turns.
            0 | 10 if course.is_full => VERY_LONG,
            _ if course.is_full => LONG,
            _ => SHORT,
        };
        let mut name = (0..).map(|event| format!("{round}-{event}"));
        sent.extend(name.by_ref().take(EVENTS as usize));
        let still = Still::stands(process)?;
        if is_cut {
            // Nothing of what comes from here on waits for it where it reads.
            way.fall_silent();
        }
        let sending = runtime.spawn(source.clone().insist_all(round.to_string(), EVENTS));
        let until = Instant::now() + stands;
        if is_server && stands > GIVES_UP_WITHIN {
            app.ask_within(GIVES_UP_WITHIN, |status| status["connected"] == false)
                .with_context(|| format!("round {round}: nobody noticed"))?;
        }
        if !is_server {
            let burst: Vec<_> = name.take(AT_ONCE).collect();
            let answer = runtime.block_on(source.send_all(&burst))?;
            ensure!(
                answer.status.is_success(),
                "answered with {}",
                answer.status
            );
            sent.extend(burst);
        }
        thread::sleep(until.saturating_duration_since(Instant::now()));
        if is_cut {
            way.cut();
        }
        drop(still);
        runtime
            .block_on(sending)?
            .with_context(|| format!("round {round}"))?;
        app.ask_within(tries_within, |status| {
            status["connected"] == true && status["unread"] == sent.len()
        })
        .with_context(|| format!("round {round}"))?;
    }
    // No event is told of again here: one that takes its own place is one too many, too.
    let heard = ear.drain().into_iter().map(|heard| match heard {
        Heard::Notify(toast) => Heard::Notify(Notify {
            replaces: 0,
            ..toast
        }),
        other => other,
    });
    let toasts = told::by_name(heard.collect(), &sent)?;
    ensure!(toasts > 0, "no toast named its event: nothing was counted");
    Ok(format!(
        "{} accepted, all in the bell once, {toasts} toasted by name, 0 twice",
        sent.len()
    ))
}

/// A process that stands still. Dropped, it goes on.
struct Still(u32);

impl Still {
    fn stands(process: u32) -> Result<Self> {
        signal(Signal::Stop, process)?;
        Ok(Self(process))
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        let _ = signal(Signal::Go, self.0);
    }
}
