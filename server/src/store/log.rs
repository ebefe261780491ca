//! The log of each agent in the tables: reading it, and removing what is old.

mod arrival;
mod stored;

use std::ops::ControlFlow;

use campanile_core::{change::Seq, preferences::Cell, time::Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::AgentNo;
use crate::{directory::load, refusal::Refusal};

pub use arrival::{Arrival, conversation_hash};
pub use stored::Stored;

/// Returns the last entry of a log; 0 if it has none.
pub fn head(db: &Connection, agent: AgentNo) -> rusqlite::Result<Seq> {
    let sql = "SELECT max(seq) FROM (SELECT max(seq) AS seq FROM log WHERE agent = ?1 AND live = 0 \
               UNION ALL SELECT max(seq) FROM log WHERE agent = ?1 AND live = 1)";
    let last: Option<i64> = db
        .prepare_cached(sql)?
        .query_row([agent], |row| row.get(0))?;
    Ok(Seq(last.unwrap_or_default()))
}

/// Calls `take` with the entries after `after`, as the stream carries them, until it says that it has enough.
pub fn since(
    db: &Connection,
    agent: AgentNo,
    after: Seq,
    mut take: impl FnMut(Seq, String) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    // Two walks along the index that are merged as they go: neither is sorted, nor read further than is wanted.
    let sql = "SELECT seq, body FROM log WHERE agent = ?1 AND live = 0 AND seq > ?2 \
               UNION ALL SELECT seq, body FROM log WHERE agent = ?1 AND live = 1 AND seq > ?2 ORDER BY seq";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![agent, after.0])?;
    while let Some(row) = rows.next()? {
        if take(Seq(row.get(0)?), row.get(1)?).is_break() {
            break;
        }
    }
    Ok(())
}

/// Returns one entry, as the stream carries it.
pub fn body(db: &Connection, agent: AgentNo, seq: Seq) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT body FROM log WHERE agent = ?1 AND live IN (0, 1) AND seq = ?2")?
        .query_row(params![agent, seq.0], |row| row.get(0))
        .optional()
}

/// Removes some of what is older than `before` from a log, and says whether there may be more.
///
/// The last entry stays, as cursors are checked by it, and so does what is unread or snoozed.
pub fn prune(
    db: &Connection,
    agent: AgentNo,
    before: Timestamp,
    limit: usize,
) -> rusqlite::Result<bool> {
    let edge: i64 = db
        .prepare_cached("SELECT pruned_to FROM agents WHERE no = ?1")?
        .query_row([agent], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let head = head(db, agent)?.0;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // What stayed behind the edge because it was unread, and was read since.
    let left = "DELETE FROM log WHERE no IN \
                (SELECT no FROM log WHERE agent = ?1 AND live = 0 AND seq <= ?2 AND seq < ?3 LIMIT ?4)";
    let gone = db
        .prepare_cached(left)?
        .execute(params![agent, edge, head, limit])?;
    // From the edge on, entry by entry: it ends at the first that is not old, however long the log is.
    let sql = "SELECT no, seq, at, live FROM log WHERE agent = ?1 AND live = 0 AND seq > ?2 AND seq < ?3 \
               UNION ALL SELECT no, seq, at, live FROM log WHERE agent = ?1 AND live = 1 AND seq > ?2 AND seq < ?3 \
               ORDER BY seq LIMIT ?4";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![agent, edge, head, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let rows: Vec<(i64, i64, i64, bool)> = rows.collect::<Result<_, _>>()?;
    let old: Vec<_> = rows
        .into_iter()
        .take_while(|(_, _, at, _)| *at < before.ms())
        .collect();
    let Some((_, last, ..)) = old.last() else {
        return Ok(gone > 0);
    };
    db.prepare_cached("UPDATE agents SET pruned_to = ?2 WHERE no = ?1")?
        .execute(params![agent, last])?;
    for (no, ..) in old.iter().filter(|(.., live)| !live) {
        db.prepare_cached("DELETE FROM log WHERE no = ?1")?
            .execute([no])?;
    }
    Ok(true)
}

/// Removes an agent's whole log.
pub fn erase(db: &Connection, agent: AgentNo) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM log WHERE agent = ?1")?
        .execute([agent])?;
    Ok(())
}

/// Returns an agent's choices and when they were meant.
///
/// # Errors
/// [`Refusal::Store`] if they cannot be read.
pub fn cells(db: &Connection, agent: AgentNo) -> Result<Vec<(Cell, Timestamp)>, Refusal> {
    let mut statement =
        db.prepare_cached("SELECT scope, kind, facet, value, at FROM cells WHERE agent = ?1")?;
    let mut rows = statement.query([agent])?;
    let mut cells = Vec::new();
    while let Some(row) = rows.next()? {
        cells.push(load::cell(row)?);
    }
    Ok(cells)
}
