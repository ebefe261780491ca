//! F42: one person signs in after another while both are written to: nothing of the one is left to the other.

use std::{fs, path::Path, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{Stage, app::App, run, server::Server};
use tokio::runtime::Runtime;

use crate::{
    row::{Course, Row, chance},
    tap::{stands_in_no_file, stands_not_in},
};

pub const ROW: Row = Row {
    id: "F42",
    fault: "another person signs in while events arrive, now and then as the desk is killed",
    full: 1_000,
    run: rounds,
};

/// Each with what the source calls them.
const PEOPLE: [(&str, &str); 2] = [("mira", "a1"), ("ben", "a2")];
const EVENTS: u32 = 2;
/// Every so many rounds the desk is killed while it changes accounts.
const KILLED_EACH: u32 = 10;
const KILLED_WITHIN_MS: u64 = 200;

fn rounds(course: &Course) -> Result<String> {
    let (server, mut app, _folder) = Stage::parts()?;
    run(server
        .command()
        .args(["agent", "add", "Ben Elm", "--handle", "ben"]))?;
    run(server
        .command()
        .args(["agent", "map", "ben", "--source", "acme", "--id", "a2"]))?;
    app.start()?;
    let runtime = Runtime::new()?;
    let mut kills = 0;
    for round in 0..course.rounds {
        let (handle, _) = PEOPLE[round as usize % PEOPLE.len()];
        let (other, _) = PEOPLE[(round as usize + 1) % PEOPLE.len()];
        let mut sending = Vec::new();
        for (handle, id) in PEOPLE {
            let source = server.source()?.telling(id);
            sending.push(runtime.spawn(source.insist_all(marker(handle, round), EVENTS)));
        }
        if round % KILLED_EACH == KILLED_EACH - 1 {
            killed_meanwhile(&server, &mut app, handle, round)?;
            kills += 1;
        } else {
            app.pair(&server.pairing_link_of(handle)?)?;
        }
        for sent in sending {
            runtime.block_on(sent)?.context("sent")?;
        }
        let all = u64::from((round + 1) * EVENTS);
        app.ask_until(|status| status["connected"] == true && status["unread"] == all)
            .with_context(|| format!("round {round}"))?;
        let foreign = [format!("{other}-was-told")];
        stands_in_no_file(&app.data(), &foreign).with_context(|| format!("round {round}"))?;
        let status = app.status()?.to_string();
        stands_not_in(status.as_bytes(), "the status", &foreign)?;
        let kept = accounts(&app.data())?;
        ensure!(kept == 1, "round {round}: {kept} accounts are kept");
    }
    Ok(format!(
        "{} sign-ins, {kills} of them killed: each has all of their own and nothing of the other's",
        course.rounds
    ))
}

/// What stands in every text of this person's events.
fn marker(handle: &str, round: u32) -> String {
    format!("{handle}-was-told-{round}")
}

/// Kills the desk while it changes accounts, and lets the person sign in again where that came to nothing.
fn killed_meanwhile(server: &Server, app: &mut App, handle: &str, round: u32) -> Result<()> {
    let link = server.pairing_link_of(handle)?;
    let mut pairing = app.command().args(["pair", &link]).spawn()?;
    thread::sleep(Duration::from_millis(chance(round, KILLED_WITHIN_MS)));
    app.kill()?;
    pairing.wait()?;
    app.start()?;
    let name = if handle == "mira" {
        "Mira Oak"
    } else {
        "Ben Elm"
    };
    if app.status()?["account"]["name"] != name {
        app.pair(&server.pairing_link_of(handle)?)?;
    }
    Ok(())
}

/// Returns how many accounts the desk has a folder of.
fn accounts(data: &Path) -> Result<usize> {
    Ok(fs::read_dir(data.join("campanile/accounts"))?.count())
}
