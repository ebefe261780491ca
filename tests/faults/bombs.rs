//! F22: a server, or whoever stands in its place, answers with more than a desk can hold, and with lies: the desk stays small and comes back.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{Stage, deadline};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

use crate::{
    process::{MIB, peak_bytes},
    row::{Course, Row},
    tap,
};

pub const ROW: Row = Row {
    id: "F22",
    fault: "bomb or lie",
    full: 120,
    run: rounds,
};

const MEMORY_MOST_BYTES: u64 = 200 * MIB;
const PIECE_BYTES: usize = 64 * 1024;
/// A gigabyte of each, where the desk does not hang up.
const PIECES: usize = 16 * 1024;
const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const PROBLEM: &str =
    "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\n\r\n{\"code\":\"";
const HELLO: &str = "event: hello\ndata: {\"protocol\":1,\"epoch\":\"00000000-0000-0000-0000-000000000001\",\"now\":\"2026-11-21T08:30:05.000Z\",\"min_desk\":1}\n\n";
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What comes in the place of an answer: a beginning, and then the same again and again.
struct Bomb {
    what: &'static str,
    begins: String,
    again: Vec<u8>,
}

fn bombs() -> Vec<Bomb> {
    let stream = |more: &str| format!("{STREAM}{more}\r\n");
    let long = || vec![b'x'; PIECE_BYTES];
    let packed = || vec![0x1f; PIECE_BYTES];
    let headers = || b"X-Flood: 1\r\n".repeat(5_000);
    let bomb = |what, begins: String, again: Vec<u8>| Bomb {
        what,
        begins,
        again,
    };
    vec![
        // What a megabyte of it unpacks to is of no matter: it is not unpacked.
        bomb("gzip", stream("Content-Encoding: gzip\r\n"), packed()),
        bomb(
            "a line without an end",
            stream("") + HELLO + "data: ",
            long(),
        ),
        bomb("headers without an end", STREAM.into(), headers()),
        bomb(
            "an event without an end",
            stream("") + HELLO,
            [b"data: ", long().as_slice(), b"\n"].concat(),
        ),
        bomb("a problem without an end", PROBLEM.into(), long()),
        bomb(
            "a chunk without an end",
            stream(CHUNKED) + "fffffffffffffff\r\n" + HELLO + "data: ",
            long(),
        ),
        bomb("br", stream("Content-Encoding: br\r\n"), packed()),
        bomb("zstd", stream("Content-Encoding: zstd\r\n"), packed()),
        bomb(
            "gzip as a transfer",
            stream("Transfer-Encoding: gzip, chunked\r\n"),
            [
                format!("{PIECE_BYTES:x}\r\n").as_bytes(),
                &packed(),
                b"\r\n",
            ]
            .concat(),
        ),
        bomb(
            "a header without an end",
            format!("{STREAM}X-Flood: "),
            long(),
        ),
        bomb(
            "a length that lies",
            stream("Content-Length: 4\r\n") + HELLO,
            long(),
        ),
        bomb(
            "chunks that are none",
            stream(CHUNKED),
            b"zz\r\n".repeat(16_000),
        ),
        bomb(
            "extensions of a chunk without an end",
            stream(CHUNKED) + "1;",
            long(),
        ),
        bomb(
            "trailers without an end",
            stream(CHUNKED) + "0\r\n",
            headers(),
        ),
        bomb(
            "words before the answer",
            String::new(),
            b"HTTP/1.1 100 Continue\r\n\r\n".repeat(2_500),
        ),
    ]
}

fn rounds(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let mut stage = Stage::up()?;
    let way = runtime.block_on(Way::open(stage.server.address()))?;
    stage.app.pair(&way.link(&stage.server.pairing_link()?)?)?;
    let connected = |stage: &Stage| stage.app.ask_until(|status| status["connected"] == true);
    connected(&stage)?;
    let bombs: Vec<_> = bombs().into_iter().map(Arc::new).collect();
    let mut most = 0;
    for (round, bomb) in (0..course.rounds).zip(bombs.iter().cycle()) {
        stage.app.quit()?;
        way.bombs(Some(bomb.clone()));
        stage.app.start()?;
        let came_to = way.until_burst();
        came_to.with_context(|| format!("round {round}: {}", bomb.what))?;
        // It lives, and answers.
        stage.app.status()?;
        let peak = peak_bytes(stage.app.pid()?)?;
        ensure!(
            peak < MEMORY_MOST_BYTES,
            "round {round}: of {} the desk took {} MiB",
            bomb.what,
            peak / MIB
        );
        most = peak.max(most);
    }
    way.bombs(None);
    stage.app.quit()?;
    stage.app.start()?;
    connected(&stage)?;
    Ok(format!(
        "of {} kinds {} MiB at the most, and connected again",
        bombs.len().min(course.rounds as usize),
        most / MIB
    ))
}

/// A way to the server on which bombs may come instead.
struct Way {
    port: u16,
    bomb: Mutex<Option<Arc<Bomb>>>,
    /// Whether a desk has had all of the last one that it would take.
    has_burst: AtomicBool,
}

impl Way {
    async fn open(server: String) -> Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let way = Arc::new(Self {
            port: listener.local_addr()?.port(),
            bomb: Mutex::default(),
            has_burst: AtomicBool::new(false),
        });
        let standing = way.clone();
        tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                let (way, server) = (standing.clone(), server.clone());
                // However it ends, the desk comes again.
                tokio::spawn(async move { way.pass(desk, server).await });
            }
        });
        Ok(way)
    }

    async fn pass(&self, mut desk: TcpStream, server: String) -> Result<()> {
        let bomb = self.lock().clone();
        let Some(bomb) = bomb else {
            let mut server = TcpStream::connect(server).await?;
            copy_bidirectional(&mut desk, &mut server).await?;
            return Ok(());
        };
        desk.read_buf(&mut Vec::new()).await?;
        let mut sent = desk.write_all(bomb.begins.as_bytes()).await;
        for _ in 0..PIECES {
            if sent.is_err() {
                break;
            }
            sent = desk.write_all(&bomb.again).await;
        }
        self.has_burst.store(true, Relaxed);
        Ok(())
    }

    fn bombs(&self, bomb: Option<Arc<Bomb>>) {
        *self.lock() = bomb;
        self.has_burst.store(false, Relaxed);
    }

    fn until_burst(&self) -> Result<()> {
        let limit = deadline();
        while !self.has_burst.load(Relaxed) {
            ensure!(Instant::now() < limit, "the desk still listens to it");
            thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// Returns a link that leads this way.
    fn link(&self, link: &str) -> Result<String> {
        tap::through(self.port, link)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Bomb>>> {
        self.bomb.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
