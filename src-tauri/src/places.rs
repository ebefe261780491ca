//! Where the app is: its folders by the XDG specification and their like elsewhere, and its machine.

use std::path::PathBuf;

use anyhow::Context as _;

#[cfg_attr(unix, path = "places/unix.rs")]
#[cfg_attr(windows, path = "places/windows.rs")]
mod platform;

/// The name of the app's own folder in each of the system's.
const FOLDER: &str = "campanile";

/// The folders of the app. All of them are this user's alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// What must last: the store, the own melodies, the lock.
    pub data: PathBuf,
    /// What may be lost: the log, the sizes of windows.
    pub state: PathBuf,
    /// The socket's; it may vanish when the user logs out.
    pub runtime: PathBuf,
}

impl Places {
    /// Returns the folders of this user, made where they were missing.
    ///
    /// # Errors
    /// One line that names the folder that cannot be had, and what to do about it.
    pub fn make() -> anyhow::Result<Self> {
        let missing = "there is no home folder; set HOME to one that can be written";
        let data = dirs::data_local_dir().context(missing)?.join(FOLDER);
        let state = dirs::state_dir().map_or_else(|| data.join("state"), |dir| dir.join(FOLDER));
        let runtime = dirs::runtime_dir().map_or_else(|| data.join("run"), |dir| dir.join(FOLDER));
        let places = Self {
            data,
            state,
            runtime,
        };
        for folder in [&places.data, &places.state, &places.runtime] {
            platform::make_private(folder).with_context(|| {
                format!(
                    "the folder {} cannot be used; see that it is yours and can be written",
                    folder.display()
                )
            })?;
        }
        Ok(places)
    }

    /// Returns where the own melodies lie.
    #[must_use]
    pub fn sounds(&self) -> PathBuf {
        self.data.join("sounds")
    }

    /// Returns folders below one, for a test.
    #[cfg(test)]
    pub fn below(folder: &std::path::Path) -> Self {
        Self {
            data: folder.into(),
            state: folder.into(),
            runtime: folder.into(),
        }
    }
}

pub use platform::{make_private, private};

/// Returns what this machine is called, for the server's list of devices.
#[must_use]
pub fn machine_name() -> String {
    platform::machine_name()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Campanile".into())
}
