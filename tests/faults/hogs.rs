//! S18: whoever asks for more than his share, be it with a token: streams without number, bodies without end, a page of
//! everything, and connections for every file that the system allows.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    deadline, second::SecondDesk, server::Server, surroundings::Surroundings,
};
use reqwest::Client;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Runtime,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    process::{MIB, forget_peak, peak_bytes},
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "S18",
    fault: "stream asked for with one token, among bodies without end",
    full: 10_000,
    run: rounds,
};

/// So many streams has a device, whatever it asks for.
const STREAMS_MOST: usize = 3;
/// So many are asked for at the same time.
const AT_ONCE: usize = 50;
/// What all of it may cost the server.
const MORE_MOST_BYTES: u64 = 48 * MIB;
/// How long an answer to a hog may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
const HUNDRED_MB: usize = 100_000_000;
/// So many files may a server have open that more connections come to than that.
const FILES: &str = "--nofile=128:128";
const CONNECTIONS: usize = 300;
/// The most that a page holds.
const PAGE_MOST: usize = 500;

fn rounds(course: &Course) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(&folder.path().join("server"))?;
    let desk = SecondDesk::pair(&server.pairing_link()?)?;
    forget_peak(server.pid()?)?;
    let at_rest = peak_bytes(server.pid()?)?;
    let address: SocketAddr = server.address().parse()?;
    let asked = course.rounds as usize;
    Runtime::new()?.block_on(async {
        streams(address, &desk, &server, asked).await?;
        bodies(address, &server).await?;
        pages(&desk, &server).await?;
        files(folder.path()).await
    })?;
    let more = peak_bytes(server.pid()?)?.saturating_sub(at_rest);
    ensure!(
        more < MORE_MOST_BYTES,
        "the server took {} MiB more",
        more / MIB
    );
    Ok(format!(
        "{STREAMS_MOST} streams open at the end, bodies refused, a page of {PAGE_MOST}; the server took {} MiB more",
        more / MIB
    ))
}

