//! The present of one agent, in pages (design 10.6).

use std::sync::LazyLock;

use campanile_core::{
    change::{Change, Entry, Seq},
    time::Timestamp,
};
use campanile_protocol::{
    problem::Code,
    snapshot::{DatedCell, Head, SNAPSHOT_MOST, Snapshot, SnapshotItem},
};
use rusqlite::{Connection, named_params, params};

use crate::{
    catchup::{Log, PAGE_MOST_BYTES},
    refusal::Refusal,
    store::log::{self, Stored},
};

/// What the database does not know of the present.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The moment.
    pub now: Timestamp,
    /// Whether new chats are welcome.
    pub availability: &'static str,
}

/// Where a page begins: the place of the snapshot in the log, the list, and the item after which it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    as_of: Seq,
    list: List,
    before: Seq,
}

/// The two lists of a snapshot, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    /// Unread and snoozed.
    Live,
    /// The rest, and what was marked since the snapshot was taken: it may have been in no list when that was read.
    Rest,
}

impl After {
    /// Reads what [`Self::text`] wrote for the same life of the database.
    ///
    /// # Errors
    /// [`Code::CursorGone`] if it is of another life, [`Code::BadRequest`] if it is none of ours.
    pub fn parse(text: &str, log: &Log) -> Result<Self, Refusal> {
        let parts: Vec<_> = text.splitn(5, '.').collect();
        let [epoch, list, as_of, before] = parts[..] else {
            return Err(not_ours());
        };
        if epoch != log.epoch.to_string() {
            return Err(Refusal::told(
                Code::CursorGone,
                "The database is another one; begin with the first page.",
            ));
        }
        let seq = |text: &str| text.parse().map(Seq).map_err(|_| not_ours());
        let list = match list {
            "live" => List::Live,
            "rest" => List::Rest,
            _ => return Err(not_ours()),
        };
        Ok(Self {
            as_of: seq(as_of)?,
            list,
            before: seq(before)?,
        })
    }

    /// Says whether a page of a log that ends at `head` could have told to go on here.
    fn fits(self, head: Seq) -> bool {
        (0..=head.0).contains(&self.as_of.0) && (0..=self.as_of.0 + 1).contains(&self.before.0)
    }

    fn text(self, log: &Log) -> String {
        let list = match self.list {
            List::Live => "live",
            List::Rest => "rest",
        };
        format!("{}.{list}.{}.{}", log.epoch, self.as_of.0, self.before.0)
    }
}

fn not_ours() -> Refusal {
    Refusal::told(
        Code::BadRequest,
        "`after`: send `next` of the page before, as it was.",
    )
}

/// Returns the first page, and the entry after which the log goes on.
///
/// # Errors
/// [`Refusal::Store`] if the database cannot be read.
pub fn first(db: &Connection, log: &Log, view: View) -> Result<(Snapshot, Seq), Refusal> {
    let head = log::head(db, log.agent)?;
    let after = After {
        as_of: head,
        list: List::Live,
        before: Seq(head.0 + 1),
    };
    let mut snapshot = page_from(db, log, after)?;
    snapshot.head = Some(head_of(db, log, head, view)?);
    Ok((snapshot, head))
}

/// Returns a page.
///
/// # Errors
/// [`Code::BadRequest`] if no page of this log can begin there; [`Refusal::Store`] if the database cannot be read.
pub fn page(db: &Connection, log: &Log, after: After) -> Result<Snapshot, Refusal> {
    if !after.fits(log::head(db, log.agent)?) {
        return Err(not_ours());
    }
    page_from(db, log, after)
}

fn page_from(db: &Connection, log: &Log, after: After) -> Result<Snapshot, Refusal> {
    let mut page = Page {
        items: Vec::new(),
        bytes: 0,
        next: None,
    };
    let mut list = Some(after);
    while let Some(after) = list {
        list = page.fill(db, log, after)?;
    }
    Ok(Snapshot {
        epoch: log.epoch,
        cursor: log.cursor(db, after.as_of)?.to_string(),
        head: None,
        items: page.items,
        next: page.next.map(|next| next.text(log)),
    })
}

