//! Rows on the disk: one thread writes, and whatever waits shares its next commit.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
};

use anyhow::Result;
use rusqlite::Connection;
use tokio::sync::oneshot;

/// The most requests of one commit.
const TOGETHER: usize = 512;

/// An agent, and what the agent is told.
type Row = (String, String);
type Request = (Vec<Row>, oneshot::Sender<()>);

/// The door to the writer.
pub struct Rows {
    /// How many transactions there were.
    pub commits: Arc<AtomicU64>,
    requests: mpsc::Sender<Request>,
}

impl Rows {
    /// Opens the database in `folder`, and starts the writer.
    pub fn open(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let db = Connection::open(folder.join("floor.db"))?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE rows (no INTEGER PRIMARY KEY, agent TEXT, text TEXT);",
        )?;
        let (requests, arriving) = mpsc::channel();
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        thread::spawn(move || {
            if let Err(error) = write(&db, &arriving, &counted) {
                eprintln!("campanile-bench: the floor cannot write: {error}");
                std::process::exit(1);
            }
        });
        Ok(Self { commits, requests })
    }

    /// Returns once the rows are on the disk.
    pub async fn keep(&self, rows: Vec<Row>) {
        let (done, kept) = oneshot::channel();
        // The writer ends only with the process.
        let _ = self.requests.send((rows, done));
        let _ = kept.await;
    }
}

fn write(
    db: &Connection,
    arriving: &mpsc::Receiver<Request>,
    commits: &AtomicU64,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO rows (agent, text) VALUES (?1, ?2)")?;
    let mut waiting = Vec::with_capacity(TOGETHER);
    while let Ok(first) = arriving.recv() {
        db.execute_batch("BEGIN IMMEDIATE")?;
        for (rows, done) in std::iter::once(first).chain(arriving.try_iter().take(TOGETHER - 1)) {
            for row in rows {
                insert.execute(row)?;
            }
            waiting.push(done);
        }
        db.execute_batch("COMMIT")?;
        commits.fetch_add(1, Relaxed);
        for done in waiting.drain(..) {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
    }
    Ok(())
}
