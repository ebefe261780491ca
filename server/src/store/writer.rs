//! The one writer: requests that have gathered are done in one transaction, each in a savepoint of its own, and answered after one commit.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use campanile_core::{change::Seq, time::Timestamp};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{AgentNo, checkpoint::Checkpoints};
use crate::{
    access::Device, clock::Clock, directory::Directory, refusal::Refusal, store::DeviceNo,
    token::TokenHash,
};

/// So many requests are done in one transaction at the most, so that none waits long for its answer.
const BATCH_MOST: usize = 256;
/// So many requests may wait; those beyond wait at their sockets.
const WAITING_MOST: usize = 4_096;

/// So long are requests waited for that are on their way already: they share the commit then.
const GATHERING: Duration = Duration::from_micros(150);

/// What a request can do inside the transaction.
pub struct Writing<'a> {
    /// The database, within the transaction.
    pub db: &'a Connection,
    /// Everybody and everything that decisions need. If the request is refused after it was touched, it is read again.
    pub directory: &'a mut Directory,
    /// The present moment.
    pub now: Timestamp,
    /// The entries that were written, for the streams.
    pub rung: &'a mut Vec<Rung>,
    /// What else is to happen once all is durable.
    pub after: &'a mut Vec<After>,
}

/// An entry that was written.
#[derive(Debug)]
pub struct Rung {
    /// Whose log.
    pub agent: AgentNo,
    /// Its place.
    pub seq: Seq,
    /// The entry as the stream carries it.
    pub body: String,
}

/// What is to happen outside the database once it is durable.
#[derive(Debug)]
pub enum After {
    /// A desk was paired.
    Paired(TokenHash, Arc<Device>),
    /// A desk may no longer ask for anything.
    Revoked(DeviceNo),
    /// Sources or agents are others than before.
    Access,
}

/// What the writer has done since the start.
#[derive(Debug, Default)]
pub struct Tally {
    /// Transactions that were committed.
    pub commits: AtomicU64,
    /// Requests that were done in them.
    pub requests: AtomicU64,
    /// Events that were accepted.
    pub events: AtomicU64,
    /// Whether the last commit failed.
    pub failing: AtomicBool,
}

type Finish = Box<dyn FnOnce(Result<(), Refusal>) + Send>;
type Job = Box<dyn FnOnce(&mut Writing<'_>) -> (bool, Finish) + Send>;

/// The door to the writer.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    tally: Arc<Tally>,
    arriving: Arc<AtomicUsize>,
}

/// A request whose body is here, and that will be written soon.
pub struct Arriving<'a> {
    writer: &'a Writer,
}

impl Arriving<'_> {
    /// Does `deed` as [`Writer::write`] does.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub async fn write<T: Send + 'static>(
        self,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let answered = self.writer.send(deed).await?;
        drop(self);
        answered.await.map_err(|_| stopped())?
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        self.writer.arriving.fetch_sub(1, Relaxed);
    }
}

impl Writer {
    /// Starts the writer on a thread of its own, which ends when the last door is gone.
    ///
    /// `committed` is called after each commit and before the answers.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the directory cannot be read or no thread can be had.
    pub fn start(
        mut db: Connection,
        clock: Clock,
        committed: impl FnMut(&Connection, Vec<Rung>, Vec<After>) + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>), Refusal> {
        let (jobs, waiting) = mpsc::channel(WAITING_MOST);
        let tally = Arc::new(Tally::default());
        let directory = Directory::load(&db)?;
        let path = db.path().map(PathBuf::from).unwrap_or_default();
        let checkpoints = Checkpoints::start(&path, &mut db)?;
        let arriving = Arc::new(AtomicUsize::new(0));
        let bench = Bench {
            db,
            checkpoints,
            arriving: arriving.clone(),
            directory,
            clock,
            committed,
            tally: tally.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || bench.run(waiting))
            .map_err(|error| Refusal::Store(error.to_string()))?;
        Ok((
            Self {
                jobs,
                tally,
                arriving,
            },
            thread,
        ))
    }

