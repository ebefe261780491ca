//! What the store held at the start.

use campanile_core::{
    change::Seq,
    event::RowKey,
    ids::{ChangeId, Epoch, EventId},
    inbox::{Inbox, RowHash, Stored},
    preferences::{Cell, Scope},
    time::{DAY_MS, Timestamp},
};
use campanile_protocol::changes::PushedChange;
use rusqlite::{Connection, OptionalExtension, Row, types::Type};

use super::{items, write};
use crate::message::Loaded;

/// The most notices that are loaded in full. The others are known by their state, and read from the store when asked for.
pub const LOADED_MOST: usize = 2_000;
/// The most notices that are known at the start though they are neither unread nor put off: the last ones marked.
pub const MARKED_MOST: usize = 100_000;
/// For how long answered changes are kept, to be pushed again after an epoch change (design 10.6).
pub const ANSWERED_MS: i64 = 7 * DAY_MS;

/// Reads what waits and what was answered of late.
pub fn changes(file: &Connection, now: Timestamp) -> rusqlite::Result<Loaded> {
    let read = |row: &Row<'_>| {
        let id = ChangeId(items::uuid(row, 0)?);
        Ok(PushedChange {
            id,
            at: Timestamp::from_ms(row.get(1)?),
            deed: items::json(row, 2)?,
        })
    };
    let mut select = file.prepare(
        "SELECT id, at_ms, deed FROM change WHERE answered = ?1 AND at_ms >= ?2 ORDER BY n",
    )?;
    let pending = select
        .query_map((0, i64::MIN), read)?
        .collect::<Result<_, _>>()?;
    let answered = select
        .query_map((1, now.plus_ms(-ANSWERED_MS).ms()), read)?
        .collect::<Result<_, _>>()?;
    Ok(Loaded {
        pending,
        answered,
        ..Loaded::default()
    })
}

/// Reads what the server told.
pub fn inbox(file: &Connection) -> rusqlite::Result<Loaded> {
    let short: bool = fact(file, write::SHORT)?.is_some();
    // What another version could not read it has passed over: only a snapshot tells it again (design 10.1).
    let goes_on = !short && fact(file, write::VERSION)?.as_deref() == Some(write::THIS_VERSION);
    let toasting = toasting(file)?;
    Ok(Loaded {
        inbox: state(file)?,
        items: in_full(file)?,
        cells: cells(file)?,
        policy: parsed(file, write::POLICY)?,
        scopes: parsed(file, write::SCOPES)?,
        cursor: fact(file, write::CURSOR)?.filter(|_| goes_on),
        epoch: fact(file, write::EPOCH)?.and_then(|text| Epoch::parse(&text)),
        toasting,
        ..Loaded::default()
    })
}

fn state(file: &Connection) -> rusqlite::Result<Inbox> {
    let columns =
        "i.id, i.seq, i.time_ms, r.key, i.kind, i.bell, i.mark, i.until_ms, i.marked_at_ms";
    let open = format!(
        "SELECT {columns} FROM item i JOIN bell_row r ON r.id = i.row WHERE i.mark IN (0, 2)"
    );
    let marked = format!(
        "SELECT {columns} FROM item i JOIN bell_row r ON r.id = i.row WHERE i.mark IN (1, 3)
         ORDER BY i.marked_at_ms DESC LIMIT {MARKED_MOST}"
    );
    let mut inbox = Inbox::default();
    for sql in [open, marked] {
        let mut select = file.prepare(&sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(4)?;
            let stored = Stored {
                seq: Seq(row.get(1)?),
                time: Timestamp::from_ms(row.get(2)?),
                row: RowHash::of_key(&RowKey(row.get(3)?)),
                kind: &kind,
                bell: row.get(5)?,
                marked: items::marked(row, 6)?,
            };
            inbox.recall(EventId(items::uuid(row, 0)?), stored);
        }
    }
    Ok(inbox)
}

/// Those that will be told of soon come first: about to be toasted, put off; then the newest.
fn in_full(file: &Connection) -> rusqlite::Result<Vec<crate::effect::KeptItem>> {
    let columns = items::COLUMNS;
    let soon = format!(
        "SELECT {columns}, i.n FROM item i JOIN notice t ON t.item = i.n
         WHERE i.id IN (SELECT id FROM toasting) OR i.mark = 2 LIMIT {LOADED_MOST}"
    );
    let newest = format!(
        "SELECT {columns}, i.n FROM item i JOIN notice t ON t.item = i.n
         WHERE i.mark <> 3 ORDER BY i.time_ms DESC, i.id DESC LIMIT {LOADED_MOST}"
    );
    let mut seen = std::collections::HashSet::new();
    let mut all = Vec::new();
    for sql in [soon, newest] {
        let mut select = file.prepare(&sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            if all.len() < LOADED_MOST && seen.insert(row.get::<_, i64>(6)?) {
                all.push(items::read(row)?);
            }
        }
    }
    Ok(all)
}

fn cells(file: &Connection) -> rusqlite::Result<Vec<(Cell, Timestamp)>> {
    let mut select = file.prepare("SELECT scope, kind, facet, value, at_ms FROM cell")?;
    let read = |row: &Row<'_>| {
        let scope: String = row.get(0)?;
        let scope = Scope::parse(&scope)
            .ok_or_else(|| rusqlite::Error::InvalidColumnType(0, "scope".to_owned(), Type::Text))?;
        let value: Option<String> = row.get(3)?;
        let value = if value.is_some() {
            Some(items::json(row, 3)?)
        } else {
            None
        };
        Ok((
            Cell {
                scope,
                kind: row.get(1)?,
                facet: row.get(2)?,
                value,
            },
            Timestamp::from_ms(row.get(4)?),
        ))
    };
    select.query_map([], read)?.collect()
}

fn toasting(file: &Connection) -> rusqlite::Result<Vec<EventId>> {
    let mut select = file.prepare("SELECT id FROM toasting ORDER BY id")?;
    select
        .query_map([], |row| Ok(EventId(items::uuid(row, 0)?)))?
        .collect()
}

fn fact(file: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    file.query_row("SELECT value FROM fact WHERE name = ?1", [name], |row| {
        row.get(0)
    })
    .optional()
}

fn parsed<T: serde::de::DeserializeOwned>(
    file: &Connection,
    name: &str,
) -> rusqlite::Result<Option<T>> {
    file.query_row("SELECT value FROM fact WHERE name = ?1", [name], |row| {
        items::json(row, 0)
    })
    .optional()
}
