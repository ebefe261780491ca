//! F29: the clock of the desk jumps by hours, days and years, to 1970 and beyond 2038, and steps while events arrive.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    Stage,
    notify::{Ear, Heard},
    second::SecondDesk,
};
use tokio::runtime::Runtime;

use crate::{
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
    let offset = folder.path().join("offset");
    set(&offset, 0)?;
    app.with("LD_PRELOAD", library()?)
        .with("FAKETIME_TIMESTAMP_FILE", &offset)
        .with("FAKETIME_NO_CACHE", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    app.start()?;
    app.pair(&server.pairing_link()?)?;
    app.ask_until(|status| status["connected"] == true)?;
    let elsewhere = SecondDesk::pair(&server.pairing_link()?)?;
    let (ear, source, runtime) = (Ear::open()?, server.source()?, Runtime::new()?);
    let now_s = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
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
        set(&offset, jump)?;
        for event in 0..EVENTS {
            let id = format!("{round}-{event}");
            runtime.block_on(source.insist(&id))?;
            // It steps on while they come.
            set(&offset, jump + 10 * i64::from(event))?;
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

fn set(offset: &Path, seconds: i64) -> Result<()> {
    // In one step: what reads it must not find half of it.
    let fresh = offset.with_extension("new");
    fs::write(&fresh, format!("{seconds:+}\n"))?;
    Ok(fs::rename(fresh, offset)?)
}

/// Returns where the library lies that bends time, whatever the machine.
fn library() -> Result<PathBuf> {
    let places = fs::read_dir("/usr/lib")?.flatten();
    places
        .map(|place| place.path().join("faketime/libfaketime.so.1"))
        .find(|library| library.exists())
        .context("libfaketime is not installed")
}
