//! A system bus of one's own, with a logind that says what it is told to say.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::{deadline, run};

/// The bus and its logind. Dropped, both end.
pub struct SystemBus {
    address: String,
    bus: Child,
    logind: Child,
}

impl SystemBus {
    /// Starts both, with what they keep in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
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

    /// Returns where whoever is to hear it finds it.
    pub fn address(&self) -> &str {
        &self.address
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
    pub fn wait_until_heard(&self) -> Result<()> {
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

    /// Says that the machine goes to sleep, or that it is awake again.
    pub fn tell(&self, goes_to_sleep: bool) -> Result<()> {
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
