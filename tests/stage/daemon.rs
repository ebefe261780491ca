//! Another notification daemon in dunst's place, and dunst as it hangs.

use anyhow::Result;

use super::{Signal, desktop, part_process, signal};

/// A daemon that runs in place of dunst; dropped, dunst is back.
pub struct Daemon(&'static str);

impl Daemon {
    pub fn start(part: &'static str) -> Result<Self> {
        desktop(&["stop", "dunst"])?;
        let daemon = Self(part);
        desktop(&["start", part])?;
        Ok(daemon)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = desktop(&["stop", self.0]);
        let _ = desktop(&["start", "dunst"]);
    }
}

/// Dunst, which takes every call and answers none; dropped, it goes on.
pub struct Hung(u32);

impl Hung {
    pub fn dunst() -> Result<Self> {
        let process = part_process("dunst")?;
        signal(Signal::Stop, process)?;
        Ok(Self(process))
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        let _ = signal(Signal::Go, self.0);
    }
}
