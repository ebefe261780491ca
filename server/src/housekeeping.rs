//! Housekeeping: what retention forgets, a little at a time.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use campanile_core::{
    change::Seq,
    time::{DAY_MS, Timestamp},
};
use rusqlite::params;

use crate::{
    app::App,
    refusal::Refusal,
    serve::Stopped,
    sources::replay::REMEMBERED_MS,
    store::{AgentNo, Writing, log},
};

/// So often does it look.
const EVERY: Duration = Duration::from_secs(600);
/// So many rows go at once, so that nobody waits for it.
const ROWS_AT_ONCE: i64 = 2_000;
/// What a desk pushed is remembered so long: after a restore it pushes the last 7 days again (design 10.6).
const PUSHED_LAST_MS: i64 = 30 * DAY_MS;

/// Looks every now and then, until the server stops.
pub async fn run(app: App, stopped: Stopped) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                remember_the_seen(&app).await;
                if let Err(error) = forget(&app).await {
                    tracing::warn!(%error, "what is old could not be forgotten; it is tried again later");
                }
            }
            () = stopped.wait() => return,
        }
    }
}

/// Forgets all that is older than retention says.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub async fn forget(app: &App) -> Result<(), Refusal> {
    let days = i64::from(app.config.retention_days);
    loop {
        let before = app.clock.now().plus_ms(-days.saturating_mul(DAY_MS));
        if app
            .writer
            .write(move |writing| some(writing, before))
            .await?
            == 0
        {
            return Ok(());
        }
    }
}

/// Keeps when which desk was last heard of.
pub async fn remember_the_seen(app: &App) {
    let seen: Vec<_> = app
        .access
        .devices()
        .iter()
        .map(|device| (device.no, device.seen_ms.load(Relaxed)))
        .collect();
    let kept = app.writer.write(move |writing| {
        let sql = "UPDATE devices SET seen_at = ?2 WHERE no = ?1 AND coalesce(seen_at, 0) < ?2";
        for (no, ms) in seen {
            writing.db.prepare_cached(sql)?.execute(params![no, ms])?;
        }
        Ok(())
    });
    if let Err(error) = kept.await {
        tracing::warn!(%error, "when the desks were last heard of could not be kept");
    }
}

/// Forgets some of it, and returns how many rows went.
fn some(writing: &mut Writing<'_>, before: Timestamp) -> Result<usize, Refusal> {
    let now = writing.now;
    let mut gone = 0;
    let agents: Vec<_> = writing
        .directory
        .agents()
        .map(|agent| (agent.no, agent.head))
        .collect();
    for (agent, head) in agents {
        gone += prune(writing, agent, head, before)?;
        if gone >= ROWS_AT_ONCE as usize {
            return Ok(gone);
        }
    }
    for sql in [
        // What somebody still has in the bell stays known, so that sending it again makes no double.
        "DELETE FROM events WHERE no IN (SELECT no FROM events WHERE accepted_at < ?1 \
         AND NOT EXISTS (SELECT 1 FROM log WHERE log.event = events.id) ORDER BY no LIMIT ?2)",
        "DELETE FROM deliveries WHERE no IN (SELECT no FROM deliveries WHERE outcome IS NOT NULL \
         AND settled_at < ?1 LIMIT ?2)",
    ] {
        gone += writing
            .db
            .prepare_cached(sql)?
            .execute(params![before.ms(), ROWS_AT_ONCE])?;
    }
    for (sql, ms) in [
        (
            "DELETE FROM pushed WHERE at < ?1",
            now.ms() - PUSHED_LAST_MS,
        ),
        (
            "DELETE FROM webhooks WHERE at < ?1",
            now.ms() - REMEMBERED_MS,
        ),
        ("DELETE FROM pairing_codes WHERE expires_at <= ?1", now.ms()),
        ("DELETE FROM conversations WHERE told_at < ?1", before.ms()),
    ] {
        writing.db.prepare_cached(sql)?.execute([ms])?;
    }
    Ok(gone)
}

/// Removes old entries from one log: not the last, by which cursors are checked, and nothing that is unread.
fn prune(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    head: Seq,
    before: Timestamp,
) -> Result<usize, Refusal> {
    let old = log::old(writing.db, agent, head, before, ROWS_AT_ONCE)?;
    let Some(last) = old.last() else { return Ok(0) };
    writing
        .db
        .prepare_cached("UPDATE agents SET pruned_to = max(pruned_to, ?2) WHERE no = ?1")?
        .execute(params![agent, last.0])?;
    for seq in &old {
        log::remove(writing.db, agent, *seq)?;
    }
    Ok(old.len())
}
