//! Checkpoints: moving what is committed from the write-ahead log into the database, while the writer goes on.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use rusqlite::Connection;

use super::open::harden;
use crate::refusal::Refusal;

/// After so many pages some are moved, by a thread of its own. A page that was written often meanwhile is moved once.
const SOME_PAGES: i32 = 4_000;
/// After so many pages the writer moves what is left, which is little, so that the log begins again at its start.
const MOST_PAGES: i32 = 16_000;

/// Keeps the write-ahead log short without making anybody wait for it.
pub struct Checkpoints {
    pages: Arc<AtomicI32>,
    asked_at: i32,
    ask: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Takes the checkpoints of the database at `path` over from the connection that writes it.
    ///
    /// # Errors
    /// [`Refusal::Store`] if no other connection or thread can be had.
    pub fn start(path: &Path, writer: &mut Connection) -> Result<Self, Refusal> {
        let other = Connection::open(path)?;
        harden(&other)?;
        other.pragma_update(None, "synchronous", "FULL")?;
        let pages = Arc::new(AtomicI32::new(0));
        let told = pages.clone();
        // This takes the place of SQLite's own checkpoints, which the writer would wait for.
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            told.store(pages, Relaxed);
            Ok(())
        }))?;
        let (ask, asked) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(move || run(&other, &asked))
            .map_err(|error| Refusal::Store(error.to_string()))?;
        Ok(Self {
            pages,
            asked_at: 0,
            ask: Some(ask),
            thread: Some(thread),
        })
    }

    /// Does what is due after a commit of the writer.
    pub fn after_commit(&mut self, writer: &Connection) {
        let pages = self.pages.load(Relaxed);
        if pages < self.asked_at {
            self.asked_at = 0;
        }
        if pages >= MOST_PAGES {
            checkpoint(writer);
        } else if pages - self.asked_at >= SOME_PAGES {
            self.asked_at = pages;
            // If it is still at it, it takes these as well.
            let _ = self.ask.as_ref().map(|ask| ask.try_send(()));
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(db: &Connection, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        checkpoint(db);
    }
}

fn checkpoint(db: &Connection) {
    if let Err(error) = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the write-ahead log stays long for now");
    }
}
