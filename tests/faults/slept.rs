//! F34: the machine slept, and its connections died without a word: logind's word that it is awake brings the desk back at once.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::{Stage, deadline, run};

use crate::{
    row::{Course, Row, Slowest},
    tap::Tap,
};

pub const ROW: Row = Row {
    id: "F34",
    fault: "asleep and awake again, over a connection that died",
    full: 100,
    run: rounds,
};

fn rounds(course: &Course) -> Result<String> {
    let (server, mut app, folder) = Stage::parts()?;
    let system = SystemBus::start(folder.path())?;
    app.with("DBUS_SYSTEM_BUS_ADDRESS", &system.address);
    app.start()?;
    let link = server.pairing_link()?;
    let tap = Tap::on(&link)?;
    app.pair(&tap.link(&link)?)?;
    app.wait_for("connected", |status| status["connected"] == true)?;
    system.wait_until_heard()?;
    let mut slowest = Slowest::default();
    for round in 0..course.rounds {
        system.tell(true)?;
        tap.fall_silent();
        let conversation = round.to_string();
        server.send(
            "conversation_assigned",
            &["--assignee", "a1", "--conversation", &conversation],
        )?;
        // A connection that died is noticed by its silence after 40 s; the word of logind is heard before.
        slowest.time(round, || {
            system.tell(false)?;
            app.wait_for("what came meanwhile", |status| {
                status["unread"] == u64::from(round) + 1
            })
        })?;
    }
    Ok(format!("back within {slowest} of waking"))
}

/// A system bus with a logind that says what it is told to say.
struct SystemBus {
    address: String,
    bus: Child,
    logind: Child,
}

impl SystemBus {
    fn start(folder: &Path) -> Result<Self> {
        let address = format!("unix:path={}", folder.join("system-bus").display());
        let home = PathBuf::from(std::env::var_os("HOME").context("a home")?);
        let bus = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--address", &address])
            .arg("--config-file")
            .arg(home.join("bus.conf"))
            .spawn()
            .context("start a system bus")?;
        let log = File::create(folder.join("logind.log"))?;
        // The system's own: it is the one that the package is for.
        let logind = Command::new("/usr/bin/python3")
            .args(["-m", "dbusmock", "--system", "--template", "logind"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("start a logind")?;
        let system = Self {
            address,
            bus,
            logind,
        };
        let limit = deadline();
        while !system.answers("org.freedesktop.login1.Manager.CanSuspend")? {
            if Instant::now() > limit {
                bail!("logind does not answer");
            }
        }
        Ok(system)
    }

    fn answers(&self, method: &str) -> Result<bool> {
        let mut call = self.call("org.freedesktop.login1", "/org/freedesktop/login1", method);
        Ok(call.output()?.status.success())
    }

    fn call(&self, name: &str, path: &str, method: &str) -> Command {
        let mut call = Command::new("gdbus");
        call.args(["call", "--address", &self.address, "--dest", name])
            .args(["--object-path", path, "--method", method]);
        call
    }

    /// Waits until somebody listens to the end of a sleep; the bus knows who listens to what.
    fn wait_until_heard(&self) -> Result<()> {
        let limit = deadline();
        loop {
            let rules = run(&mut self.call(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus.Debug.Stats.GetAllMatchRules",
            ))?;
            if rules.contains("PrepareForSleep") {
                return Ok(());
            }
            ensure!(
                Instant::now() < limit,
                "nobody listens to logind, but: {rules}"
            );
        }
    }

    fn tell(&self, goes_to_sleep: bool) -> Result<()> {
        run(self
            .call(
                "org.freedesktop.login1",
                "/org/freedesktop/login1",
                "org.freedesktop.DBus.Mock.EmitSignal",
            )
            .args(["org.freedesktop.login1.Manager", "PrepareForSleep", "b"])
            .arg(format!("[<{goes_to_sleep}>]")))
        .map(drop)
    }
}

impl Drop for SystemBus {
    fn drop(&mut self) {
        for process in [&mut self.logind, &mut self.bus] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