/// Asks for streams, all with one token: but for three all end, and those three hear what is told.
async fn streams(
    address: SocketAddr,
    desk: &SecondDesk,
    server: &Server,
    asked: usize,
) -> Result<()> {
    let ask = format!(
        "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        desk.token()
    );
    let (ended, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut open = JoinSet::new();
    for stream in 0..asked {
        // The server ends one for each that comes: those that wait for that are few.
        wait(|| stream - ended.load(Relaxed) < AT_ONCE).await?;
        let mut connection = TcpStream::connect(address).await?;
        connection.write_all(ask.as_bytes()).await?;
        let (ended, heard) = (ended.clone(), heard.clone());
        open.spawn(async move {
            let (mut told, mut has_heard) = (Vec::new(), false);
            while connection
                .read_buf(&mut told)
                .await
                .is_ok_and(|read| read > 0)
            {
                if !has_heard && String::from_utf8_lossy(&told).contains("told-to-three") {
                    has_heard = true;
                    heard.fetch_add(1, Relaxed);
                }
            }
            ended.fetch_add(1, Relaxed);
        });
    }
    wait(|| ended.load(Relaxed) >= asked - STREAMS_MOST)
        .await
        .with_context(|| format!("{} of {asked} streams ended", ended.load(Relaxed)))?;
    server.source()?.insist("told-to-three").await?;
    wait(|| heard.load(Relaxed) == STREAMS_MOST).await?;
    ensure!(
        ended.load(Relaxed) == asked - STREAMS_MOST,
        "of {asked} streams {} ended",
        ended.load(Relaxed)
    );
    Ok(())
}

async fn wait(done: impl Fn() -> bool) -> Result<()> {
    let limit = deadline();
    while !done() {
        ensure!(Instant::now() < limit, "waited in vain");
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Sends what is too long, too deep and endless, several of each at once, with a token that is right.
async fn bodies(address: SocketAddr, server: &Server) -> Result<()> {
    let head = |length: &str| {
        format!(
            "POST /v1/ingest/acme HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n{length}\r\n\r\n",
            server.token()
        )
    };
    let deep = "[".repeat(1_000_000);
    let table = [
        (
            "413",
            head(&format!("Content-Length: {HUNDRED_MB}")),
            vec![b' '; 64 * 1024],
            HUNDRED_MB,
        ),
        (
            "413",
            head("Transfer-Encoding: chunked"),
            [b"10000\r\n".as_slice(), &[b' '; 64 * 1024], b"\r\n"].concat(),
            usize::MAX,
        ),
        (
            "400",
            head(&format!("Content-Length: {}", deep.len())),
            deep.clone().into_bytes(),
            deep.len(),
        ),
    ];
    let mut hogs = JoinSet::new();
    for (status, head, part, most) in table {
        for _ in 0..8 {
            let (head, part) = (head.clone(), part.clone());
            hogs.spawn(async move {
                let answer = timeout(ANSWER_WITHIN, pour(address, &head, &part, most)).await??;
                ensure!(
                    answer.starts_with(&format!("HTTP/1.1 {status} ")),
                    "{head:.40} was answered with {answer:?} and not {status}"
                );
                Ok(())
            });
        }
    }
    while let Some(hog) = hogs.join_next().await {
        hog??;
    }
    Ok(())
}

/// Sends a head, and the part again and again up to `most` bytes, whatever is answered; returns the answer.
async fn pour(address: SocketAddr, head: &str, part: &[u8], most: usize) -> Result<String> {
    let (mut from, mut to) = TcpStream::connect(address).await?.into_split();
    let pouring = async {
        to.write_all(head.as_bytes()).await?;
        let mut sent = 0;
        while sent < most {
            let part = &part[..part.len().min(most - sent)];
            to.write_all(part).await?;
            sent += part.len();
        }
        anyhow::Ok(())
    };
    let reading = async {
        let mut told = Vec::new();
        while !told.windows(4).any(|four| four == b"\r\n\r\n") {
            if from.read_buf(&mut told).await? == 0 {
                break;
            }
        }
        anyhow::Ok(String::from_utf8_lossy(&told).into_owned())
    };
    // A server that has had enough closes, which ends the pouring and not the reading.
    let (_, told) = tokio::join!(pouring, reading);
    told
}

/// Asks for a page of all that there is.
async fn pages(desk: &SecondDesk, server: &Server) -> Result<()> {
    let client = Client::builder().no_proxy().build()?;
    let ask = async |route: &str| {
        let url = format!("http://{}/v1/{route}", server.address());
        let answer = client.get(url).bearer_auth(desk.token()).send().await?;
        anyhow::Ok(answer.error_for_status()?.json::<Value>().await?)
    };
    let cursor = ask("snapshot").await?["cursor"]
        .as_str()
        .context("a cursor")?
        .to_owned();
    let source = server.source()?;
    for batch in 0..2 {
        let ids: Vec<_> = (0..PAGE_MOST).map(|id| format!("{batch}-{id}")).collect();
        let answer = source.send_all(&ids).await?;
        ensure!(answer.status.is_success(), "refused with {}", answer.status);
    }
    let page = ask(&format!("changes?limit=1000000000&after={cursor}")).await?;
    let count = page["entries"].as_array().context("entries")?.len();
    ensure!(count == PAGE_MOST, "a page of {count}");
    Ok(())
}

/// Takes each connection that there is: whoever was there is served as before, and the server has files for itself.
async fn files(folder: &Path) -> Result<()> {
    let few = Surroundings::default().under(["prlimit", FILES]);
    let server = Server::start_at(&folder.join("few-files"), "127.0.0.1", few)?;
    let platform = server.source()?;
    platform.insist("before").await?;
    let mut strangers = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stranger = TcpStream::connect(server.address()).await?;
        // Whoever has asked once may stay; whoever was turned away already may hear of it here.
        let _ = stranger
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .await;
        strangers.push(stranger);
    }
    let (turned_away, failed) = ("connections are turned away", "cannot be accepted");
    wait(|| server.log().contains(turned_away)).await?;
    let answer = platform.send_all(&["among them".to_owned()]).await?;
    ensure!(answer.status.is_success(), "refused with {}", answer.status);
    server.pairing_link()?;
    drop(strangers);
    server.source()?.insist("after").await?;
    let log = server.log();
    ensure!(
        log.matches(turned_away).count() == 1 && !log.contains(failed),
        "the log tells of it again and again: {log}"
    );
    Ok(())
}
