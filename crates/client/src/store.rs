//! The local store: what the desk was told and what it did, kept in one folder for each account.
//!
//! `inbox.db` holds what the server told: all of it can be fetched again, so a damaged one is set aside and rebuilt.
//! `changes.db` holds what was done here and nobody else has yet, so that a rebuilt inbox loses none of it.

use std::path::{Path, PathBuf};

use campanile_core::{ids::EventId, time::Timestamp};

use crate::{
    effect::{Kept, KeptItem},
    message::{Loaded, StoreFault},
    view::PageFilter,
};

pub mod accounts;
mod backlog;
mod database;
mod fault;
mod files;
mod handle;
mod items;
mod list;
mod load;
mod search;
mod upgrade;
mod write;

pub use files::replace;
pub use handle::StoreHandle;
pub use list::{Listed, Listing, MOST_ITEMS_OF_A_ROW, MOST_ROWS};
pub use load::{ANSWERED_MS, LOADED_MOST, MARKED_MOST};

use backlog::Backlog;
use database::{Access, Database};

/// For how long notices are kept that are neither unread nor put off (design 10.11).
pub const RETENTION_MS: i64 = 90 * campanile_core::time::DAY_MS;

/// How often an open store is made anew at the most: a disk that spoils whatever is written is given up.
const REBUILT_MOST: u32 = 3;

/// Why a store could not be opened at all. It was not touched.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It was written by a newer build.
    #[error("{} was written by a newer Campanile (its format is {found}, this one knows {known}): install that one again", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this build knows.
        known: i64,
    },
    /// Something else stands where the folder should be.
    #[error("{} is not a folder: move it away", .0.display())]
    NotAFolder(PathBuf),
}

/// The store of one account, open for reading and writing.
///
/// What it cannot write stays in memory and is written, in its order, with the next that succeeds.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    opened_at: Timestamp,
    files: Option<Files>,
    backlog: Backlog,
    fault: Option<StoreFault>,
    /// How often it was made anew since it was opened.
    rebuilt: u32,
    /// Whether a file was made anew, and nothing was written since.
    lacks: bool,
}

/// The two files, as far as they can be opened.
#[derive(Debug)]
struct Files {
    inbox: Database,
    changes: Database,
}

impl Store {
    /// Opens the store in `folder`, making what is missing, and says what it holds.
    ///
    /// What cannot be read is set aside as `<file>.corrupt-<now>` and made anew; then [`Loaded::rebuilt`] is set.
    /// Where the folder cannot be written, the store still opens: with what can be read, and a [`Store::fault`].
    ///
    /// # Errors
    /// [`StoreError`] where going on would destroy something that is somebody else's.
    pub fn open(folder: &Path, now: Timestamp) -> Result<(Self, Loaded), StoreError> {
        let mut store = Self {
            folder: folder.to_owned(),
            opened_at: now,
            files: None,
            backlog: Backlog::default(),
            fault: None,
            rebuilt: 0,
            lacks: false,
        };
        if std::fs::metadata(folder).is_ok_and(|found| !found.is_dir()) {
            return Err(StoreError::NotAFolder(folder.to_owned()));
        }
        for kind in database::KINDS {
            kind.refuse_newer(folder)?;
        }
        let loaded = match store.open_files(Access::Write) {
            Ok(loaded) => loaded,
            Err(fault) => {
                store.note(Some(fault));
                store.open_files(Access::Read).unwrap_or_default()
            }
        };
        Ok((store, loaded))
    }

    fn open_files(&mut self, access: Access) -> Result<Loaded, StoreFault> {
        if access == Access::Write {
            files::make_folder(&self.folder).map_err(|error| fault::of_io(&error))?;
        }
        let (changes, mut loaded) =
            database::CHANGES.open(&self.folder, access, self.opened_at, |file| {
                load::changes(file, self.opened_at)
            })?;
        let (inbox, from_inbox) =
            database::INBOX.open(&self.folder, access, self.opened_at, load::inbox)?;
        let rebuilt = changes.rebuilt() || inbox.rebuilt();
        loaded = Loaded {
            account: accounts::of(&self.folder),
            pending: loaded.pending,
            answered: loaded.answered,
            rebuilt,
            ..from_inbox
        };
        self.files = Some(Files { inbox, changes });
        Ok(loaded)
    }

    /// Writes in one transaction, all or nothing; where it fails, `kept` stays in memory for the next time.
    ///
    /// # Errors
    /// [`StoreFault`], as long as not everything that was given is written.
    pub fn keep(&mut self, kept: &Kept) -> Result<(), StoreFault> {
        let written = if self.backlog.is_empty() && self.fault.is_none() {
            self.files()
                .and_then(|files| files.write(std::slice::from_ref(kept), false))
        } else {
            self.backlog.add(kept);
            self.retry_backlog()
        };
        if written.is_err() && self.backlog.is_empty() {
            self.backlog.add(kept);
        }
        self.note(written.err());
        written
    }

    /// Tries again to write what could not be written.
    ///
    /// # Errors
    /// [`StoreFault`], as long as it still cannot.
    pub fn retry(&mut self) -> Result<(), StoreFault> {
        if self.fault.is_none() {
            return Ok(());
        }
        let written = self.retry_backlog();
        self.note(written.err());
        written
    }

