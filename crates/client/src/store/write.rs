//! The transactions: what the session asks to keep, and what retention takes.

use campanile_core::{change::Change, time::Timestamp};
use campanile_protocol::changes::Deed;
use rusqlite::{Connection, OptionalExtension, ToSql};

use super::items;
use crate::effect::Kept;

/// The names of the facts.
pub const CURSOR: &str = "cursor";
/// The version of the desk that took in the log up to that cursor.
pub const VERSION: &str = "version";
/// The version of this desk.
pub const THIS_VERSION: &str = env!("CARGO_PKG_VERSION");
/// The life of the server's database.
pub const EPOCH: &str = "epoch";
/// The policy.
pub const POLICY: &str = "policy";
/// The scopes.
pub const SCOPES: &str = "scopes";
/// Set when notices were dropped from a backlog that had grown too large, until a snapshot has told all again.
pub const SHORT: &str = "short";

/// How many pages retention gives back to the disk at a time.
const VACUUM_PAGES: u32 = 2_000;

/// Adds what was done here.
pub fn add_changes(file: &Connection, all: &[Kept]) -> rusqlite::Result<()> {
    let mut add =
        file.prepare_cached("INSERT INTO change (id, at_ms, deed) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET answered = 0")?;
    for change in all.iter().flat_map(|kept| &kept.pending) {
        add.execute((change.id.0.as_bytes(), change.at.ms(), json(&change.deed)?))?;
    }
    Ok(())
}

/// Notes what the server has answered: it stays for a while, as after an epoch change it is pushed again.
/// What was taken back goes at once: it must never be pushed.
pub fn settle(file: &Connection, all: &[Kept]) -> rusqlite::Result<()> {
    let mut find = file.prepare_cached("SELECT deed FROM change WHERE id = ?1")?;
    let mut note = file.prepare_cached("UPDATE change SET answered = 1 WHERE id = ?1")?;
    let mut forget = file.prepare_cached("DELETE FROM change WHERE id = ?1")?;
    for id in all.iter().flat_map(|kept| &kept.settled) {
        let id = id.0.as_bytes();
        let deed: Option<Deed> = find.query_row([id], |row| items::json(row, 0)).optional()?;
        match deed {
            Some(deed) if !deed.is_for_the_moment() => note.execute([id])?,
            _ => forget.execute([id])?,
        };
    }
    for id in all.iter().flat_map(|kept| &kept.taken_back) {
        forget.execute([id.0.as_bytes()])?;
    }
    Ok(())
}

/// Forgets answered changes made before `before`.
pub fn prune_answered(file: &Connection, before: Timestamp) -> rusqlite::Result<()> {
    file.execute(
        "DELETE FROM change WHERE answered = 1 AND at_ms < ?1",
        [before.ms()],
    )
    .map(drop)
}

/// Writes what the server told and how far it was taken in; `short` says that something is missing from it.
pub fn inbox(file: &Connection, all: &[Kept], short: bool) -> rusqlite::Result<()> {
    for kept in all {
        write(file, kept)?;
    }
    if short {
        set_fact(file, SHORT, "1")?;
    }
    Ok(())
}

fn write(file: &Connection, kept: &Kept) -> rusqlite::Result<()> {
    for item in &kept.items {
        items::put(file, item)?;
    }
    let mut set_mark = file.prepare_cached(
        "UPDATE item SET mark = ?2, until_ms = ?3, marked_at_ms = ?4 WHERE id = ?1",
    )?;
    for (id, marked) in &kept.marks {
        let (mark, until) = items::mark_columns(marked.mark);
        set_mark.execute((id.0.as_bytes(), mark, until, marked.at.ms()))?;
    }
    each(
        file,
        "DELETE FROM item WHERE id = ?1",
        kept.forgotten.iter().map(|id| id.0.as_bytes()),
    )?;
    each(
        file,
        "UPDATE item SET seq = 0 WHERE id = ?1",
        kept.stranded.iter().map(|id| id.0.as_bytes()),
    )?;
    let mut choose = file.prepare_cached("INSERT OR REPLACE INTO cell (scope, kind, facet, value, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (cell, at) in &kept.cells {
        let value = cell.value.as_ref().map(ToString::to_string);
        choose.execute((
            cell.scope.to_string(),
            &cell.kind,
            &cell.facet,
            value,
            at.ms(),
        ))?;
    }
    for entry in &kept.entries {
        match &entry.change {
            Change::Policy { policy } => set_fact(file, POLICY, &json(policy)?)?,
            Change::Scopes { scopes } => set_fact(file, SCOPES, &json(scopes)?)?,
            _ => {}
        }
    }
    if let Some(cursor) = &kept.cursor {
        set_fact(file, CURSOR, cursor)?;
        set_fact(file, VERSION, THIS_VERSION)?;
    }
    if let Some(epoch) = kept.epoch {
        set_fact(file, EPOCH, &epoch.to_string())?;
        file.execute("DELETE FROM fact WHERE name = ?1", [SHORT])?;
    }
    each(
        file,
        "INSERT OR IGNORE INTO toasting (id) VALUES (?1)",
        kept.toasting.iter().map(|id| id.0.as_bytes()),
    )?;
    each(
        file,
        "DELETE FROM toasting WHERE id = ?1",
        kept.toasted.iter().map(|id| id.0.as_bytes()),
    )
}

/// Forgets notices that are neither unread nor put off, and happened and were marked before `before`. Says how many.
pub fn prune(file: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    let gone = file.execute(
        "DELETE FROM item WHERE mark IN (1, 3) AND marked_at_ms < ?1 AND time_ms < ?1",
        [before.ms()],
    )?;
    if gone > 0 {
        file.execute("DELETE FROM bell_row WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.row = bell_row.id)", [])?;
        file.execute_batch(&format!("PRAGMA incremental_vacuum({VACUUM_PAGES})"))?;
    }
    Ok(gone)
}

fn each<T: ToSql>(
    file: &Connection,
    sql: &str,
    ids: impl Iterator<Item = T>,
) -> rusqlite::Result<()> {
    let mut statement = file.prepare_cached(sql)?;
    for id in ids {
        statement.execute([id])?;
    }
    Ok(())
}

fn set_fact(file: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    file.prepare_cached("INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)")?
        .execute((name, value))
        .map(drop)
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
