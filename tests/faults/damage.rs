//! F9, F10: the desk is killed, a file of its store is damaged, and it is started on what is left.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use campanile_core::time::Timestamp;
use campanile_tests::stage::{Stage, app::part, hand::Hand, notify::Ear, run, second::SecondDesk};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    clock::now_s,
    row::{Course, Row, chance},
    told,
};

pub const ROW: Row = Row {
    id: "F9",
    fault: "damaged store under the desk",
    full: 120,
    run: rounds,
};

/// How many events are there before the first round.
const EVENTS: u32 = 60;
const PAGE: usize = 4096;
/// How soon a start has told what there is to sum up, in seconds.
const SUMMED_UP_WITHIN_S: i64 = 5;

/// What is done to a file.
struct Damage {
    what: &'static str,
    /// Whether the log is folded in before, as it would make good what is done to the file.
    folds: bool,
    /// Whether it can be none of ours afterwards.
    is_lost: bool,
    deed: fn(&Path, u32) -> Result<()>,
}

/// To the file itself.
const fn file(what: &'static str, is_lost: bool, deed: fn(&Path, u32) -> Result<()>) -> Damage {
    Damage {
        what,
        folds: true,
        is_lost,
        deed,
    }
}

/// To what lies beside it.
const fn log(what: &'static str, deed: fn(&Path, u32) -> Result<()>) -> Damage {
    Damage {
        what,
        folds: false,
        is_lost: false,
        deed,
    }
}

const DAMAGES: &[Damage] = &[
    file("emptied", true, |file, _| Ok(fs::write(file, "")?)),
    file("a page overwritten", false, |file, round| {
        spoil(file, round, PAGE)
    }),
    log("its log overwritten in part", |file, round| {
        spoil(&beside(file, "-wal"), round, 512)
    }),
    file("no database", true, |file, _| {
        Ok(fs::write(file, "hello ".repeat(1_000))?)
    }),
    file("cut off", false, |file, round| cut(file, round, 512)),
    file("a folder", true, |file, _| {
        fs::remove_file(file)?;
        Ok(fs::create_dir(file)?)
    }),
    file("a link", true, |file, _| {
        let elsewhere = file.with_extension("elsewhere");
        fs::rename(file, &elsewhere)?;
        Ok(symlink(elsewhere, file)?)
    }),
    log("its log cut off", |file, round| {
        cut(&beside(file, "-wal"), round, 1)
    }),
    file("a link to nothing", true, |file, _| {
        fs::remove_file(file)?;
        Ok(symlink("nothing", file)?)
    }),
    file("a pipe", true, |file, _| {
        fs::remove_file(file)?;
        run(Command::new("mkfifo").arg(file)).map(drop)
    }),
    log("another's log", |file, _| another(file, "-wal")),
    log("its index overwritten in part", |file, round| {
        spoil(&beside(file, "-shm"), round, 512)
    }),
    file("a header overwritten", true, |file, _| {
        let mut bytes = fs::read(file)?;
        bytes[..100].fill(0xa5);
        Ok(fs::write(file, bytes)?)
    }),
    log("a hot journal", |file, _| another(file, "-journal")),
    log("its log alone", |file, _| Ok(fs::remove_file(file)?)),
];

