//! The one writer: requests that have gathered are done in one transaction, each in a savepoint of its own, and answered after one commit.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::JoinHandle,
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
type Deed = Box<dyn FnOnce(&mut Writing<'_>) -> (bool, Finish) + Send>;

struct Job {
    deed: Deed,
    /// Whether it refuses only before it writes anything.
    is_checked: bool,
}

/// The door to the writer.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    tally: Arc<Tally>,
}

impl Writer {
    /// Starts the writer on a thread of its own, which ends when the last door is gone.
    ///
    /// After each commit `committed` is called there, then `ring` and the answers follow in a task.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the directory cannot be read or no thread can be had.
    pub fn start(
        mut db: Connection,
        clock: Clock,
        committed: impl FnMut(&Connection, Vec<After>) + Send + 'static,
        ring: impl FnMut(Vec<Rung>) + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>), Refusal> {
        let (jobs, waiting) = mpsc::channel(WAITING_MOST);
        let tally = Arc::new(Tally::default());
        let directory = Directory::load(&db)?;
        let path = db.path().map(PathBuf::from).unwrap_or_default();
        let checkpoints = Checkpoints::start(&path, &mut db)?;
        let (done, commits) = mpsc::unbounded_channel();
        tokio::spawn(tell(commits, ring));
        let bench = Bench {
            db,
            checkpoints,
            directory,
            clock,
            committed,
            done,
            tally: tally.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || bench.run(waiting))
            .map_err(|error| Refusal::Store(error.to_string()))?;
        Ok((Self { jobs, tally }, thread))
    }

