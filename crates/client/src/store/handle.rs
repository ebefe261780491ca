//! The store on threads of its own: a slow disk holds up only who waits for it, and a search delays no write.

use std::{
    path::Path,
    thread::{self, JoinHandle},
    time::Duration,
};

use campanile_core::{ids::EventId, time::Timestamp};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::{Listing, Store, database, fault, items, list};
use crate::{
    effect::{Kept, KeptItem},
    message::StoreFault,
    view::PageFilter,
};

/// How many requests wait at most; who asks for more, waits.
const QUEUE: usize = 64;
/// How often a write that failed is tried again while nothing else is asked for.
const RETRY: Duration = Duration::from_secs(5);

enum Write {
    Keep(Box<Kept>, oneshot::Sender<Result<(), StoreFault>>),
    Prune(Timestamp, oneshot::Sender<Result<usize, StoreFault>>),
    Retry(oneshot::Sender<Result<(), StoreFault>>),
}

enum Read {
    Page {
        filter: PageFilter,
        after: Option<String>,
        now: Timestamp,
        limit: usize,
        answer: oneshot::Sender<Result<Listing, StoreFault>>,
    },
    Items(
        Vec<EventId>,
        oneshot::Sender<Result<Vec<KeptItem>, StoreFault>>,
    ),
}

/// The store, from async code. Dropping it writes what waits and closes the files; [`StoreHandle::close`] waits for that.
#[derive(Debug)]
pub struct StoreHandle {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Read>,
    fault: watch::Receiver<Option<StoreFault>>,
    threads: Vec<JoinHandle<()>>,
}

impl StoreHandle {
    /// Starts the threads. To be called within a tokio runtime with time.
    ///
    /// # Errors
    /// What the system says where it has no thread to give.
    pub fn start(store: Store) -> std::io::Result<Self> {
        let (writes, write_queue) = mpsc::channel(QUEUE);
        let (reads, read_queue) = mpsc::channel(QUEUE);
        let (tell, fault) = watch::channel(store.fault());
        let folder = store.folder.clone();
        let runtime = tokio::runtime::Handle::current();
        let writer = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write_all(store, write_queue, &tell, &runtime))?;
        let reader = thread::Builder::new()
            .name("store-reader".to_owned())
            .spawn({
                let fault = fault.clone();
                move || read_all(&folder, read_queue, &fault)
            })?;
        Ok(Self {
            writes,
            reads,
            fault,
            threads: vec![writer, reader],
        })
    }

    /// Writes in one transaction, as [`Store::keep`] does.
    ///
    /// # Errors
    /// [`StoreFault`]; what could not be written stays in memory and is tried again by itself.
    pub async fn keep(&self, kept: Kept) -> Result<(), StoreFault> {
        self.write(|answer| Write::Keep(Box::new(kept), answer))
            .await
    }

    /// Forgets what retention no longer covers, as [`Store::prune`] does.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub async fn prune(&self, now: Timestamp) -> Result<usize, StoreFault> {
        self.write(|answer| Write::Prune(now, answer)).await
    }

    /// Tries at once to write what could not be written.
    ///
    /// # Errors
    /// [`StoreFault`], as long as it still cannot.
    pub async fn retry(&self) -> Result<(), StoreFault> {
        self.write(Write::Retry).await
    }

    /// Returns a page of the bell's list, as [`Store::page`] does.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub async fn page(
        &self,
        filter: PageFilter,
        after: Option<String>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Listing, StoreFault> {
        self.read(|answer| Read::Page {
            filter,
            after,
            now,
            limit,
            answer,
        })
        .await
    }

    /// Returns those of `ids` that are here, as [`Store::items`] does.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub async fn items(&self, ids: Vec<EventId>) -> Result<Vec<KeptItem>, StoreFault> {
        self.read(|answer| Read::Items(ids, answer)).await
    }

    /// Returns the fault of the store as it changes: `None` while everything given is written.
    #[must_use]
    pub fn fault(&self) -> watch::Receiver<Option<StoreFault>> {
        self.fault.clone()
    }

    /// Finishes what waits and closes the files.
    pub async fn close(self) {
        let Self {
            writes,
            reads,
            threads,
            ..
        } = self;
        drop((writes, reads));
        let joined = tokio::task::spawn_blocking(move || {
            threads.into_iter().for_each(|thread| drop(thread.join()))
        });
        let _ = joined.await;
    }

    async fn write<T>(
        &self,
        ask: impl FnOnce(oneshot::Sender<Result<T, StoreFault>>) -> Write,
    ) -> Result<T, StoreFault> {
        let (answer, answered) = oneshot::channel();
        self.writes
            .send(ask(answer))
            .await
            .map_err(|_| StoreFault::Broken)?;
        answered.await.unwrap_or(Err(StoreFault::Broken))
    }

    async fn read<T>(
        &self,
        ask: impl FnOnce(oneshot::Sender<Result<T, StoreFault>>) -> Read,
    ) -> Result<T, StoreFault> {
        let (answer, answered) = oneshot::channel();
        self.reads
            .send(ask(answer))
            .await
            .map_err(|_| StoreFault::Broken)?;
        answered.await.unwrap_or(Err(StoreFault::Broken))
    }
}

