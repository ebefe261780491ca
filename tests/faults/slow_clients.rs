//! F14: strangers and desks that take their time, as many as there may be, beside a platform that works.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{deadline, second::SecondDesk, server::Server, source::Source};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    runtime::Runtime,
    task::JoinSet,
    time::sleep,
};

use crate::{
    process::{MIB, forget_peak, peak_bytes},
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F14",
    fault: "slow client",
    full: 1_000,
    run: rounds,
};

/// What a platform's requests are measured in: the median of several batches says more than one long one.
const BATCHES: usize = 5;
const STREAMS_PER_DESK: usize = 3;
const DESKS_PER_AGENT: usize = 40;
/// What each slow client may cost the server, however long it takes, but for bodies.
const EACH_MOST_BYTES: u64 = 64 * 1024;
/// What the bodies of all who have not proven who they are may cost together.
const BODIES_MOST_BYTES: u64 = 64 * MIB;
/// What the work beside them may.
const WORK_MOST_BYTES: u64 = 24 * MIB;
/// What a slow body begins with: those of a third of a thousand are far more than there is room for.
const BODY_BEGINS_BYTES: usize = 600_000;
/// What a machine that has other things to do may add.
const NOISE: Duration = Duration::from_millis(10);
/// How often a slow client sends a byte, and for how long it keeps a stream that it does not read.
const A_BYTE_EACH: Duration = Duration::from_millis(500);
const UNREAD_FOR: Duration = Duration::from_secs(20);
/// How soon one comes again that the server has let go, and one that it refused.
const AWAY_FOR: Duration = Duration::from_millis(100);
const REFUSED_FOR: Duration = Duration::from_secs(20);
/// Whoever stood for less was refused.
const REFUSED_WITHIN: Duration = Duration::from_secs(5);

fn rounds(course: &Course) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(&folder.path().join("server"))?;
    server.kill()?;
    server
        .with("CAMPANILE_SERVER_PAIRING__TRIES_PER_MINUTE", 10_000)
        .resume()?;
    let witness = SecondDesk::pair(&server.pairing_link()?)?;
    let slow = course.rounds as usize;
    let desks = (slow / 3).div_ceil(STREAMS_PER_DESK);
    let tokens = (0..desks)
        .map(|desk| token(&server, desk))
        .collect::<Result<Vec<_>>>()?;
    let source = server.source()?;
    Runtime::new()?.block_on(async {
        let mut sent = Vec::new();
        let each = if course.is_full { 400 } else { 60 };
        let before = measure(&source, each, &mut sent).await?;
        forget_peak(server.pid()?)?;
        let at_rest = peak_bytes(server.pid()?)?;
        let attack = Attack::begin(&server, slow, &tokens)?;
        attack.stands(slow).await?;
        let beside = measure(&source, each, &mut sent).await?;
        attack.stands(slow).await?;
        let more = peak_bytes(server.pid()?)?.saturating_sub(at_rest);
        drop(attack);
        let bodies = BODIES_MOST_BYTES.min((slow / 3 * BODY_BEGINS_BYTES) as u64);
        let most = WORK_MOST_BYTES + EACH_MOST_BYTES * slow as u64 + bodies;
        ensure!(
            more < most,
            "the server took {} MiB for {slow} slow clients",
            more / MIB
        );
        ensure!(
            beside.median < before.median * 3 + NOISE,
            "a request took {:?} beside slow clients, and {:?} before",
            beside.median,
            before.median
        );
        if course.is_full {
            ensure!(
                beside.slowest < before.slowest * 2 + NOISE,
                "99 of 100 requests took up to {:?} beside slow clients, and {:?} before",
                beside.slowest,
                before.slowest
            );
        }
        Ok((before, beside, more, sent))
    })
    .and_then(|(before, beside, more, mut sent)| {
        let mut found = witness.conversations()?;
        found.sort_unstable();
        sent.sort_unstable();
        ensure!(found == sent, "accepted {}, found {}", sent.len(), found.len());
        Ok(format!(
            "{} accepted, 0 lost; a request took {:.1?} (p99 {:.1?}) before and {:.1?} (p99 {:.1?}) beside them; the server took {} MiB more",
            sent.len(), before.median, before.slowest, beside.median, beside.slowest, more / MIB
        ))
    })
}

/// Pairs a desk, the first ones with the agent who is told of everything.
fn token(server: &Server, desk: usize) -> Result<String> {
    let agent = match desk / DESKS_PER_AGENT {
        0 => "mira".to_owned(),
        other => format!("slow-{other}"),
    };
    if desk > 0 && desk.is_multiple_of(DESKS_PER_AGENT) {
        server.add_agent(&agent)?;
    }
    let desk = SecondDesk::pair(&server.pairing_link_of(&agent)?)?;
    Ok(desk.token().to_owned())
}

