//! F8: what lies under server and desk answers reads, writes and syncs with EIO: nothing is acknowledged that is not kept, both say so, and go on when it works again.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    app::{App, part},
    run,
    second::SecondDesk,
    server::Server,
    surroundings::Surroundings,
};
use tokio::runtime::Runtime;

use crate::{
    process::is_calm,
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F8-EIO",
    fault: "disk under server and desk that answers with errors",
    full: 20,
    run: rounds,
};

/// What fails, by the names of libfiu.
const CALLS: [&str; 2] = ["posix/io/sync/fsync", "posix/io/rw/pwrite"];
const EIO: i32 = 5;
fn rounds(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    for round in 0..course.rounds {
        for call in CALLS {
            under_server(&runtime, call)
                .and_then(|()| under_desk(&runtime, call))
                .with_context(|| format!("round {round}, {call}"))?;
        }
    }
    Ok("a server accepts nothing then, a desk lists and says so, and both go on and have all of it".into())
}

fn under_server(runtime: &Runtime, call: &'static str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let faults = Faults::at(folder.path().join("faults"));
    let data = folder.path().join("server");
    let mut server = Server::start_at(&data, "127.0.0.1", faults.surroundings())?;
    let desk = SecondDesk::pair(&server.pairing_link()?)?;
    let source = server.source()?;
    runtime.block_on(source.insist("before"))?;
    let process = server.pid()?;
    faults.begin(call, process)?;
    let answer = runtime.block_on(source.send("refused"))?;
    ensure!(
        answer.status.as_u16() == 503 && answer.retry_after.is_some(),
        "answered with {}",
        answer.status
    );
    faults.end(call, process)?;
    let there = desk.conversations()?;
    ensure!(there == ["before"], "accepted one, found {there:?}");
    runtime.block_on(source.insist("after"))?;
    server.kill()?;
    server.resume()?;
    let mut there = desk.conversations()?;
    there.sort_unstable();
    ensure!(there == ["after", "before"], "found {there:?}");
    Ok(())
}

fn under_desk(runtime: &Runtime, call: &'static str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let faults = Faults::at(folder.path().join("faults"));
    let mut server = Server::start(&folder.path().join("server"))?;
    let source = server.source()?;
    let mut app = App::at(&folder.path().join("desk"))?;
    app.within(faults.surroundings()).start()?;
    app.pair(&server.pairing_link()?)?;
    runtime.block_on(source.insist("before"))?;
    app.ask_until(|status| status["unread"] == 1)?;
    let process = app.pid()?;
    faults.begin(call, process)?;
    runtime.block_on(source.insist("meanwhile"))?;
    app.ask_until(|status| status["unread"] == 2 && part(status, "store")["state"] == "fails")?;
    is_calm(process)?;
    faults.end(call, process)?;
    app.ask_until(|status| part(status, "store")["state"] == "works")?;
    app.kill()?;
    server.kill()?;
    app.start()?;
    // Without a server it has nothing but what the disk holds.
    app.ask_until(|status| status["unread"] == 2)
}

/// Makes calls of a program fail, by libfiu.
struct Faults {
    control: PathBuf,
}

impl Faults {
    fn at(control: PathBuf) -> Self {
        Self { control }
    }

    fn surroundings(&self) -> Surroundings {
        let control = self.control.clone().into_os_string();
        Surroundings::default().under(["fiu-run".into(), "-x".into(), "-f".into(), control])
    }

    fn begin(&self, call: &str, process: u32) -> Result<()> {
        self.order(&format!("enable name={call},failinfo={EIO}"), process)
    }

    fn end(&self, call: &str, process: u32) -> Result<()> {
        self.order(&format!("disable name={call}"), process)
    }

    fn order(&self, order: &str, process: u32) -> Result<()> {
        let mut control = Command::new("fiu-ctrl");
        control.arg("-f").arg(&self.control).args(["-c", order]);
        run(control.arg(process.to_string())).map(drop)
    }
}
