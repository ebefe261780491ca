//! The store on threads of its own: a slow disk holds up only who waits for it, and a search delays no write.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use campanile_core::{ids::EventId, time::Timestamp};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::{Listing, Store, database, fault, items, list};
use crate::{
    effect::{Kept, KeptItem},
    message::{Message, StoreFault},
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
    /// The reader has found the file damaged.
    Mend,
    Close,
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
    /// Close the file: it is made anew, or was.
    LetGo(oneshot::Sender<()>),
    Close,
}

/// How the store is, as it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Health {
    fault: Option<StoreFault>,
    rebuilt: u32,
}

impl Health {
    fn of(store: &Store) -> Self {
        Self {
            fault: store.fault(),
            rebuilt: store.rebuilt(),
        }
    }
}

/// The store, from async code. Dropping it writes what waits and closes the files; [`StoreHandle::close`] waits for that.
#[derive(Debug)]
pub struct StoreHandle {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Read>,
    health: watch::Receiver<Health>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl StoreHandle {
    /// Starts the threads. To be called within a tokio runtime with time.
    ///
    /// # Errors
    /// What the system says where it has no thread to give.
    pub fn start(store: Store) -> std::io::Result<Self> {
        let (writes, write_queue) = mpsc::channel(QUEUE);
        let (reads, read_queue) = mpsc::channel(QUEUE);
        let (tell, health) = watch::channel(Health::of(&store));
        let folder = store.folder.clone();
        let runtime = tokio::runtime::Handle::current();
        // Neither keeps the other alive: both end when the handle is gone.
        let (to_writer, to_reader) = (writes.downgrade(), reads.downgrade());
        let writer = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write_all(store, write_queue, &to_reader, &tell, &runtime))?;
        let reader = thread::Builder::new()
            .name("store-reader".to_owned())
            .spawn(move || read_all(&folder, read_queue, &to_writer))?;
        Ok(Self {
            writes,
            reads,
            health,
            threads: Mutex::new(vec![writer, reader]),
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

    /// Tells `mailbox` whenever the store of `account` fails, recovers or is made anew, as [`Message::From`] that
    /// account. It ends with the store, or when nobody hears.
    pub fn report(
        &self,
        account: String,
        mailbox: mpsc::Sender<Message>,
    ) -> impl Future<Output = ()> + use<> {
        let mut health = self.health.clone();
        async move {
            let mut told = Health {
                fault: None,
                rebuilt: 0,
            };
            health.mark_changed();
            while health.changed().await.is_ok() {
                let present = *health.borrow_and_update();
                let rebuilt = (present.rebuilt != told.rebuilt).then_some(Message::StoreRebuilt);
                let fault = (present.fault != told.fault).then_some(
                    present
                        .fault
                        .map_or(Message::StoreRecovered, Message::StoreFailed),
                );
                told = present;
                for message in rebuilt.into_iter().chain(fault) {
                    let message = Message::From {
                        account: account.clone(),
                        message: Box::new(message),
                    };
                    if mailbox.send(message).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Finishes what waits and closes the files, whoever else holds the handle: what they ask later comes to nothing.
    pub async fn close(&self) {
        let (writes, reads) = (self.writes.send(Write::Close), self.reads.send(Read::Close));
        // One that has ended has closed its file.
        let _ = (writes.await, reads.await);
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
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
    reader: &mpsc::WeakSender<Read>,
    tell: &watch::Sender<Health>,
    runtime: &tokio::runtime::Handle,
) {
    loop {
        // Only a store in trouble has anything to do when nothing is asked of it.
        let next = if store.fault().is_some() {
            match runtime.block_on(async { tokio::time::timeout(RETRY, queue.recv()).await }) {
                Ok(next) => next,
                Err(_) => {
                    let_go(reader);
                    if !mend(&mut store, reader) {
                        let _ = store.retry();
                    }
                    publish(&store, tell);
                    continue;
                }
            }
        } else {
            queue.blocking_recv()
        };
        let Some(write) = next else { break };
        // A file that the reader opened where it cannot be written keeps the writer from writing when it can.
        if store.fault().is_some() {
            let_go(reader);
        }
        // Who asked may be gone: the deed is done all the same. The fault is told first, so that it is known with the answer.
        match write {
            Write::Keep(kept, answer) => {
                let mut kept = store.keep(&kept);
                if kept.is_err() && mend(&mut store, reader) {
                    kept = store.fault().map_or(Ok(()), Err);
                }
                publish(&store, tell);
                let _ = answer.send(kept);
            }
            Write::Prune(now, answer) => {
                let pruned = store.prune(now);
                if pruned.is_err() && mend(&mut store, reader) {
                    publish(&store, tell);
                }
                let _ = answer.send(pruned);
            }
            Write::Retry(answer) => {
                mend(&mut store, reader);
                let retried = store.retry();
                publish(&store, tell);
                let _ = answer.send(retried);
            }
            Write::Mend => {
                mend(&mut store, reader);
                publish(&store, tell);
            }
            Write::Close => break,
        }
    }
    let _ = store.retry();
}

/// Makes a damaged store anew, if it is one. The reader lets go of the file before, as it is moved, and after, as it
/// may have opened the old one once more.
fn mend(store: &mut Store, reader: &mpsc::WeakSender<Read>) -> bool {
    let is_damaged = store.is_damaged();
    if is_damaged {
        let_go(reader);
        let _ = store.mend();
        let_go(reader);
    }
    is_damaged
}

fn let_go(reader: &mpsc::WeakSender<Read>) {
    let Some(reader) = reader.upgrade() else {
        return;
    };
    let (answer, answered) = oneshot::channel();
    // One that has ended holds nothing.
    if reader.blocking_send(Read::LetGo(answer)).is_ok() {
        let _ = answered.blocking_recv();
    }
}

fn publish(store: &Store, tell: &watch::Sender<Health>) {
    tell.send_if_modified(|known| {
        let present = Health::of(store);
        std::mem::replace(known, present) != present
    });
}

fn read_all(folder: &Path, mut queue: mpsc::Receiver<Read>, writer: &mpsc::WeakSender<Write>) {
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
                let page = with(&mut open, folder, writer, |file| {
                    list::page(file, &filter, after.as_deref(), now, limit)
                });
                let _ = answer.send(page);
            }
            Read::Items(ids, answer) => {
                let found = with(&mut open, folder, writer, |file| items::find(file, &ids));
                let _ = answer.send(found);
            }
            Read::LetGo(answer) => {
                open = None;
                let _ = answer.send(());
            }
            Read::Close => break,
        }
    }
}

fn with<T>(
    open: &mut Option<Connection>,
    folder: &Path,
    writer: &mpsc::WeakSender<Write>,
    work: impl Fn(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreFault> {
    let file = match open.take() {
        Some(file) => Ok(file),
        None => database::INBOX.reader(folder),
    };
    let done = file.and_then(|file| {
        // One state for all that is read: what goes meanwhile is not missed halfway.
        let state = file.unchecked_transaction()?;
        let done = work(&state)?;
        state.finish()?;
        *open = Some(file);
        Ok(done)
    });
    done.map_err(|error| {
        database::INBOX.note(folder, &error);
        if fault::is_damage_in_use(&error)
            && let Some(writer) = writer.upgrade()
        {
            // Where too much waits, the next that fails to be read says so again.
            let _ = writer.try_send(Write::Mend);
        }
        fault::of(&error)
    })
}
