//! A notice with its state, as a row of the store and back.

use campanile_core::{
    catalogue::Kind,
    change::{Mark, Seq},
    event::{Because, Notice},
    ids::EventId,
    inbox::Marked,
    time::Timestamp,
};
use rusqlite::{
    Connection, OptionalExtension, Row, named_params,
    types::{FromSqlError, Type},
};
use uuid::Uuid;

use super::search;
use crate::effect::KeptItem;

/// The columns that [`read`] reads, of `item` as `i` and `notice` as `t`.
pub const COLUMNS: &str = "t.json, i.seq, i.bell, i.mark, i.until_ms, i.marked_at_ms";

/// Reads [`COLUMNS`].
pub fn read(row: &Row<'_>) -> rusqlite::Result<KeptItem> {
    Ok(KeptItem {
        notice: json(row, 0)?,
        seq: Seq(row.get(1)?),
        bell: row.get(2)?,
        marked: marked(row, 3)?,
    })
}

/// Reads a mark from three columns, the first of them at `at`.
pub fn marked(row: &Row<'_>, at: usize) -> rusqlite::Result<Marked> {
    let until: Option<i64> = row.get(at + 1)?;
    let mark = match (row.get::<_, i64>(at)?, until) {
        (0, _) => Mark::Unread,
        (1, _) => Mark::Read,
        (2, Some(until)) => Mark::Snoozed {
            until: Timestamp::from_ms(until),
        },
        (3, _) => Mark::Removed,
        (other, _) => return Err(FromSqlError::OutOfRange(other).into_error(at)),
    };
    Ok(Marked {
        mark,
        at: Timestamp::from_ms(row.get(at + 2)?),
    })
}

/// Returns a mark as two columns.
pub fn mark_columns(mark: Mark) -> (i64, Option<i64>) {
    match mark {
        Mark::Unread => (0, None),
        Mark::Read => (1, None),
        Mark::Snoozed { until } => (2, Some(until.ms())),
        Mark::Removed => (3, None),
    }
}

/// Reads JSON from the column at `at`.
pub fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let text = row
        .get_ref(at)?
        .as_str()
        .map_err(|error| error.into_error(at))?;
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(error)))
}

/// Reads an id of 16 bytes from the column at `at`.
pub fn uuid(row: &Row<'_>, at: usize) -> rusqlite::Result<Uuid> {
    let bytes = row
        .get_ref(at)?
        .as_blob()
        .map_err(|error| error.into_error(at))?;
    Uuid::from_slice(bytes)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Blob, Box::new(error)))
}

/// Returns those of `ids` that are here, with their state.
pub fn find(file: &Connection, ids: &[EventId]) -> rusqlite::Result<Vec<KeptItem>> {
    let sql = format!("SELECT {COLUMNS} FROM item i JOIN notice t ON t.item = i.n WHERE i.id = ?1");
    let mut select = file.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(select.query_row([id.0.as_bytes()], read).optional()?);
    }
    Ok(found)
}

/// Writes a notice and its state over whatever was known of it.
pub fn put(file: &Connection, item: &KeptItem) -> rusqlite::Result<()> {
    let KeptItem {
        notice,
        seq,
        bell,
        marked,
    } = item;
    let (mark, until) = mark_columns(marked.mark);
    let n: i64 = file
        .prepare_cached(
            "INSERT INTO item (id, seq, time_ms, row, kind, kind_group, bell, mention, mark, until_ms, marked_at_ms, words)
             VALUES (:id, :seq, :time, :row, :kind, :group, :bell, :mention, :mark, :until, :marked_at, :words)
             ON CONFLICT (id) DO UPDATE SET seq = :seq, time_ms = :time, row = :row, kind = :kind, kind_group = :group,
                 bell = :bell, mention = :mention, mark = :mark, until_ms = :until, marked_at_ms = :marked_at, words = :words
             RETURNING n",
        )?
        .query_row(
            named_params! {
                ":id": notice.id.0.as_bytes(),
                ":seq": seq.0,
                ":time": notice.time.ms(),
                ":row": bell_row(file, notice)?,
                ":kind": notice.kind.as_str(),
                ":group": Kind::find(notice.kind.as_str()).map_or("", |kind| kind.group.id()),
                ":bell": bell,
                ":mention": is_mention(notice),
                ":mark": mark,
                ":until": until,
                ":marked_at": marked.at.ms(),
                ":words": search::words_of(notice),
            },
            |row| row.get(0),
        )?;
    let json = serde_json::to_string(notice)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    file.prepare_cached("INSERT OR REPLACE INTO notice (item, json) VALUES (?1, ?2)")?
        .execute((n, json))?;
    Ok(())
}

fn bell_row(file: &Connection, notice: &Notice) -> rusqlite::Result<i64> {
    let key = notice.row().0;
    let known = file
        .prepare_cached("SELECT id FROM bell_row WHERE key = ?1")?
        .query_row([&key], |row| row.get(0))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    file.prepare_cached("INSERT INTO bell_row (key) VALUES (?1)")?
        .insert([key])
}

/// The tab of mentions shows those by name and those of the kind, whoever they were meant for.
pub fn is_mention(notice: &Notice) -> bool {
    notice.because == Because::Mentioned || notice.kind.as_str() == "operator_mentioned"
}

trait IntoError {
    fn into_error(self, column: usize) -> rusqlite::Error;
}

impl IntoError for FromSqlError {
    fn into_error(self, column: usize) -> rusqlite::Error {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Null, Box::new(self))
    }
}
