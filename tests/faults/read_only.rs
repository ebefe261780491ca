//! F8: the disk under server and desk may not be written: both say so, lose nothing, and go on when it may.

use std::os::unix::fs::symlink;

use anyhow::{Result, ensure};
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
    id: "F8",
    fault: "disk is read-only under server and desk",
    full: 20,
    run,
};

fn run(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    for _ in 0..course.rounds {
        let (below_server, below_desk) = (Disk::in_memory("32m")?, Disk::in_memory("32m")?);
        let mut server = Server::start(&below_server.mounted.join("server"))?;
        let folder = tempfile::tempdir()?;
        // Only what a person keeps is on that disk, not the sockets of the session.
        symlink(&below_desk.mounted, folder.path().join("data"))?;
        let mut app = App::at(folder.path())?;
        app.start()?;
        app.pair(&server.pairing_link()?)?;
        let source = server.source()?;
        runtime.block_on(source.insist("before"))?;
        app.wait_for("the first", |status| status["unread"] == 1)?;

        app.kill()?;
        below_desk.remount("ro")?;
        app.start()?;
        app.wait_for("what the disk holds", |status| status["unread"] == 1)?;
        runtime.block_on(source.insist("unkept"))?;
        app.wait_for("the second, from memory", |status| status["unread"] == 2)?;
        let status = app.status()?;
        ensure!(part(&status, "store")["code"] == "read_only", "{status:#}");
        below_desk.remount("rw")?;
        app.ask_until(|status| part(status, "store")["state"] == "works")?;
        app.kill()?;
        app.start()?;
        app.wait_for("both", |status| status["unread"] == 2)?;

        server.kill()?;
        below_server.remount("ro")?;
        let refused = server.command().arg("serve").output()?;
        let told = String::from_utf8_lossy(&refused.stderr);
        ensure!(
            !refused.status.success() && told.lines().count() == 1,
            "started on a disk that cannot be written: {told}"
        );
        below_server.remount("rw")?;
        server.resume()?;
        runtime.block_on(source.insist("after"))?;
        app.wait_for("all three", |status| status["unread"] == 3)?;
    }
    Ok(
        "the desk lists, says so and keeps it later; the server does not start, and says why"
            .into(),
    )
}
