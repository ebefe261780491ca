//! F2: the server is killed while four platforms send and insist: at any time, right after a commit, and before one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{Signal, second::SecondDesk, server::Server, signal, source::Source};
use tokio::{runtime::Runtime, task::JoinHandle};

use crate::{
    commits::Commits,
    disk::Disk,
    row::{Course, Row, chance},
};

pub const ROW: Row = Row {
    id: "F2",
    fault: "server killed under ingest",
    full: 300,
    run,
};

/// How many send at the same time, and how many events each sends in a round.
const SENDERS: u32 = 4;
const EACH: u32 = 5;
/// The one of them that signs, as Standard Webhooks does; the others show the source's token.
const SIGNS: u32 = 0;
/// The longest that a server lives within a round.
const LIVES_MS: u64 = 40;
/// For so long its next commit is waited for; by then all may have been accepted.
const WRITES_WITHIN: Duration = Duration::from_millis(100);
/// For so long an answer is waited for that must not come.
const SILENT_FOR: Duration = Duration::from_millis(100);

fn run(course: &Course) -> Result<String> {
    let disk = Disk::in_a_file()?;
    let mut server = Server::start(&disk.mounted.join("server"))?;
    let desk = SecondDesk::pair(&server.pairing_link()?)?;
    let runtime = Runtime::new()?;
    for round in 0..course.rounds {
        // While the disk stands still nothing is kept.
        let held = (round % 3 == 2).then(|| disk.hold()).transpose()?;
        let commits = Commits::of(&server.data().join("campanile.db"))?;
        let senders = Senders::begin(&server, &runtime, round)?;
        thread::sleep(Duration::from_millis(chance(round, LIVES_MS)));
        if round % 3 == 1 {
            // Somebody may not have been told yet of what was just kept.
            commits.wait_for_next(WRITES_WITHIN)?;
        }
        if held.is_some() {
            thread::sleep(SILENT_FOR);
            let answered = senders.answered();
            ensure!(
                answered == 0,
                "round {round}: {answered} were accepted and are not kept"
            );
        }
        signal(Signal::Kill, server.pid()?)?;
        // One who waits for the disk ends when it goes on.
        drop(held);
        server.kill()?;
        server.resume()?;
        senders
            .end(&runtime)
            .with_context(|| format!("round {round}"))?;
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

/// Who sends in a round, and how much of it was accepted.
struct Senders {
    sending: Vec<JoinHandle<Result<()>>>,
    answered: Arc<AtomicU32>,
}

impl Senders {
    fn begin(server: &Server, runtime: &Runtime, round: u32) -> Result<Self> {
        let answered = Arc::default();
        let mut sending = Vec::new();
        for sender in 0..SENDERS {
            let mut source = server.source()?;
            if sender == SIGNS {
                source = source.signing(server.secret())?;
            }
            let name = format!("{round}-{sender}");
            sending.push(runtime.spawn(send(source, name, Arc::clone(&answered))));
        }
        Ok(Self { sending, answered })
    }

    fn answered(&self) -> u32 {
        self.answered.load(Relaxed)
    }

    /// Waits until everything was accepted.
    fn end(self, runtime: &Runtime) -> Result<()> {
        for sending in self.sending {
            runtime.block_on(sending)??;
        }
        Ok(())
    }
}

/// Sends each event until it is accepted, and all of them once more, as one does who does not know that they were.
async fn send(source: Source, name: String, answered: Arc<AtomicU32>) -> Result<()> {
    for event in 0..EACH {
        source.insist(&format!("{name}-{event}")).await?;
        answered.fetch_add(1, Relaxed);
    }
    source.insist_all(name, EACH).await
}
