//! F19: a thousand desks lose their server together, and do not come back together.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_client::{
    effect::Following,
    message::{Link, Message},
    sync::{Command, Surroundings, Token, follow},
};
use campanile_tests::stage::{Signal, second::SecondDesk, server::Server, signal};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use url::Url;

use crate::row::{Course, Row};

pub const ROW: Row = Row {
    id: "F19",
    fault: "desk of many that lose their server together",
    full: 1_000,
    run: rounds,
};

/// Fewer tell nothing: a server lets so many come back at once.
const DESKS_LEAST: usize = 100;
/// A twentieth of a thousand in any second.
const BACK_IN_A_SECOND_MOST: usize = 50;
const STREAMS_PER_DEVICE: usize = 3;
const DEVICES_PER_AGENT: usize = 40;
/// How long a server is waited for by all of its desks.
const BACK_WITHIN: Duration = Duration::from_secs(360);
/// The server says how wide its desks shall spread with each sign of life.
const HEARTBEAT_MS: u64 = 500;

fn rounds(course: &Course) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(&folder.path().join("server"))?;
    server.kill()?;
    server
        .with("CAMPANILE_SERVER_PAIRING__TRIES_PER_MINUTE", 10_000)
        .with("CAMPANILE_SERVER_STREAM__HEARTBEAT_MS", HEARTBEAT_MS)
        .resume()?;
    let desks = DESKS_LEAST.max(course.rounds as usize);
    let tokens = tokens(&server, desks.div_ceil(STREAMS_PER_DEVICE))?;
    let runtime = Runtime::new()?;
    // In the long form long enough to be a good connection, after which a desk begins anew.
    let calm = match course.is_full {
        true => Duration::from_secs(35),
        false => Duration::from_millis(4 * HEARTBEAT_MS),
    };
    let crowd = runtime.block_on(Crowd::gather(&server, desks, calm, &tokens))?;
    let mut told = Vec::new();
    let (down, asked_s) = match course.is_full {
        true => (Duration::from_secs(20), 5),
        false => (Duration::from_secs(1), 1),
    };
    // Whoever stands before a server that is gone says 503, and when to come again.
    told.push(crowd.storm(&runtime, "killed behind a proxy", || {
        crowd.relay.ask_for(Some(asked_s));
        server.kill()?;
        thread::sleep(down);
        server.resume()
    })?);
    if course.is_full {
        crowd.relay.ask_for(None);
        told.push(crowd.storm(&runtime, "killed", || {
            server.kill()?;
            thread::sleep(down);
            server.resume()
        })?);
        told.push(crowd.storm(&runtime, "stopped for 60 s", || {
            signal(Signal::Stop, server.pid()?)?;
            thread::sleep(Duration::from_secs(60));
            signal(Signal::Go, server.pid()?)
        })?);
    }
    Ok(told.join("; "))
}

/// Pairs so many devices, with as many agents as they need.
fn tokens(server: &Server, devices: usize) -> Result<Vec<String>> {
    let agent = |device: usize| match device / DEVICES_PER_AGENT {
        0 => "mira".to_owned(),
        other => format!("crowd-{other}"),
    };
    let mut tokens = Vec::new();
    for device in 0..devices {
        if device > 0 && device.is_multiple_of(DEVICES_PER_AGENT) {
            server.add_agent(&agent(device))?;
        }
        let paired = SecondDesk::pair(&server.pairing_link_of(&agent(device))?)?;
        tokens.push(paired.token().to_owned());
    }
    Ok(tokens)
}

/// Desks that follow the server through a relay. Dropped, they are gone.
struct Crowd {
    relay: Arc<Relay>,
    desks: usize,
    /// For how long all is well before a storm.
    calm: Duration,
    connected: watch::Receiver<usize>,
    _following: JoinSet<()>,
}

impl Crowd {
    async fn gather(
        server: &Server,
        desks: usize,
        calm: Duration,
        tokens: &[String],
    ) -> Result<Self> {
        let relay = Arc::new(Relay::default());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = Url::parse(&format!("http://{}/", listener.local_addr()?))?;
        let mut following = JoinSet::new();
        following.spawn(relay.clone().run(listener, server.address()));
        let (count, connected) = watch::channel(0);
        for desk in 0..desks {
            let token = Token::new(&tokens[desk / STREAMS_PER_DEVICE]).context("a token")?;
            following.spawn(one_follows(base.clone(), token, count.clone()));
            // They are not what this is about yet.
            sleep(Duration::from_millis(2)).await;
        }
        let crowd = Self {
            relay,
            desks,
            calm,
            connected,
            _following: following,
        };
        crowd.until_connected().await?;
        Ok(crowd)
    }

