//! Pages of the bell's list: rows with something that a filter lets through, the newest first.

use campanile_core::{event::RowKey, ids::EventId, time::Timestamp};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::{items, search};
use crate::{
    effect::KeptItem,
    view::{PageFilter, Tab},
};

/// The most rows of a page.
pub const MOST_ROWS: usize = 50;
/// The most notices of a row that are told; the others are counted.
pub const MOST_ITEMS_OF_A_ROW: usize = 20;

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The rows, that with the newest notice first.
    pub rows: Vec<Listed>,
    /// What to ask the next page after; none at the end.
    pub next: Option<String>,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The row.
    pub key: RowKey,
    /// Its notices that the filter lets through, the newest first, at most [`MOST_ITEMS_OF_A_ROW`].
    pub items: Vec<KeptItem>,
    /// How many more of them there are.
    pub more: u32,
}

/// Returns the page after `after`, with at most `limit` rows and never more than [`MOST_ROWS`].
pub fn page(
    file: &Connection,
    filter: &PageFilter,
    after: Option<&str>,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Listing> {
    let limit = limit.clamp(1, MOST_ROWS);
    let query = Query::new(filter, after.and_then(Place::read), now);
    let mut heads = query.heads(file, limit + 1)?;
    let more = heads.len() > limit;
    heads.truncate(limit);
    let next = heads.last().filter(|_| more).map(|head| head.place.write());
    let rows = heads
        .iter()
        .map(|head| query.row(file, head))
        .collect::<rusqlite::Result<_>>()?;
    Ok(Listing { rows, next })
}

/// A place in the order of the list: later in time is earlier in the list, and no two notices share a place.
#[derive(Clone, Copy, Debug)]
struct Place {
    time_ms: i64,
    id: EventId,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (time_ms, id) = text.split_once('.')?;
        Some(Self {
            time_ms: time_ms.parse().ok()?,
            id: EventId::parse(id)?,
        })
    }

    fn write(self) -> String {
        format!("{}.{}", self.time_ms, self.id)
    }
}

/// The newest notice of a row that the filter lets through.
struct Head {
    row: i64,
    place: Place,
}

/// A filter as SQL: the condition on an item `@`, with its parameters.
struct Query {
    /// The index that has the tab in the order of the list. The planner would rather gather all of the tab and sort it.
    index: &'static str,
    condition: String,
    parameters: Vec<Box<dyn ToSql>>,
    after: Option<Place>,
}

impl Query {
    fn new(filter: &PageFilter, after: Option<Place>, now: Timestamp) -> Self {
        let mut query = Self {
            index: match filter.tab {
                Tab::Unread => "item_unread",
                Tab::All => "item_all",
                Tab::Mentions => "item_mention",
            },
            condition: String::new(),
            parameters: Vec::new(),
            after,
        };
        query.condition = match filter.tab {
            // The same words as in the index: without them it would not be used.
            Tab::Unread => {
                let now = query.parameter(now.ms());
                format!("@.bell = 1 AND @.mark IN (0, 2) AND (@.mark = 0 OR @.until_ms <= {now})")
            }
            Tab::All => "@.mark <> 3".to_owned(),
            Tab::Mentions => "@.mention = 1 AND @.mark <> 3".to_owned(),
        };
        if !filter.groups.is_empty() {
            let groups: Vec<_> = filter
                .groups
                .iter()
                .map(|group| query.parameter(group.id()))
                .collect();
            query.condition += &format!(" AND @.kind_group IN ({})", groups.join(", "));
        }
        for word in search::words_in(&filter.search) {
            let word = query.parameter(word);
            query.condition += &format!(" AND instr(@.words, {word}) > 0");
        }
        query
    }

    fn parameter(&mut self, value: impl ToSql + 'static) -> String {
        self.parameters.push(Box::new(value));
        format!("?{}", self.parameters.len())
    }

    fn on(&self, item: &str) -> String {
        self.condition.replace('@', item)
    }

    fn heads(&self, file: &Connection, most: usize) -> rusqlite::Result<Vec<Head>> {
        let base = self.parameters.len();
        let after = match self.after {
            Some(_) => format!("AND (i.time_ms, i.id) < (?{}, ?{})", base + 1, base + 2),
            None => String::new(),
        };
        let sql = format!(
            "SELECT i.row, i.time_ms, i.id FROM item i INDEXED BY {} WHERE {} {after}
             AND NOT EXISTS (
                 SELECT 1 FROM item j INDEXED BY item_row WHERE j.row = i.row AND (j.time_ms, j.id) > (i.time_ms, i.id) AND {}
             )
             ORDER BY i.time_ms DESC, i.id DESC LIMIT {most}",
            self.index,
            self.on("i"),
            self.on("j"),
        );
        let place = self
            .after
            .map(|place| (place.time_ms, *place.id.0.as_bytes()));
        let mut parameters: Vec<&dyn ToSql> = self.parameters.iter().map(AsRef::as_ref).collect();
        if let Some((time_ms, id)) = &place {
            parameters.push(time_ms);
            parameters.push(id);
        }
        let mut select = file.prepare_cached(&sql)?;
        let heads = select.query_map(params_from_iter(parameters), |row| {
            let place = Place {
                time_ms: row.get(1)?,
                id: EventId(items::uuid(row, 2)?),
            };
            Ok(Head {
                row: row.get(0)?,
                place,
            })
        })?;
        heads.collect()
    }

    fn row(&self, file: &Connection, head: &Head) -> rusqlite::Result<Listed> {
        let base = self.parameters.len();
        let of_the_row = format!("i.row = ?{} AND {}", base + 1, self.on("i"));
        let mut parameters: Vec<&dyn ToSql> = self.parameters.iter().map(AsRef::as_ref).collect();
        parameters.push(&head.row);
        let all: u32 = file
            .prepare_cached(&format!(
                "SELECT count(*) FROM item i INDEXED BY item_row WHERE {of_the_row}"
            ))?
            .query_row(params_from_iter(&parameters), |row| row.get(0))?;
        let columns = items::COLUMNS;
        let mut select = file.prepare_cached(&format!(
            "SELECT {columns} FROM item i INDEXED BY item_row JOIN notice t ON t.item = i.n WHERE {of_the_row}
             ORDER BY i.time_ms DESC, i.id DESC LIMIT {MOST_ITEMS_OF_A_ROW}"
        ))?;
        let items: Vec<KeptItem> = select
            .query_map(params_from_iter(&parameters), items::read)?
            .collect::<rusqlite::Result<_>>()?;
        let key: String = file
            .prepare_cached("SELECT key FROM bell_row WHERE id = ?1")?
            .query_row([head.row], |row| row.get(0))?;
        let more = all.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        Ok(Listed {
            key: RowKey(key),
            items,
            more,
        })
    }
}