    /// Does `deed` in the next transaction, and returns what it returned once that is durable.
    ///
    /// # Errors
    /// What `deed` refused, in which case nothing of it is kept; [`Refusal::Store`] if the commit failed; [`Refusal::Broken`]
    /// if `deed` panicked, of which nothing is kept either.
    pub async fn write<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.send(false, deed).await?.await.map_err(|_| stopped())?
    }

    /// Does `deed` as [`Self::write`] does, but without a savepoint, for which SQLite would copy each page that is touched.
    ///
    /// So `deed` may refuse only before it writes anything: otherwise nothing of the whole commit is kept.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_checked<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.send(true, deed).await?.await.map_err(|_| stopped())?
    }

    async fn send<T: Send + 'static>(
        &self,
        is_checked: bool,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Refusal>>, Refusal> {
        let (answer, answered) = oneshot::channel();
        let deed: Deed = Box::new(move |writing| {
            // What it had done by then is given up as if it had refused.
            let result = catch_unwind(AssertUnwindSafe(|| deed(writing)));
            let result = result.unwrap_or(Err(Refusal::Broken));
            let keep = result.is_ok();
            let finish: Finish = Box::new(move |committed| {
                // Whoever asked may be gone; what was done stays done.
                let _ = answer.send(result.and_then(|value| committed.map(|()| value)));
            });
            (keep, finish)
        });
        self.jobs
            .send(Job { deed, is_checked })
            .await
            .map_err(|_| stopped())?;
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

/// A commit of which those who wait are to hear.
struct Done {
    result: Result<(), Refusal>,
    rung: Vec<Rung>,
    finishes: Vec<Finish>,
}

/// Tells of commits in their order. The writer would wake each stream and each request from outside, one system call after another.
async fn tell(mut commits: mpsc::UnboundedReceiver<Done>, mut ring: impl FnMut(Vec<Rung>)) {
    while let Some(done) = commits.recv().await {
        if done.result.is_ok() {
            ring(done.rung);
        }
        for finish in done.finishes {
            finish(done.result.clone());
        }
    }
}

struct Bench<C> {
    db: Connection,
    checkpoints: Checkpoints,
    directory: Directory,
    clock: Clock,
    committed: C,
    done: mpsc::UnboundedSender<Done>,
    tally: Arc<Tally>,
}

impl<C: FnMut(&Connection, Vec<After>)> Bench<C> {
    fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        while let Some(first) = waiting.blocking_recv() {
            let (mut finishes, mut unserved) = (Vec::new(), Vec::new());
            let (mut rung, mut after) = (Vec::new(), Vec::new());
            let mut result = self.run_sql("BEGIN IMMEDIATE");
            let mut next = Some(first);
            while let Some(job) = next {
                if result.is_ok() {
                    result = self.one(job, &mut rung, &mut after, &mut finishes);
                } else {
                    // It is refused once this has been given up: whoever comes again at once must not meet the same failure.
                    unserved.push(job);
                }
                // What came while the last commit waited for the disk shares this one.
                next = (finishes.len() + unserved.len() < BATCH_MOST)
                    .then(|| waiting.try_recv().ok())
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
                    (self.committed)(&self.db, after);
                }
                Err(error) => {
                    tracing::error!(%error, "a commit failed; nothing of it was acknowledged");
                    self.start_over();
                }
            }
            drop(unserved);
            // If nobody can be told any more, nobody waits.
            let _ = self.done.send(Done {
                result,
                rung,
                finishes,
            });
            self.checkpoints.after_commit(&self.db);
        }
        // What readers still hold open does not matter: the next start finishes what is left.
        let _ = self
            .db
            .execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn one(
        &mut self,
        job: Job,
        rung: &mut Vec<Rung>,
        after: &mut Vec<After>,
        finishes: &mut Vec<Finish>,
    ) -> Result<(), Refusal> {
        let Job { deed, is_checked } = job;
        if !is_checked {
            self.run_sql("SAVEPOINT request")?;
        }
        let changes_before = self.db.total_changes();
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
        let (keep, finish) = deed(&mut writing);
        finishes.push(finish);
        if self.db.is_autocommit() {
            // SQLite gives a whole transaction up when the disk is full.
            return Err(Refusal::Store("the transaction was given up".into()));
        }
        if !keep {
            rung.truncate(rung_before);
            after.truncate(after_before);
            if !is_checked {
                self.run_sql("ROLLBACK TO request")?;
            } else if self.db.total_changes() != changes_before {
                return Err(Refusal::Store("a request failed half-way".into()));
            }
            if self.directory.was_touched() {
                self.directory = Directory::load(&self.db)?;
            }
        }
        if is_checked {
            Ok(())
        } else {
            self.run_sql("RELEASE request")
        }
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn epoch(writing: &Writing<'_>) -> Result<Uuid, Refusal> {
        let sql = "SELECT epoch FROM server";
        Ok(writing.db.query_row(sql, [], |row| row.get(0))?)
    }

    fn set_epoch(writing: &Writing<'_>, epoch: Uuid) -> Result<(), Refusal> {
        writing
            .db
            .execute("UPDATE server SET epoch = ?1", [epoch])?;
        Ok(())
    }

    #[tokio::test]
    async fn a_request_that_panics_takes_nobody_down_with_it() {
        let home = tempfile::tempdir().expect("a folder");
        let db = super::super::open(&home.path().join("campanile.db")).expect("opens");
        let (writer, _) = Writer::start(db, Clock::system(), |_, _| {}, |_| {}).expect("starts");
        let before = writer.write(|writing| epoch(writing)).await.expect("reads");
        let breaks = |writing: &mut Writing<'_>| -> Result<(), Refusal> {
            set_epoch(writing, Uuid::nil())?;
            panic!("half-way")
        };
        let reads = |writing: &mut Writing<'_>| epoch(writing);
        let (broken, beside) = tokio::join!(writer.write(breaks), writer.write(reads));
        assert!(matches!(broken, Err(Refusal::Broken)), "{broken:?}");
        assert_eq!(beside.expect("reads"), before);
        let broken = writer.write_checked(breaks).await;
        assert!(matches!(broken, Err(Refusal::Broken)), "{broken:?}");
        assert_eq!(writer.write(reads).await.expect("reads"), before);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_request_that_refuses_after_it_has_written() {
        let home = tempfile::tempdir().expect("a folder");
        let db = super::super::open(&home.path().join("campanile.db")).expect("opens");
        let (writer, _) = Writer::start(db, Clock::system(), |_, _| {}, |_| {}).expect("starts");
        let before = writer.write(|writing| epoch(writing)).await.expect("reads");
        let half_way = |writing: &mut Writing<'_>| {
            set_epoch(writing, Uuid::nil())?;
            Err::<(), _>(Refusal::not_found())
        };
        assert!(writer.write(half_way).await.is_err());
        assert!(!writer.tally().failing.load(Relaxed));
        assert!(writer.write_checked(half_way).await.is_err());
        assert!(writer.tally().failing.load(Relaxed));
        let after = writer.write(|writing| epoch(writing)).await.expect("reads");
        assert_eq!(after, before);
        let good = |writing: &mut Writing<'_>| set_epoch(writing, Uuid::nil());
        writer.write_checked(good).await.expect("writes");
        let after = writer.write(|writing| epoch(writing)).await.expect("reads");
        assert_eq!(after, Uuid::nil());
    }
}
