//! Housekeeping: what retention forgets, a little at a time.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use campanile_core::time::{DAY_MS, Timestamp};
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
const ROWS_AT_ONCE: usize = 500;
/// So many agents or desks are looked at at once.
const AGENTS_AT_ONCE: usize = 50;
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
    let before = app.clock.now().plus_ms(-days.saturating_mul(DAY_MS));
    let agents = app.readers.read(|db| {
        let mut statement = db.prepare_cached("SELECT no FROM agents ORDER BY no")?;
        let agents = statement.query_map([], |row| row.get(0))?;
        Ok(agents.collect::<Result<Vec<AgentNo>, _>>()?)
    });
    for some in agents.await?.chunks(AGENTS_AT_ONCE) {
        let some = some.to_vec();
        while app
            .writer
            .write({
                let some = some.clone();
                move |writing| {
                    some.into_iter().try_fold(false, |more, agent| {
                        Ok(log::prune(writing.db, agent, before, ROWS_AT_ONCE)? || more)
                    })
                }
            })
            .await?
        {}
    }
    while app
        .writer
        .write(move |writing| rest(writing, before))
        .await?
    {}
    Ok(())
}

/// Keeps when which desk was last heard of.
pub async fn remember_the_seen(app: &App) {
    let seen: Vec<_> = app
        .access
        .devices()
        .iter()
        .map(|device| (device.no, device.seen_ms.load(Relaxed)))
        .collect();
    for some in seen.chunks(AGENTS_AT_ONCE) {
        let some = some.to_vec();
        let kept = app.writer.write(move |writing| {
            let sql = "UPDATE devices SET seen_at = ?2 WHERE no = ?1 AND coalesce(seen_at, 0) < ?2";
            for (no, ms) in some {
                writing.db.prepare_cached(sql)?.execute(params![no, ms])?;
            }
            Ok(())
        });
        if let Err(error) = kept.await {
            tracing::warn!(%error, "when the desks were last heard of could not be kept");
        }
    }
}

/// Forgets some of what is in no log, and says whether there is more.
fn rest(writing: &mut Writing<'_>, before: Timestamp) -> Result<bool, Refusal> {
    let now = writing.now;
    let mut more = false;
    for (sql, moment) in [
        // What somebody still has in the bell stays known, so that sending it again makes no double.
        (
            "DELETE FROM events WHERE (source, external) IN (SELECT source, external FROM events WHERE accepted_at < ?1 \
             AND NOT EXISTS (SELECT 1 FROM log WHERE log.event = events.id) LIMIT ?2)",
            before,
        ),
        (
            "DELETE FROM deliveries WHERE no IN \
             (SELECT no FROM deliveries WHERE outcome IS NOT NULL AND settled_at < ?1 LIMIT ?2)",
            before,
        ),
        (
            "DELETE FROM conversations WHERE (source, external) IN \
             (SELECT source, external FROM conversations WHERE told_at < ?1 LIMIT ?2)",
            before,
        ),
        (
            "DELETE FROM pushed WHERE (device, change) IN (SELECT device, change FROM pushed WHERE at < ?1 LIMIT ?2)",
            now.plus_ms(-PUSHED_LAST_MS),
        ),
        (
            "DELETE FROM webhooks WHERE (source, id) IN (SELECT source, id FROM webhooks WHERE at < ?1 LIMIT ?2)",
            now.plus_ms(-REMEMBERED_MS),
        ),
        (
            "DELETE FROM pairing_codes WHERE hash IN (SELECT hash FROM pairing_codes WHERE expires_at <= ?1 LIMIT ?2)",
            now,
        ),
    ] {
        let gone = writing
            .db
            .prepare_cached(sql)?
            .execute(params![moment.ms(), ROWS_AT_ONCE as i64])?;
        more |= gone == ROWS_AT_ONCE;
    }
    Ok(more)
}
