//! The notices among the entries, with their state.

use campanile_core::{
    change::{Mark, Seq},
    ids::EventId,
    inbox::Marked,
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    refusal::Refusal,
    store::{AgentNo, Writing},
};

/// A notice as the tables know it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The row of the entry that it arrived with.
    pub no: i64,
    /// Where it arrived.
    pub seq: Seq,
    /// Which event it is of.
    pub event: EventId,
    /// Its kind.
    pub kind: String,
    /// When it happened.
    pub time: Timestamp,
    /// Why the agent was told, as the wire spells it.
    pub because: String,
    /// Whether it stands in the unread list.
    pub bell: bool,
    /// How it is marked.
    pub marked: Marked,
    /// Whether it stands as it arrived: nobody has marked it yet.
    pub is_untouched: bool,
}

impl Stored {
    /// Returns the moment of a mark that was meant at `meant`, as a clock tells it that shows `now`.
    ///
    /// Nothing can have been meant in the future, nor before the notice was there to be marked. Both hold by the order in
    /// which things came, which a clock that was put back cannot undo.
    #[must_use]
    pub fn moment(&self, meant: Timestamp, now: Timestamp) -> Timestamp {
        let at = meant.min(now.max(self.marked.at));
        if self.is_untouched {
            at.max(self.marked.at)
        } else {
            at
        }
    }

    /// The columns that [`Self::read`] expects first.
    pub const COLUMNS: &str =
        "no, seq, event, kind, time, because, bell, mark, marked_at, until, marked_by = seq";

    /// Reads a row of [`Self::COLUMNS`].
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let until = Timestamp::from_ms(row.get::<_, Option<i64>>(9)?.unwrap_or_default());
        let mark = match row.get::<_, i64>(7)? {
            0 => Mark::Unread,
            1 => Mark::Read,
            2 => Mark::Snoozed { until },
            _ => Mark::Removed,
        };
        Ok(Self {
            no: row.get(0)?,
            seq: Seq(row.get(1)?),
            event: EventId(row.get(2)?),
            kind: row.get(3)?,
            time: Timestamp::from_ms(row.get(4)?),
            because: row.get(5)?,
            bell: row.get(6)?,
            marked: Marked {
                mark,
                at: Timestamp::from_ms(row.get(8)?),
            },
            is_untouched: row.get(10)?,
        })
    }

    /// Finds an agent's notice of an event.
    pub fn find(db: &Connection, agent: AgentNo, event: EventId) -> rusqlite::Result<Option<Self>> {
        let sql = select("WHERE event = ?1 AND agent = ?2");
        db.prepare_cached(&sql)?
            .query_row(params![event.0, agent], Self::read)
            .optional()
    }

    /// Returns an agent's unread and snoozed notices, in the order of arrival.
    pub fn live(db: &Connection, agent: AgentNo) -> rusqlite::Result<Vec<Self>> {
        let sql = select("WHERE agent = ?1 AND live = 1 ORDER BY seq");
        db.prepare_cached(&sql)?
            .query_map([agent], Self::read)?
            .collect()
    }

    /// Returns an agent's unread and snoozed notices of one conversation, in the order of arrival.
    pub fn live_in(
        db: &Connection,
        agent: AgentNo,
        conversation: i64,
    ) -> rusqlite::Result<Vec<Self>> {
        let sql = select("WHERE agent = ?1 AND live = 1 AND conversation = ?2 ORDER BY seq");
        db.prepare_cached(&sql)?
            .query_map(params![agent, conversation], Self::read)?
            .collect()
    }
}

fn select(rest: &str) -> String {
    format!("SELECT {} FROM log {rest}", Stored::COLUMNS)
}

impl Writing<'_> {
    /// Marks a notice in the table; the entry `by` tells of it. What is owed for one that was read or removed is cancelled (R6).
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn mark(
        &self,
        agent: AgentNo,
        item: &Stored,
        marked: Marked,
        by: Seq,
    ) -> Result<(), Refusal> {
        let until = match marked.mark {
            Mark::Snoozed { until } => Some(until.ms()),
            _ => None,
        };
        let live = matches!(marked.mark, Mark::Unread | Mark::Snoozed { .. });
        self.db
            .prepare_cached(
                "UPDATE log SET mark = ?2, marked_at = ?3, until = ?4, marked_by = ?5, live = ?6 WHERE no = ?1",
            )?
            .execute(params![
                item.no,
                mark_number(marked.mark),
                marked.at.ms(),
                until,
                by.0,
                i64::from(live)
            ])?;
        if !live {
            let sql = "UPDATE deliveries SET outcome = 'cancelled', settled_at = ?3 \
                       WHERE event = ?1 AND agent = ?2 AND outcome IS NULL";
            self.db
                .prepare_cached(sql)?
                .execute(params![item.event.0, agent, self.now.ms()])?;
        }
        Ok(())
    }
}

const fn mark_number(mark: Mark) -> i64 {
    match mark {
        Mark::Unread => 0,
        Mark::Read => 1,
        Mark::Snoozed { .. } => 2,
        Mark::Removed => 3,
    }
}