    /// Does `deed` in the next transaction, and returns what it returned once that is durable.
    ///
    /// # Errors
    /// What `deed` refused, in which case nothing of it is kept; [`Refusal::Store`] if the commit failed.
    pub async fn write<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.send(deed).await?.await.map_err(|_| stopped())?
    }

    /// Announces a request, so that the writer knows that it need not hurry to commit without it.
    #[must_use]
    pub fn announce(&self) -> Arriving<'_> {
        self.arriving.fetch_add(1, Relaxed);
        Arriving { writer: self }
    }

    async fn send<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Refusal>>, Refusal> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |writing| {
            let result = deed(writing);
            let keep = result.is_ok();
            let finish: Finish = Box::new(move |committed| {
                // Whoever asked may be gone; what was done stays done.
                let _ = answer.send(result.and_then(|value| committed.map(|()| value)));
            });
            (keep, finish)
        });
        self.jobs.send(job).await.map_err(|_| stopped())?;
        Ok(answered)
    }

    /// Returns what the writer has done since the start.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

fn stopped() -> Refusal {
    Refusal::Store("the writer has stopped".into())
}

struct Bench<C> {
    db: Connection,
    checkpoints: Checkpoints,
    arriving: Arc<AtomicUsize>,
    directory: Directory,
    clock: Clock,
    committed: C,
    tally: Arc<Tally>,
}

impl<C: FnMut(&Connection, Vec<Rung>, Vec<After>)> Bench<C> {
    fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut finishes = Vec::new();
            let (mut rung, mut after) = (Vec::new(), Vec::new());
            let mut result = self.run_sql("BEGIN IMMEDIATE");
            let began = Instant::now();
            let mut next = Some(first);
            while let Some(job) = next {
                if result.is_ok() {
                    result = self.one(job, &mut rung, &mut after, &mut finishes);
                } else {
                    drop(job);
                }
                next = (finishes.len() < BATCH_MOST)
                    .then(|| self.another(&mut waiting, began))
                    .flatten();
            }
            let result = result.and_then(|()| self.run_sql("COMMIT"));
            self.tally.failing.store(result.is_err(), Relaxed);
            match &result {
                Ok(()) => {
                    self.tally.commits.fetch_add(1, Relaxed);
                    self.tally
                        .requests
                        .fetch_add(finishes.len() as u64, Relaxed);
                    (self.committed)(&self.db, rung, after);
                }
                Err(error) => {
                    tracing::error!(%error, "a commit failed; nothing of it was acknowledged");
                    self.start_over();
                }
            }
            for finish in finishes {
                finish(result.clone());
            }
            self.checkpoints.after_commit(&self.db);
        }
        // What readers still hold open does not matter: the next start finishes what is left.
        let _ = self
            .db
            .execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// Returns a request that waits, or one that comes while there is time to gather.
    fn another(&self, waiting: &mut mpsc::Receiver<Job>, began: Instant) -> Option<Job> {
        loop {
            if let Ok(job) = waiting.try_recv() {
                return Some(job);
            }
            if self.arriving.load(Relaxed) == 0 || began.elapsed() > GATHERING {
                // One that was just sent is no longer arriving.
                return waiting.try_recv().ok();
            }
            std::thread::yield_now();
        }
    }

    fn one(
        &mut self,
        job: Job,
        rung: &mut Vec<Rung>,
        after: &mut Vec<After>,
        finishes: &mut Vec<Finish>,
    ) -> Result<(), Refusal> {
        self.run_sql("SAVEPOINT request")?;
        let (rung_before, after_before) = (rung.len(), after.len());
        let now = self.clock.now();
        self.directory.untouched();
        let mut writing = Writing {
            db: &self.db,
            directory: &mut self.directory,
            now,
            rung,
            after,
        };
        let done = catch_unwind(AssertUnwindSafe(|| job(&mut writing)));
        let Ok((keep, finish)) = done else {
            // Nobody knows what a request that panicked has left behind.
            return Err(Refusal::Store("a request panicked".into()));
        };
        finishes.push(finish);
        if self.db.is_autocommit() {
            // SQLite gives a whole transaction up when the disk is full.
            return Err(Refusal::Store("the transaction was given up".into()));
        }
        if keep {
            return self.run_sql("RELEASE request");
        }
        rung.truncate(rung_before);
        after.truncate(after_before);
        self.run_sql("ROLLBACK TO request")?;
        self.run_sql("RELEASE request")?;
        if self.directory.was_touched() {
            self.directory = Directory::load(&self.db)?;
        }
        Ok(())
    }

    fn start_over(&mut self) {
        if !self.db.is_autocommit() {
            // If even this fails, the next BEGIN fails too and tells everybody.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        match Directory::load(&self.db) {
            Ok(directory) => self.directory = directory,
            Err(error) => tracing::error!(%error, "the directory cannot be read"),
        }
    }

    fn run_sql(&self, sql: &str) -> Result<(), Refusal> {
        self.db.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}
