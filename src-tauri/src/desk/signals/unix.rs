//! SIGTERM, SIGINT and SIGHUP.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Waits for one of them.
pub async fn end() -> io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
        _ = hung_up.recv() => {}
    }
    Ok(())
}