    fn retry_backlog(&mut self) -> Result<(), StoreFault> {
        if self.is_damaged() {
            if self.rebuilt >= REBUILT_MOST {
                return Err(StoreFault::Broken);
            }
            // Nobody holds on to what is set aside.
            self.files = None;
        }
        if self
            .files
            .as_ref()
            .is_none_or(|files| files.inbox.is_read_only())
        {
            // Closed first: within a process SQLite shares the index of a log, and one that was opened to read stays so.
            self.files = None;
            match self.open_files(Access::Write) {
                Ok(loaded) if loaded.rebuilt => {
                    self.rebuilt += 1;
                    self.lacks = true;
                }
                Ok(_) => {}
                Err(fault) => {
                    // What can be read can be read on. Where it cannot, the next try says so.
                    let _ = self.open_files(Access::Read);
                    return Err(fault);
                }
            }
        }
        let files = self.files.as_mut().ok_or(StoreFault::Broken)?;
        files.write(self.backlog.kept(), self.backlog.is_short() || self.lacks)?;
        self.backlog = Backlog::default();
        self.lacks = false;
        Ok(())
    }

    /// Makes anew what was found damaged while it was in use; what it lacks then is told by [`Store::rebuilt`].
    ///
    /// # Errors
    /// [`StoreFault`], as long as it cannot.
    pub fn mend(&mut self) -> Result<(), StoreFault> {
        if self.is_damaged() {
            self.note(Some(StoreFault::Broken));
        }
        self.retry()
    }

    /// Says whether a file was found damaged while it was in use.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        database::KINDS
            .iter()
            .any(|kind| kind.is_damaged(&self.folder))
    }

    /// Returns how often it was made anew since it was opened: each time it lacks what was kept before.
    #[must_use]
    pub fn rebuilt(&self) -> u32 {
        self.rebuilt
    }

    fn files(&mut self) -> Result<&mut Files, StoreFault> {
        self.files.as_mut().ok_or(StoreFault::Broken)
    }

    fn note(&mut self, fault: Option<StoreFault>) {
        if self.fault != fault {
            match fault {
                Some(fault) => tracing::warn!(?fault, "the local store cannot be written"),
                None => tracing::info!("the local store can be written again"),
            }
        }
        self.fault = fault;
    }

    /// Returns why the store does not take what it is given; `None` where it does.
    #[must_use]
    pub fn fault(&self) -> Option<StoreFault> {
        self.fault
    }

    /// Returns a page of the bell's list at `now`: rows with something that `filter` lets through, the newest first.
    ///
    /// `after` is [`Listing::next`] of the page before; one that cannot be read starts at the top.
    ///
    /// # Errors
    /// [`StoreFault`] where the store cannot be read.
    pub fn page(
        &self,
        filter: &PageFilter,
        after: Option<&str>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Listing, StoreFault> {
        let files = self.files.as_ref().ok_or(StoreFault::Broken)?;
        list::page(files.inbox.connection(), filter, after, now, limit)
            .map_err(|error| self.met(&error))
    }

    /// Returns those of `ids` that are here, with their state, in the order asked for.
    ///
    /// # Errors
    /// [`StoreFault`] where the store cannot be read.
    pub fn items(&self, ids: &[EventId]) -> Result<Vec<KeptItem>, StoreFault> {
        let files = self.files.as_ref().ok_or(StoreFault::Broken)?;
        items::find(files.inbox.connection(), ids).map_err(|error| self.met(&error))
    }

    fn met(&self, error: &rusqlite::Error) -> StoreFault {
        database::INBOX.note(&self.folder, error);
        fault::of(error)
    }

    /// Forgets what retention no longer covers: read and removed notices that happened and were marked before
    /// `now` less [`RETENTION_MS`], and answered changes that are too old to be pushed again. Says how many notices went.
    ///
    /// # Errors
    /// [`StoreFault`] where the store cannot be written.
    pub fn prune(&mut self, now: Timestamp) -> Result<usize, StoreFault> {
        self.files()?.prune(now)
    }
}

impl Files {
    /// What is done here is durable before the inbox shows it, and is forgotten only after the inbox holds the answer:
    /// between two files a power cut may strike, and a change that is pushed twice is harmless.
    fn write(&mut self, all: &[Kept], short: bool) -> Result<(), StoreFault> {
        if all.iter().any(|kept| !kept.pending.is_empty()) {
            self.changes.attempt(|file| write::add_changes(file, all))?;
        }
        // A toast that is about to be shown must be known after a power cut, or it would be shown again.
        self.inbox
            .wait_for_disk(all.iter().any(|kept| !kept.toasting.is_empty()))?;
        self.inbox.attempt(|file| write::inbox(file, all, short))?;
        if all
            .iter()
            .any(|kept| !kept.settled.is_empty() || !kept.taken_back.is_empty())
        {
            self.changes.attempt(|file| write::settle(file, all))?;
        }
        Ok(())
    }

    fn prune(&mut self, now: Timestamp) -> Result<usize, StoreFault> {
        self.changes
            .attempt(|file| write::prune_answered(file, now.plus_ms(-ANSWERED_MS)))?;
        self.inbox
            .attempt(|file| write::prune(file, now.plus_ms(-RETENTION_MS)))
    }
}

#[cfg(test)]
mod tests;
