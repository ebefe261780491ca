//! F29: the clock of the desk jumps by hours, days and years, to 1970 and beyond 2038, and steps while events arrive.

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    Stage,
    notify::{Ear, Heard},
    second::SecondDesk,
};
use tokio::runtime::Runtime;

use crate::{
    clock::{Clock, now_s},
    row::{Course, Row},
    told,
};

pub const ROW: Row = Row {
    id: "F29",
    fault: "clock of the desk jumps",
    full: 50,
    run,
};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
const YEAR_S: i64 = 365 * DAY_S;
const Y2040_S: i64 = 2_208_988_800;
const EVENTS: u32 = 3;

fn run(course: &Course) -> Result<String> {
    let (server, mut app, folder) = Stage::parts()?;
    let clock = Clock::within(folder.path())?;
    for (name, value) in clock.environment() {
        app.with(name, value);
    }
    app.start()?;
    app.pair(&server.pairing_link()?)?;
    app.ask_until(|status| status["connected"] == true)?;
    let elsewhere = SecondDesk::pair(&server.pairing_link()?)?;
    let (ear, source, runtime) = (Ear::open()?, server.source()?, Runtime::new()?);
    let now_s = now_s()?;
    let jumps = [
        HOUR_S,
        -HOUR_S,
        10 * YEAR_S,
        DAY_S,
        -DAY_S,
        100 - now_s,
        Y2040_S - now_s,
        -10 * YEAR_S,
        0,
    ];
    let (mut events, mut heard) = (Vec::new(), Vec::new());
    for round in 0..course.rounds {
        let jump = jumps[round as usize % jumps.len()];
        clock.put(jump)?;
        for event in 0..EVENTS {
            let id = format!("{round}-{event}");
            runtime.block_on(source.insist(&id))?;
            // It steps on while they come.
            clock.put(jump + 10 * i64::from(event))?;
            events.push(id);
        }
        let told = || format!("round {round}, {jump} s away");
        // One that names it, or that counts it among others.
        let first = ear.toast(|toast| toast.replaces == 0).with_context(told)?;
        heard.push(Heard::Notify(first));
        app.ask_until(|status| status["connected"] == true && status["unread"] == EVENTS)
            .with_context(told)?;
        // What was read may be forgotten after months: by the server's clock.
        elsewhere.read_all()?;
        app.ask_until(|status| status["unread"] == 0)
            .with_context(told)?;
        let kept = told::kept(&app)?;
        ensure!(kept == events.len() as u64, "{}: {kept} are kept", told());
    }
    heard.extend(ear.drain());
    let toasted = told::by_name(heard, &events)?;
    told::is_whole(&app)?;
    Ok(format!(
        "{} events, 0 lost, {toasted} toasted by name, 0 twice",
        events.len()
    ))
}
