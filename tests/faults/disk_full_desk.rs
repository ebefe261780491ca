//! F7: the disk under the desk is full: what arrives is shown from memory, told, and kept once there is room.

use anyhow::{Result, ensure};
use campanile_tests::stage::{
    app::{App, part},
    server::Server,
    tray::Tray,
};
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    row::{Course, Row},
    told,
};

pub const ROW: Row = Row {
    id: "F7",
    fault: "disk full under the desk",
    full: 30,
    run,
};

/// How many events are sent before it is looked whether they still fit, and how many in one request.
const SENT: u64 = 500;
const AT_ONCE: u64 = 100;
/// More events than fit.
const EVENTS_MOST: u64 = 50_000;
/// What the tray says.
const NO_ROOM: &str = "cannot write to the disk";

fn run(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let mut events = 0;
    for _ in 0..course.rounds {
        let disk = Disk::in_memory("3m")?;
        let folder = tempfile::tempdir()?;
        let mut server = Server::start(&folder.path().join("server"))?;
        let mut app = App::at(&disk.mounted.join("desk"))?;
        app.start()?;
        app.pair(&server.pairing_link()?)?;
        app.wait_for("connected", |status| status["connected"] == true)?;
        let source = server.source()?;
        let mut sent = 0;
        while !is_full(&app)? {
            ensure!(sent < EVENTS_MOST, "the disk was never full");
            for first in (sent..sent + SENT).step_by(AT_ONCE as usize) {
                let ids: Vec<_> = (first..first + AT_ONCE).map(|id| id.to_string()).collect();
                let answer = runtime.block_on(source.send_all(&ids))?;
                ensure!(
                    answer.status.is_success(),
                    "answered with {}",
                    answer.status
                );
            }
            sent += SENT;
            // Listed and counted, whether it could be kept or not.
            app.wait_for("all in the badge", |status| status["unread"] == sent)?;
        }
        says(NO_ROOM, true)?;

        // Without a server there is what was kept, and with it everything: the log goes on after what was kept.
        server.kill()?;
        app.kill()?;
        let kept = told::kept(&app)?;
        ensure!((1..sent).contains(&kept), "{kept} of {sent} were kept");
        app.start()?;
        app.wait_for("what was kept", |status| status["unread"] == kept)?;
        server.resume()?;
        app.wait_for("all in the badge again", |status| status["unread"] == sent)?;
        ensure!(is_full(&app)?, "{sent} fit where {kept} did");
        says(NO_ROOM, true)?;

        disk.remount("size=64m")?;
        app.ask_until(|status| part(status, "store")["state"] == "works")?;
        says(NO_ROOM, false)?;
        server.kill()?;
        app.kill()?;
        app.start()?;
        app.wait_for("all of it kept", |status| status["unread"] == sent)?;
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

/// Waits until the tray says so, or does so no more.
fn says(words: &str, wanted: bool) -> Result<()> {
    let fits = |tooltip: &str| tooltip.contains(words) == wanted;
    Tray::open()?.wait_for(words, fits).map(drop)
}
