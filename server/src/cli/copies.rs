//! `backup` and `restore`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::output;
use crate::{
    config::Config,
    store::{self, Folder},
};

/// Copy the database into a file.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file, which must not be there yet.
    pub into: PathBuf,
}

/// Put a backup in the database's place.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    pub from: PathBuf,
}

impl Backup {
    /// Does it.
    pub fn perform(self, config: &Config) -> anyhow::Result<()> {
        let folder = Folder::open(&config.data)?;
        store::backup(&folder.database(), &self.into)?;
        output::text(&format!("{}", self.into.display()));
        Ok(())
    }
}

impl Restore {
    /// Does it.
    pub fn perform(self, config: &Config) -> anyhow::Result<()> {
        let folder = Folder::open(&config.data)?;
        let _lock = folder.lock()?;
        let replaced = store::restore(&folder.database(), &self.from)
            .with_context(|| format!("{} was not restored", self.from.display()))?;
        if let Some(replaced) = replaced {
            output::error(&format!(
                "What was there before is kept as {}",
                replaced.display()
            ));
        }
        output::text("Restored. The desks will fetch the present afresh.");
        Ok(())
    }
}