fn write_all(
    mut store: Store,
    mut queue: mpsc::Receiver<Write>,
    tell: &watch::Sender<Option<StoreFault>>,
    runtime: &tokio::runtime::Handle,
) {
    loop {
        // Only a store in trouble has anything to do when nothing is asked of it.
        let next = if store.fault().is_some() {
            match runtime.block_on(async { tokio::time::timeout(RETRY, queue.recv()).await }) {
                Ok(next) => next,
                Err(_) => {
                    let _ = store.retry();
                    publish(&store, tell);
                    continue;
                }
            }
        } else {
            queue.blocking_recv()
        };
        let Some(write) = next else { break };
        // Who asked may be gone: the deed is done all the same. The fault is told first, so that it is known with the answer.
        match write {
            Write::Keep(kept, answer) => {
                let kept = store.keep(&kept);
                publish(&store, tell);
                let _ = answer.send(kept);
            }
            Write::Prune(now, answer) => drop(answer.send(store.prune(now))),
            Write::Retry(answer) => {
                let retried = store.retry();
                publish(&store, tell);
                let _ = answer.send(retried);
            }
        }
    }
    let _ = store.retry();
}

fn publish(store: &Store, tell: &watch::Sender<Option<StoreFault>>) {
    tell.send_if_modified(|known| {
        let changed = *known != store.fault();
        *known = store.fault();
        changed
    });
}

fn read_all(
    folder: &Path,
    mut queue: mpsc::Receiver<Read>,
    fault: &watch::Receiver<Option<StoreFault>>,
) {
    // Opened when it is first needed, and again after a failure: the file may have been made anew.
    let mut open: Option<Connection> = None;
    while let Some(read) = queue.blocking_recv() {
        match read {
            Read::Page {
                filter,
                after,
                now,
                limit,
                answer,
            } => {
                let page = with(&mut open, folder, |file| {
                    list::page(file, &filter, after.as_deref(), now, limit)
                });
                let _ = answer.send(page);
            }
            Read::Items(ids, answer) => {
                let _ = answer.send(with(&mut open, folder, |file| items::find(file, &ids)));
            }
        }
        // A file that was opened where it cannot be written keeps the writer from writing, later, too.
        if fault.borrow().is_some() {
            open = None;
        }
    }
}

fn with<T>(
    open: &mut Option<Connection>,
    folder: &Path,
    work: impl Fn(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreFault> {
    let file = match open.take() {
        Some(file) => Ok(file),
        None => database::INBOX.reader(folder),
    };
    let done = file.and_then(|file| {
        let done = work(&file)?;
        *open = Some(file);
        Ok(done)
    });
    done.map_err(|error| {
        database::INBOX.note(folder, &error);
        fault::of(&error)
    })
}
