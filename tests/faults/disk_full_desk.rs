//! F7: the disk under the desk is full: what arrives is shown from memory, told, and kept once there is room.

use anyhow::{Result, bail, ensure};
use campanile_tests::stage::{
    app::{App, part},
    server::Server,
};
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F7",
    fault: "disk full under the desk",
    full: 30,
    run,
};

/// How many events are sent before it is looked whether they still fit.
const AT_ONCE: u64 = 500;
/// More events than fit.
const EVENTS_MOST: u64 = 50_000;

fn run(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let mut events = 0;
    for _ in 0..course.rounds {
        let disk = Disk::in_memory("3m")?;
        let folder = tempfile::tempdir()?;
        let server = Server::start(&folder.path().join("server"))?;
        let mut app = App::at(&disk.mounted.join("desk"))?;
        app.start()?;
        app.pair(&server.pairing_link()?)?;
        app.wait_for("connected", |status| status["connected"] == true)?;
        let source = server.source()?;
        let mut sent = 0;
        loop {
            runtime.block_on(async {
                for event in sent..sent + AT_ONCE {
                    source.insist(&event.to_string()).await?;
                }
                anyhow::Ok(())
            })?;
            sent += AT_ONCE;
            // Listed and counted, whether it could be kept or not.
            app.wait_for("all in the badge", |status| status["unread"] == sent)?;
            if is_full(&app)? {
                break;
            }
            if sent > EVENTS_MOST {
                bail!("the disk was never full");
            }
        }
        disk.remount("size=64m")?;
        app.ask_until(|status| part(status, "store")["state"] == "works")?;
        app.kill()?;
        app.start()?;
        app.wait_for("all in the badge again", |status| status["unread"] == sent)?;
        ensure!(
            !is_full(&app)?,
            "there is room, and it still says that there is none"
        );
        events += sent;
    }
    Ok(format!(
        "{events} events, all listed while it was full and after it"
    ))
}

fn is_full(app: &App) -> Result<bool> {
    let status = app.status()?;
    Ok(part(&status, "store")["code"] == "full")
}
