//! Load: thousands of streams that are read, and publishers that send at a rate or as fast as they are answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
};

use crate::{
    backend::{Backend, GROUP},
    event::Epoch,
    http::{Connection, Request, find},
    sample::Sample,
};

/// How many streams are opened at once: a listener's queue is not endless.
const OPENING: usize = 64;
/// An event that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Open streams, one for each agent, read by one thread.
pub struct Streams {
    ages: mpsc::Receiver<Duration>,
    _runtime: tokio::runtime::Runtime,
}

impl Streams {
    /// Opens the streams of the agents `0..agents`, and returns once each was answered.
    pub fn open(backend: &dyn Backend, agents: usize, epoch: Epoch) -> Result<Self> {
        let (sender, ages) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let permits = Arc::new(Semaphore::new(OPENING));
        let mut opening = JoinSet::new();
        for agent in 0..agents {
            let request = backend.stream(agent).bytes();
            let (address, sender, permits) = (backend.address(), sender.clone(), permits.clone());
            let open = async move {
                let _permit = permits.acquire().await?;
                let mut stream = TcpStream::connect(address).await?;
                stream.write_all(&request).await?;
                let rest = pass_head(&mut stream).await?;
                tokio::spawn(follow(stream, rest, epoch, sender));
                anyhow::Ok(())
            };
            opening.spawn_on(open, runtime.handle());
        }
        runtime.block_on(async {
            while let Some(opened) = opening.join_next().await {
                opened??;
            }
            anyhow::Ok(())
        })?;
        Ok(Self {
            ages,
            _runtime: runtime,
        })
    }

    /// Forgets what came so far.
    pub fn drain(&self) {
        self.ages.try_iter().for_each(drop);
    }

    /// Returns how old the next `count` events were when they came; one that is lost is an error.
    pub fn collect(&self, count: usize) -> Result<Sample> {
        (0..count)
            .map(|come| {
                let age = self.ages.recv_timeout(PATIENCE);
                age.with_context(|| format!("of {count} events only {come} came"))
            })
            .collect()
    }
}

/// Reads the head of the answer, which must be a success, and returns what came behind it.
async fn pass_head(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        anyhow::ensure!(
            stream.read_buf(&mut bytes).await? > 0,
            "a stream was turned away"
        );
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]);
            anyhow::ensure!(
                head.starts_with("HTTP/1.1 200"),
                "a stream was answered: {head}"
            );
            return Ok(bytes.split_off(at + 4));
        }
    }
}

/// Tells the ages of all that comes, until the stream ends.
async fn follow(
    mut stream: TcpStream,
    mut bytes: Vec<u8>,
    epoch: Epoch,
    ages: mpsc::Sender<Duration>,
) {
    loop {
        let now = Instant::now();
        // An empty line ends a frame; what follows it is not whole yet.
        if let Some(end) = bytes.windows(2).rposition(|window| window == b"\n\n") {
            for age in epoch.ages(&bytes[..end], now) {
                // Nobody asks any more where the measurement is over.
                let _ = ages.send(age);
            }
            bytes.drain(..end);
        }
        if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
            return;
        }
    }
}

/// What is published.
pub struct Plan {
    /// How many events.
    pub events: u64,
    /// How many a second, all publishers together; as fast as they are answered where there is none.
    pub per_second: Option<u64>,
    /// How many requests may be under way.
    pub publishers: u64,
    /// To whom.
    pub to: To,
}

/// To whom an event goes.
#[derive(Clone, Copy)]
pub enum To {
    /// To one of so many agents, another each time.
    One {
        /// How many there are.
        of: usize,
    },
    /// To the group.
    Group,
}

impl Plan {
    /// Returns at how many streams the events arrive.
    pub fn arrivals(&self) -> usize {
        let each = match self.to {
            To::One { .. } => 1,
            To::Group => GROUP,
        };
        usize::try_from(self.events).unwrap_or(usize::MAX) * each
    }
}

/// Publishes as planned, and returns once all was answered.
pub fn publish(backend: &dyn Backend, plan: &Plan, epoch: Epoch) -> Result<()> {
    let next = AtomicU64::new(0);
    let run = epoch
        .text()
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .replace('@', "");
    let start = Instant::now();
    let publisher = || {
        let mut connection = Connection::open(backend.address())?;
        loop {
            let no = next.fetch_add(1, Relaxed);
            if no >= plan.events {
                return anyhow::Ok(());
            }
            if let Some(per_second) = plan.per_second {
                let due = start + Duration::from_nanos(no * 1_000_000_000 / per_second);
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            connection.ask(&request(
                backend,
                plan.to,
                &format!("{run}-{no}"),
                no,
                epoch,
            ))?;
        }
    };
    thread::scope(|scope| {
        let publishers: Vec<_> = (0..plan.publishers)
            .map(|_| scope.spawn(publisher))
            .collect();
        publishers.into_iter().try_for_each(|publisher| {
            publisher
                .join()
                .unwrap_or_else(|_| anyhow::bail!("a publisher panicked"))
        })
    })
}

fn request(backend: &dyn Backend, to: To, id: &str, no: u64, epoch: Epoch) -> Request {
    match to {
        To::One { of } => {
            // A prime step visits the agents in no order that a cache could guess.
            let agent = usize::try_from(no.wrapping_mul(2_654_435_761)).unwrap_or(0) % of;
            backend.publish(&[id.to_owned()], agent, &|| epoch.text())
        }
        To::Group => backend.publish_to_group(id, &epoch.text()),
    }
}
