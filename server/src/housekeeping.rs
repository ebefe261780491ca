//! Housekeeping: what retention forgets, a little at a time.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use campanile_core::time::{DAY_MS, Timestamp};
use rusqlite::{Connection, params};

use crate::{
    app::App,
    refusal::Refusal,
    serve::Stopped,
    sources::replay::REMEMBERED_MS,
    store::{AgentNo, SourceNo, Writing, log},
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
    forget_events(app, before).await?;
    while app
        .writer
        .write(move |writing| rest(writing, before))
        .await?
    {}
    Ok(())
}

/// An event's place in the order in which they were accepted: when, from which source, under which id.
type Accepted = (i64, SourceNo, String);

/// Forgets old events that are in no log any more. What somebody still has in the bell stays known, so that sending it
/// again makes no double; it is passed by once, and while others write.
async fn forget_events(app: &App, before: Timestamp) -> Result<(), Refusal> {
    let mut passed: Accepted = (i64::MIN, SourceNo(0), String::new());
    loop {
        let from = passed.clone();
        let old = app.readers.read(move |db| old_events(db, &from, before));
        let old = old.await?;
        let Some((last, _)) = old.last() else {
            return Ok(());
        };
        passed = last.clone();
        let gone: Vec<_> = old
            .into_iter()
            .filter_map(|(event, is_kept)| (!is_kept).then_some(event))
            .collect();
        if gone.is_empty() {
            continue;
        }
        let forgotten = app.writer.write(move |writing| {
            let sql = "DELETE FROM events WHERE source = ?1 AND external = ?2";
            for (_, source, external) in gone {
                writing
                    .db
                    .prepare_cached(sql)?
                    .execute(params![source, external])?;
            }
            Ok(())
        });
        forgotten.await?;
    }
}

/// Returns some events that were accepted before `before`, after `passed`, and whether each is in a log.
fn old_events(
    db: &Connection,
    passed: &Accepted,
    before: Timestamp,
) -> Result<Vec<(Accepted, bool)>, Refusal> {
    let sql = "SELECT accepted_at, source, external, EXISTS (SELECT 1 FROM log WHERE log.event = events.id) FROM events \
               WHERE accepted_at < ?1 AND (accepted_at, source, external) > (?2, ?3, ?4) \
               ORDER BY accepted_at, source, external LIMIT ?5";
    let (at, source, external) = passed;
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(
        params![before.ms(), at, source, external, ROWS_AT_ONCE as i64],
        |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
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
        (
            "DELETE FROM deliveries WHERE no IN \
             (SELECT no FROM deliveries WHERE outcome IS NOT NULL AND settled_at < ?1 LIMIT ?2)",
            before,
        ),
        // What was never sent and is worth nothing any more.
        (
            "DELETE FROM deliveries WHERE no IN \
             (SELECT no FROM deliveries WHERE outcome IS NULL AND due_at < ?1 AND expires_at < ?1 LIMIT ?2)",
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
