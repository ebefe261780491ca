//! Another notification daemon in dunst's place.

use anyhow::Result;

use super::desktop;

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
