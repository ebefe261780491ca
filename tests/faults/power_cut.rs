//! F3: the power is cut under a server on a disk of its own, a loop-mounted image.

use anyhow::{Result, ensure};
use campanile_tests::stage::{Signal, second::SecondDesk, server::Server, signal};
use rusqlite::Connection;
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F3",
    fault: "power cut under the server",
    full: 100,
    run,
};

const EVENTS: u32 = 20;
/// Rows of the control: commits that do not wait for the disk must be missing afterwards, or the rig proves nothing.
const CONTROL: u32 = 200;

fn run(course: &Course) -> Result<String> {
    control()?;
    let runtime = Runtime::new()?;
    for round in 0..course.rounds {
        let disk = Disk::in_a_file()?;
        let mut server = Server::start(&disk.mounted.join("server"))?;
        let desk = SecondDesk::pair(&server.pairing_link()?)?;
        let source = server.source()?;
        runtime.block_on(async {
            for event in 0..EVENTS {
                source.insist(&event.to_string()).await?;
            }
            anyhow::Ok(())
        })?;
        signal(Signal::Stop, server.pid()?)?;
        let after = disk.cut()?;
        server.kill()?;
        server.move_to(&after.mounted.join("server"));
        server.resume()?;
        let mut found: Vec<u32> = desk
            .conversations()?
            .iter()
            .filter_map(|id| id.parse().ok())
            .collect();
        found.sort_unstable();
        ensure!(
            found == (0..EVENTS).collect::<Vec<_>>(),
            "round {round}: accepted {EVENTS}, left {found:?}"
        );
        server.kill()?;
    }
    Ok(format!(
        "{} accepted, 0 lost; of {CONTROL} that did not wait for the disk some were",
        course.rounds * EVENTS
    ))
}

fn control() -> Result<()> {
    let disk = Disk::in_a_file()?;
    let file = |disk: &Disk| disk.mounted.join("control.db");
    let database = Connection::open(file(&disk))?;
    database.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    database.pragma_update(None, "synchronous", "NORMAL")?;
    database.execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY)")?;
    for id in 0..CONTROL {
        database.execute("INSERT INTO rows VALUES (?1)", [id])?;
    }
    let after = disk.cut()?;
    drop(database);
    let left: u32 = Connection::open(file(&after))?
        .query_row("SELECT count(*) FROM rows", [], |row| row.get(0))
        .unwrap_or_default();
    ensure!(
        left < CONTROL,
        "the rig cuts no power: all {left} rows are there"
    );
    Ok(())
}