    async fn until_connected(&self) -> Result<()> {
        let mut connected = self.connected.clone();
        let all = connected.wait_for(|count| *count == self.desks);
        let came = timeout(BACK_WITHIN, all).await;
        ensure!(
            came.is_ok(),
            "after {BACK_WITHIN:?} only {} of {} desks are connected",
            *self.connected.borrow(),
            self.desks
        );
        Ok(())
    }

    /// Lets something happen to the server, and counts how the desks come back.
    fn storm(
        &self,
        runtime: &Runtime,
        what: &str,
        happen: impl FnOnce() -> Result<()>,
    ) -> Result<String> {
        // Each has been told by then how wide to spread.
        thread::sleep(self.calm);
        self.relay.forget_calls();
        let began = Instant::now();
        happen()?;
        let gone = *self.connected.borrow();
        ensure!(gone < self.desks, "{what}: nobody noticed");
        runtime.block_on(self.until_connected())?;
        let took = began.elapsed();
        let (calls, most) = self.relay.calls();
        ensure!(
            most < BACK_IN_A_SECOND_MOST,
            "{what}: {most} of {} desks called within one second",
            self.desks
        );
        Ok(format!(
            "{what}: {} desks back in {took:.0?} by {calls} calls, {most} at the most in a second",
            self.desks
        ))
    }
}

/// Follows as the app does, and counts itself while it is connected.
async fn one_follows(base: Url, token: Token, connected: watch::Sender<usize>) {
    let (mailbox, mut messages) = mpsc::channel(64);
    let (commands, taken) = mpsc::channel(64);
    let following = Following {
        server: base,
        account: "one of many".to_owned(),
        cursor: None,
    };
    let follows = follow(
        following,
        token,
        Surroundings::of_this_machine(None),
        taken,
        mailbox,
    );
    let counts = async {
        let mut is_connected = false;
        while let Some(message) = messages.recv().await {
            let Message::From { message, .. } = message else {
                continue;
            };
            match *message {
                Message::Link(link) => {
                    let is_now = matches!(link, Link::Connected { .. });
                    connected.send_modify(|count| {
                        *count = *count + usize::from(is_now) - usize::from(is_connected);
                    });
                    is_connected = is_now;
                }
                Message::Snapshot(snapshot) => {
                    // Whoever follows no more needs no cursor.
                    let _ = commands.send(Command::Kept(snapshot.cursor)).await;
                }
                _ => {}
            }
        }
    };
    tokio::join!(follows, counts);
}

/// Stands between desks and server, and notes when each of them calls.
#[derive(Default)]
struct Relay {
    calls: Mutex<Vec<Instant>>,
    /// What it tells desks while the server is gone: when to come again. Without it they are hung up on.
    asks: Mutex<Option<u32>>,
}

impl Relay {
    async fn run(self: Arc<Self>, listener: TcpListener, server: String) {
        let mut open = JoinSet::new();
        while let Ok((desk, _)) = listener.accept().await {
            lock(&self.calls).push(Instant::now());
            open.spawn(self.clone().pass(desk, server.clone()));
            while open.try_join_next().is_some() {}
        }
    }

    async fn pass(self: Arc<Self>, mut desk: TcpStream, server: String) {
        match TcpStream::connect(server).await {
            // However it ends, both sides are hung up on.
            Ok(mut server) => drop(copy_bidirectional(&mut desk, &mut server).await),
            Err(_) => {
                let asked = *lock(&self.asks);
                if let Some(seconds) = asked {
                    let answer = format!(
                        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    );
                    // Its request is read first, or the answer goes lost with it.
                    let _ = desk.read(&mut [0; 4096]).await;
                    let _ = desk.write_all(answer.as_bytes()).await;
                }
            }
        }
    }

    fn ask_for(&self, seconds: Option<u32>) {
        *lock(&self.asks) = seconds;
    }

    fn forget_calls(&self) {
        lock(&self.calls).clear();
    }

    /// Returns how many calls there were, and how many at the most within any second, wherever it begins.
    fn calls(&self) -> (usize, usize) {
        let calls = lock(&self.calls);
        let within_a_second = |first: usize| {
            let end = calls[first] + Duration::from_secs(1);
            calls.partition_point(|call| *call < end) - first
        };
        let most = (0..calls.len()).map(within_a_second).max();
        (calls.len(), most.unwrap_or(0))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