fn rounds(course: &Course) -> Result<String> {
    let mut stage = Stage::up()?;
    let second = stage.second()?;
    let source = stage.server.source()?;
    let runtime = Runtime::new()?;
    let (mut sent, mut aside) = (EVENTS, 0);
    runtime.block_on(source.clone().insist_all("0".into(), EVENTS))?;
    let all_first = |status: &Value| status["unread"] == EVENTS;
    stage.app.wait_for("the first", all_first)?;
    let ear = Ear::open()?;
    for round in 0..course.rounds {
        let damage = &DAMAGES[round as usize % DAMAGES.len()];
        let tried = (|| {
            // A log of its own, and something to lose.
            runtime.block_on(source.insist(&format!("{}-1", round + 1)))?;
            sent += 1;
            let all = |status: &Value| {
                status["connected"] == true
                    && status["unread"] == sent
                    && part(status, "store")["state"] != "fails"
            };
            stage.app.wait_for("all that was sent", all)?;
            stage.app.kill()?;
            let inbox = told::inbox(&stage.app)?;
            let before = set_aside(&inbox)?;
            let file = match chance(round, 4) {
                0 => inbox.with_file_name("changes.db"),
                _ => inbox.clone(),
            };
            if damage.folds {
                fold(&file)?;
            }
            (damage.deed)(&file, round)?;
            stage.app.start()?;
            stage.app.wait_for("all that there is", all)?;
            let after = set_aside(&inbox)?;
            let is_aside = !after.is_subset(&before);
            ensure!(
                is_aside || !damage.is_lost,
                "nothing was set aside: {after:?}"
            );
            aside += u32::from(is_aside);
            same(&stage, &second)
        })();
        tried.with_context(|| format!("round {round}, {}", damage.what))?;
    }
    // What is put off for longer than a start takes to sum up comes back after that; nobody heard of the oldest before.
    let mut hand = Hand::at(&stage.app)?;
    let listed = hand.notices("unread")?;
    let oldest = listed.last().context("they are listed")?;
    let about = oldest["about"].as_str().context("what it is about")?;
    let until = Timestamp::from_ms(1_000 * (now_s()? + SUMMED_UP_WITHIN_S));
    hand.act(&json!({ "do": "snooze", "what": { "notice": oldest["id"] }, "until": until }))?;
    let mut toasts = 0;
    ear.toast(|toast| {
        let is_back = toast.body.contains(about);
        toasts += usize::from(toast.replaces == 0 && !is_back);
        is_back
    })?;
    // One for each event, and for each start one: a log that lost its end knows nothing of the last toast.
    let most = 2 * course.rounds as usize;
    ensure!(
        toasts <= most,
        "{toasts} toasts in {} starts",
        course.rounds
    );
    Ok(format!(
        "list and server agree each time, {aside} files set aside, {toasts} toasts for as many events and starts"
    ))
}

/// Compares the bell's list with what the server has.
fn same(stage: &Stage, second: &SecondDesk) -> Result<()> {
    let mut listed: Vec<String> = Hand::at(&stage.app)?
        .notices("unread")?
        .iter()
        .filter_map(|notice| notice["about"].as_str())
        // "#7-1 7-1"
        .filter_map(|about| about.split([' ', '#']).nth(1))
        .map(str::to_owned)
        .collect();
    let mut there = second.conversations()?;
    listed.sort_unstable();
    there.sort_unstable();
    ensure!(
        listed == there,
        "the bell lists {listed:?}, the server has {there:?}"
    );
    Ok(())
}

/// Folds the log in.
fn fold(file: &Path) -> Result<()> {
    let database = Connection::open(file)?;
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn set_aside(inbox: &Path) -> Result<BTreeSet<String>> {
    let folder = inbox.parent().context("a folder")?;
    let names = fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names.filter(|name| name.contains(".corrupt-")).collect())
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Writes anything over a part of a file.
fn spoil(file: &Path, round: u32, most: usize) -> Result<()> {
    let mut bytes = fs::read(file)?;
    let parts = bytes.len().div_ceil(most).max(1) as u64;
    let start = chance(round, parts) as usize * most;
    let end = (start + most).min(bytes.len());
    for (at, byte) in (0..).zip(&mut bytes[start..end]) {
        *byte = chance(round * 10_000 + at, 256) as u8;
    }
    Ok(fs::write(file, bytes)?)
}

/// Cuts a file off after some of so many bytes each.
fn cut(file: &Path, round: u32, each: u64) -> Result<()> {
    let file = fs::File::options().write(true).open(file)?;
    let parts = file.metadata()?.len() / each + 1;
    Ok(file.set_len(chance(round, parts) * each)?)
}

/// Puts beside a file what belongs to another.
fn another(file: &Path, suffix: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let other = folder.path().join("other.db");
    let database = Connection::open(&other)?;
    // A log holds what was committed, a journal what was not.
    let (mode, end) = match suffix {
        "-wal" => ("WAL", "COMMIT"),
        _ => ("DELETE", ""),
    };
    database.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(()))?;
    database.execute_batch(&format!(
        "PRAGMA cache_size = 1; CREATE TABLE rows (text); INSERT INTO rows VALUES (randomblob(90000)); BEGIN;
         UPDATE rows SET text = randomblob(90000); {end}"
    ))?;
    fs::copy(beside(&other, suffix), beside(file, suffix))?;
    Ok(())
}
