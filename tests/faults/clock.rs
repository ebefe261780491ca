//! A clock on the wall that can be set, for whoever is started with it; what counts the time that passes goes on.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};

/// The clock, which goes right at first.
pub struct Clock {
    offset: PathBuf,
    library: PathBuf,
}

impl Clock {
    /// Makes one that is kept in `folder`.
    pub fn within(folder: &Path) -> Result<Self> {
        let clock = Self {
            offset: folder.join("offset"),
            library: library()?,
        };
        clock.put(0)?;
        Ok(clock)
    }

    /// What a process must find in its environment to go by it.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.offset.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    /// Puts it so many seconds ahead of the machine's.
    pub fn put(&self, ahead_s: i64) -> Result<()> {
        // In one step: what reads it must not find half of it.
        let fresh = self.offset.with_extension("new");
        fs::write(&fresh, format!("{ahead_s:+}\n"))?;
        Ok(fs::rename(fresh, &self.offset)?)
    }
}

/// Returns the machine's own time, in seconds.
pub fn now_s() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_secs())?)
}

/// Returns where the library lies that bends time, whatever the machine.
fn library() -> Result<PathBuf> {
    let places = fs::read_dir("/usr/lib")?.flatten();
    places
        .map(|place| place.path().join("faketime/libfaketime.so.1"))
        .find(|library| library.exists())
        .context("libfaketime is not installed")
}
