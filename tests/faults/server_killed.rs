//! F2: the server is killed while four platforms send and insist.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{second::SecondDesk, server::Server};
use tokio::runtime::Runtime;

use crate::row::{Course, Row, chance};

pub const ROW: Row = Row {
    id: "F2",
    fault: "server killed under ingest",
    full: 300,
    run,
};

/// How many send at the same time, and how many events each sends in a round.
const SENDERS: u32 = 4;
const EACH: u32 = 5;
/// The longest that a server lives within a round.
const LIVES_MS: u64 = 40;

fn run(course: &Course) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(&folder.path().join("server"))?;
    let desk = SecondDesk::pair(&server.pairing_link()?)?;
    let source = server.source()?;
    let runtime = Runtime::new()?;
    for round in 0..course.rounds {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let sending = source.clone().insist_all(format!("{round}-{sender}"), EACH);
                runtime.spawn(sending)
            })
            .collect();
        thread::sleep(Duration::from_millis(chance(round, LIVES_MS)));
        server.kill()?;
        server.resume()?;
        for sender in senders {
            runtime
                .block_on(sender)?
                .with_context(|| format!("round {round}"))?;
        }
    }
    // Everything was accepted: each must be there, and once.
    let mut found = desk.conversations()?;
    found.sort_unstable();
    let mut expected: Vec<_> = (0..course.rounds)
        .flat_map(|round| (0..SENDERS).map(move |sender| (round, sender)))
        .flat_map(|(round, sender)| (0..EACH).map(move |event| format!("{round}-{sender}-{event}")))
        .collect();
    expected.sort_unstable();
    ensure!(
        found == expected,
        "accepted {}, found {}: lost {:?}, twice {:?}",
        expected.len(),
        found.len(),
        expected
            .iter()
            .filter(|id| !found.contains(id))
            .collect::<Vec<_>>(),
        found
            .windows(2)
            .filter(|two| two[0] == two[1])
            .collect::<Vec<_>>(),
    );
    Ok(format!("{} accepted, 0 lost, 0 twice", expected.len()))
}
