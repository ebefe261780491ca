//! F6: the disk under the server is full: nothing is acknowledged that is not kept, and it recovers by itself.

use std::os::unix::fs::symlink;

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::{second::SecondDesk, server::Server};
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F6",
    fault: "disk full under the server",
    full: 30,
    run,
};

/// More events than fit.
const EVENTS_MOST: u32 = 50_000;

fn run(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let (mut accepted, mut asked) = (0, 0);
    for round in 0..course.rounds {
        let disk = Disk::in_memory("4m")?;
        let folder = tempfile::tempdir()?;
        // What it says on its terminal goes elsewhere.
        let data = folder.path().join("server");
        symlink(&disk.mounted, &data)?;
        let mut server = Server::start(&data)?;
        let desk = SecondDesk::pair(&server.pairing_link()?)?;
        let source = server.source()?;
        let kept = runtime.block_on(async {
            for event in 0..EVENTS_MOST {
                let answer = source
                    .send(&event.to_string())
                    .await
                    .with_context(|| format!("event {event}"))?;
                if answer.status.is_success() {
                    continue;
                }
                ensure!(
                    answer.status.as_u16() == 503 && answer.retry_after.is_some(),
                    "round {round}: answered with {} and Retry-After {:?}",
                    answer.status,
                    answer.retry_after
                );
                return Ok(event);
            }
            bail!("round {round}: the disk was never full")
        })?;
        let there = desk.conversations()?.len();
        ensure!(
            there == kept as usize,
            "round {round}: accepted {kept}, found {there}"
        );
        // What a crash leaves behind is all that the next start needs.
        server.kill()?;
        let filling = disk.fill()?;
        server.resume()?;
        let there = desk.conversations()?.len();
        ensure!(
            there == kept as usize,
            "round {round}: accepted {kept}, found {there} after a start on the full disk"
        );
        drop(filling);
        disk.remount("size=64m")?;
        runtime.block_on(source.insist(&kept.to_string()))?;
        let there = desk.conversations()?.len();
        ensure!(
            there == kept as usize + 1,
            "round {round}: accepted {}, found {there}",
            kept + 1
        );
        let asks = asks_for_room(&mut server, &disk).with_context(|| format!("round {round}"))?;
        asked += u32::from(asks);
        let there = desk.conversations()?.len();
        ensure!(
            there == kept as usize + 1,
            "round {round}: accepted {}, found {there} after a start with room again",
            kept + 1
        );
        accepted += kept + 1;
    }
    ensure!(asked > 0, "it always had room to start");
    Ok(format!(
        "{accepted} accepted, all there, and accepting again without a restart; {asked} starts asked for room"
    ))
}

/// Ended in order it mostly leaves no log behind, and then needs room at its start: it says so, and starts once there is some.
fn asks_for_room(server: &mut Server, disk: &Disk) -> Result<bool> {
    server.stop()?;
    let filling = disk.fill()?;
    let Err(refused) = server.resume() else {
        return Ok(false);
    };
    let told = server.log();
    ensure!(
        told.lines().count() == 1 && told.contains("no room left") && told.contains("make some"),
        "{refused:#}"
    );
    drop(filling);
    server.resume()?;
    Ok(true)
}
