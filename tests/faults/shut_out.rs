//! F43: a desk is shut out while it listens, stands still or is away, and an agent is removed: the stream ends, and the desk says so.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{Signal, app::App, server::Server, signal};
use tokio::{runtime::Runtime, time::sleep};

use crate::row::{Course, Row, Slowest};

pub const ROW: Row = Row {
    id: "F43",
    fault: "desk shut out, or its agent removed",
    full: 80,
    run: rounds,
};

/// How soon the server has ended the stream.
const ENDED_WITHIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

fn rounds(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(&folder.path().join("server"))?;
    let metrics = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    server.kill()?;
    server
        .with("CAMPANILE_SERVER_METRICS_LISTEN", metrics)
        .with("CAMPANILE_SERVER_PAIRING__TRIES_PER_MINUTE", 10_000)
        .resume()?;
    let mut app = App::at(&folder.path().join("desk"))?;
    app.start()?;
    let mut slowest = Slowest::default();
    for round in 0..course.rounds {
        let agent = format!("guest-{round}");
        server.add_agent(&agent)?;
        app.pair(&server.pairing_link_of(&agent)?)?;
        app.ask_until(|status| status["connected"] == true)?;
        let shut_out = || server.shut_out(&agent);
        let ended = || runtime.block_on(until_ended(metrics));
        match round % 4 {
            0 => shut_out()?,
            1 => {
                signal(Signal::Stop, app.pid()?)?;
                let told = shut_out().and_then(|()| ended());
                signal(Signal::Go, app.pid()?)?;
                told.with_context(|| format!("round {round}: of a desk that stands still"))?;
            }
            2 => server.remove_agent(&agent)?,
            _ => {
                app.quit()?;
                shut_out()?;
                app.start()?;
            }
        }
        slowest.time(round, || {
            app.ask_until(|status| status["link"]["state"] == "signed_out")
        })?;
        ended().with_context(|| format!("round {round}"))?;
    }
    Ok(format!("signed out within {slowest}, each stream ended"))
}

/// Waits until the server has no stream open.
async fn until_ended(metrics: std::net::SocketAddr) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let limit = Instant::now() + ENDED_WITHIN;
    loop {
        let told = client
            .get(format!("http://{metrics}/metrics"))
            .send()
            .await?;
        if told.text().await?.contains("\ncampanile_streams 0\n") {
            return Ok(());
        }
        ensure!(
            Instant::now() < limit,
            "its stream is still open after {ENDED_WITHIN:?}"
        );
        sleep(LOOK_AGAIN).await;
    }
}
