//! `serve`: the server, until it is told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use super::output;
use crate::{clock::Clock, config::Config, serve::Server};

/// So many open files the server keeps for itself, or half of all where there are few: its database, its sockets, its log.
const FILES_OF_ITS_OWN: u64 = 64;

/// Runs the server until Ctrl-C or SIGTERM.
pub async fn serve(mut config: Config) -> anyhow::Result<()> {
    log(&config)?;
    let files = allow_files();
    let room = usize::try_from(files - FILES_OF_ITS_OWN.min(files / 2)).unwrap_or(usize::MAX);
    config.connections.most = config.connections.most.min(room);
    let running = Server::start(config, Clock::system()).await?;
    output::text(&format!("campanile-server listens on {}", running.base()));
    stopped().await?;
    running.shutdown().await;
    Ok(())
}

/// Asks for as many open files as the system allows, and returns how many there may be: each connection is one, and the
/// usual limit is a thousand.
fn allow_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the number of open files stays as it is");
            limit.current
        }
    };
    allowed.unwrap_or(u64::MAX)
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn stopped() -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Logs to standard error, as the configuration says; bugs, too.
pub fn log(config: &Config) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(&config.log).map_err(|error| anyhow::anyhow!("`log`: {error}"))?;
    let lines = tracing_subscriber::fmt::layer()
        // A log that cannot be written, as on a full disk, is told to nobody: telling it on the same terminal panics.
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .with_filter(filter)
        // A library at its most talkative prints headers, and a header may hold a token.
        .with_filter(filter_fn(|about| about.target().starts_with("campanile")));
    tracing_subscriber::registry().with(lines).init();
    campanile_panics::tell();
    Ok(())
}
