//! PipeWire, which takes PulseAudio's place on newer desktops and speaks to the same programs.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::deadline;

/// What is loaded of it: what programs for PulseAudio need, and nothing for devices.
const MODULES: &str = "
context.spa-libs = {
    audio.convert.* = audioconvert/libspa-audioconvert
    support.* = support/libspa-support
}
context.modules = [
    { name = libpipewire-module-protocol-native }
    { name = libpipewire-module-client-node }
    { name = libpipewire-module-adapter }
    { name = libpipewire-module-metadata }
    { name = libpipewire-module-protocol-pulse }
]
";

/// A PipeWire with one device that nobody hears. Dropped, it ends.
pub struct Pipewire {
    parts: Vec<Child>,
    folder: TempDir,
}

impl Pipewire {
    /// Starts it where programs look for PulseAudio, with a device of this name, and waits until it is taken.
    pub fn start(socket: &Path, sink: &str) -> Result<Self> {
        let mut pipewire = Self {
            parts: Vec::new(),
            folder: tempfile::tempdir()?,
        };
        let place = socket.display();
        let sink = format!("module-null-sink sink_name={sink} rate=48000 channels=2");
        let config = pipewire.folder.path().join("pulse.conf");
        fs::write(
            &config,
            format!(
                "{MODULES}pulse.properties = {{ server.address = [ \"unix:{place}\" ] }}
                pulse.cmd = [ {{ cmd = \"load-module\" args = \"{sink}\" }} ]\n"
            ),
        )?;
        pipewire.part(&mut Command::new("pipewire"))?;
        let limit = deadline();
        while !pipewire.folder.path().join("pipewire-0").exists() {
            pipewire.is_in_time(limit)?;
        }
        pipewire.part(&mut Command::new("wireplumber"))?;
        pipewire.part(Command::new("pipewire-pulse").arg("-c").arg(config))?;
        while !is_taken()? {
            pipewire.is_in_time(limit)?;
        }
        Ok(pipewire)
    }

    fn part(&mut self, command: &mut Command) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))?;
        let part = command
            .env("PIPEWIRE_RUNTIME_DIR", self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {command:?}"))?;
        self.parts.push(part);
        Ok(())
    }

    fn is_in_time(&self, limit: Instant) -> Result<()> {
        if Instant::now() > limit {
            let log = fs::read_to_string(self.folder.path().join("log"))?;
            bail!("PipeWire does not come: {log}");
        }
        Ok(())
    }
}

impl Drop for Pipewire {
    fn drop(&mut self) {
        for part in self.parts.iter_mut().rev() {
            let _ = part.kill();
            let _ = part.wait();
        }
    }
}

/// Says whether a PipeWire with a device answers; each question takes its time.
fn is_taken() -> Result<bool> {
    let asked = |what: &[&str]| {
        let answer = Command::new("pactl").args(what).output()?;
        anyhow::Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
    };
    let is_it = asked(&["info"])?.contains("PipeWire");
    Ok(is_it && !asked(&["list", "short", "sinks"])?.is_empty())
}