struct Page {
    items: Vec<SnapshotItem>,
    bytes: usize,
    next: Option<After>,
}

impl Page {
    /// Fills up from one list, and returns where to go on if there is room left.
    fn fill(&mut self, db: &Connection, log: &Log, after: After) -> Result<Option<After>, Refusal> {
        let mut before = after.before;
        let mut statement = db.prepare_cached(after.list.sql())?;
        let mut rows = statement.query(named_params! {
            ":agent": log.agent,
            ":before": after.before.0,
            ":as_of": after.as_of.0,
        })?;
        // Row by row: bodies that have no room on the page are not read.
        while let Some(row) = rows.next()? {
            let (body, stored): (String, _) = (row.get("body")?, Stored::read(row)?);
            self.bytes += body.len();
            let is_full = self.items.len() == SNAPSHOT_MOST
                || (self.bytes > PAGE_MOST_BYTES && !self.items.is_empty());
            if is_full {
                self.next = Some(After { before, ..after });
                return Ok(None);
            }
            before = stored.seq;
            self.items.extend(item(&body, &stored)?);
        }
        Ok(match after.list {
            List::Live => Some(After {
                list: List::Rest,
                before: Seq(after.as_of.0 + 1),
                ..after
            }),
            List::Rest => None,
        })
    }
}

impl List {
    /// Returns the query of the list, from `:before` down.
    fn sql(self) -> &'static str {
        static SQL: LazyLock<[String; 2]> = LazyLock::new(|| {
            let select = format!(
                "SELECT {}, body FROM log WHERE agent = :agent",
                Stored::COLUMNS
            );
            // What was marked while the pages are read stands in the first list no more, and may not be missed in the second.
            [
                format!(
                    "{select} AND live = 1 AND seq < :before AND seq <= :as_of ORDER BY seq DESC"
                ),
                format!(
                    "{select} AND live = 0 AND seq < :before AND mark != 3 \
                     UNION ALL {select} AND live = 1 AND seq < :before AND marked_by > :as_of ORDER BY seq DESC"
                ),
            ]
        });
        match self {
            Self::Live => &SQL[0],
            Self::Rest => &SQL[1],
        }
    }
}

fn item(body: &str, stored: &Stored) -> Result<Option<SnapshotItem>, Refusal> {
    let entry: Entry = serde_json::from_str(body)?;
    let Change::Arrived { notice, bell, .. } = entry.change else {
        return Ok(None);
    };
    Ok(Some(SnapshotItem {
        seq: stored.seq,
        notice: *notice,
        bell,
        marked: stored.marked,
    }))
}

fn head_of(db: &Connection, log: &Log, last: Seq, view: View) -> Result<Head, Refusal> {
    let (scopes, complete_after): (String, i64) = db
        .prepare_cached("SELECT scopes, pruned_to FROM agents WHERE no = ?1")?
        .query_row([log.agent], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let policy: String = db
        .prepare_cached("SELECT policy FROM server")?
        .query_row([], |row| row.get(0))?;
    let cells = log::cells(db, log.agent)?
        .into_iter()
        .map(|(cell, at)| DatedCell { cell, at })
        .collect();
    let (unread_rows, unread_items) = unread(db, log, view.now)?;
    Ok(Head {
        last,
        complete_after: Seq(complete_after),
        scopes: serde_json::from_str(&scopes)?,
        policy: serde_json::from_str(&policy)?,
        cells,
        unread_rows,
        unread_items,
        availability: view.availability.to_owned(),
    })
}

/// Counts rows and notices that are unread and in sight (R6).
fn unread(db: &Connection, log: &Log, now: Timestamp) -> Result<(u32, u32), Refusal> {
    let sql = "SELECT count(DISTINCT row), count(*) FROM log \
               WHERE agent = ?1 AND live = 1 AND bell = 1 AND (until IS NULL OR until <= ?2)";
    let counted = db
        .prepare_cached(sql)?
        .query_row(params![log.agent, now.ms()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(counted)
}