/// How long requests took.
struct Took {
    /// Half of them at the most, in the median batch.
    median: Duration,
    /// 99 of 100 at the most, in the median batch.
    slowest: Duration,
}

/// Sends batches of events, one after another, and notes which.
async fn measure(source: &Source, each: usize, sent: &mut Vec<String>) -> Result<Took> {
    // Enough for the buffers of whoever does not read.
    let text = "A parcel that did not come. ".repeat(140);
    let (mut medians, mut slowest) = (Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        let mut took = Vec::new();
        for _ in 0..each {
            let id = sent.len().to_string();
            let began = Instant::now();
            let answer = source.send_all_saying(&[&id], &text).await?;
            took.push(began.elapsed());
            ensure!(answer.status.is_success(), "refused with {}", answer.status);
            sent.push(id);
        }
        took.sort_unstable();
        medians.push(took[took.len() / 2]);
        slowest.push(took[took.len() * 99 / 100]);
    }
    medians.sort_unstable();
    slowest.sort_unstable();
    Ok(Took {
        median: medians[BATCHES / 2],
        slowest: slowest[BATCHES / 2],
    })
}

/// The slow clients. Dropped, they are gone.
struct Attack {
    clients: JoinSet<()>,
    standing: Arc<AtomicU32>,
}

impl Attack {
    /// A third each: heads that never end, bodies that never end, and streams that nobody reads.
    fn begin(server: &Server, slow: usize, tokens: &[String]) -> Result<Self> {
        let address: SocketAddr = server.address().parse()?;
        // A signature proves something only once the body is there.
        let body = format!(
            "POST /v1/ingest/acme HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\nwebhook-id: a\r\nwebhook-timestamp: 1\r\nwebhook-signature: v1,{}=\r\n\r\n{}",
            "A".repeat(43),
            " ".repeat(BODY_BEGINS_BYTES)
        );
        let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_owned();
        let standing = Arc::new(AtomicU32::new(0));
        let mut clients = JoinSet::new();
        for client in 0..slow {
            let from = SocketAddr::from(([127, 0, 7, (client % 250) as u8 + 1], 0));
            let (opening, habit) = match client % 3 {
                0 => (head.clone(), Habit::Dribbles),
                1 => (body.clone(), Habit::Dribbles),
                _ => {
                    let token = &tokens[client / 3 / STREAMS_PER_DESK];
                    let ask = format!(
                        "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
                    );
                    (ask, Habit::LeavesUnread)
                }
            };
            clients.spawn(again(standing.clone(), address, from, opening, habit));
        }
        Ok(Self { clients, standing })
    }

    /// Waits until most stand at the same moment: there is not room for all bodies.
    async fn stands(&self, slow: usize) -> Result<()> {
        let limit = deadline();
        while (self.standing.load(Relaxed) as usize) < slow * 7 / 10 {
            ensure!(
                Instant::now() < limit && !self.clients.is_empty(),
                "only {} of {slow} slow clients stand",
                self.standing.load(Relaxed)
            );
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// What a slow client does after its opening.
#[derive(Clone, Copy)]
enum Habit {
    /// It goes on byte by byte.
    Dribbles,
    /// It does not read what comes.
    LeavesUnread,
}

/// Connects, does what it came for until the server has had enough, and comes again.
async fn again(
    standing: Arc<AtomicU32>,
    to: SocketAddr,
    from: SocketAddr,
    opening: String,
    habit: Habit,
) {
    loop {
        if let Ok(stream) = connect(to, from).await {
            standing.fetch_add(1, Relaxed);
            let began = Instant::now();
            let _ = linger(stream, &opening, habit).await;
            standing.fetch_sub(1, Relaxed);
            if began.elapsed() < REFUSED_WITHIN {
                sleep(REFUSED_FOR).await;
            }
        }
        sleep(AWAY_FOR).await;
    }
}

/// Connects with as little room for what comes as there may be.
async fn connect(to: SocketAddr, from: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4 * 1024)?;
    socket.bind(from)?;
    socket.connect(to).await.context("connect")
}

async fn linger(mut stream: TcpStream, opening: &str, habit: Habit) -> Result<()> {
    stream.write_all(opening.as_bytes()).await?;
    match habit {
        Habit::Dribbles => loop {
            sleep(A_BYTE_EACH).await;
            stream.write_all(b" ").await?;
        },
        Habit::LeavesUnread => sleep(UNREAD_FOR).await,
    }
    Ok(())
}
