//! The log of each agent in the tables: entries, and the state of the notices among them.

use campanile_core::{
    change::{Change, Entry, Mark, Seq},
    event::Notice,
    ids::EventId,
    inbox::Marked,
    preferences::Cell,
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{AgentNo, Rung, Writing};
use crate::{directory::load, fnv::fnv1a, refusal::Refusal};

/// So many entries a log can have.
const PLACES: i64 = 1 << 40;

/// Returns the key of an entry: all of an agent's lie together.
#[must_use]
pub const fn place(agent: AgentNo, seq: Seq) -> i64 {
    agent.0 * PLACES + seq.0
}

const fn seq_of(place: i64) -> Seq {
    Seq(place % PLACES)
}

/// Returns the last entry of a log; 0 if it has none.
pub fn head(db: &Connection, agent: AgentNo) -> rusqlite::Result<Seq> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(place) FROM log WHERE place > ?1 AND place < ?2")?
        .query_row(
            [place(agent, Seq(0)), place(agent, Seq(PLACES - 1))],
            |row| row.get(0),
        )?;
    Ok(last.map_or(Seq(0), seq_of))
}

/// Returns up to `limit` entries after `after`, as the stream carries them.
pub fn since(
    db: &Connection,
    agent: AgentNo,
    after: Seq,
    limit: usize,
) -> rusqlite::Result<Vec<(Seq, String)>> {
    let sql = "SELECT place, body FROM log WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3";
    let end = place(agent, Seq(PLACES - 1));
    db.prepare_cached(sql)?
        .query_map(params![place(agent, after), end, limit as i64], |row| {
            Ok((seq_of(row.get(0)?), row.get(1)?))
        })?
        .collect()
}

/// Returns one entry, as the stream carries it.
pub fn body(db: &Connection, agent: AgentNo, seq: Seq) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT body FROM log WHERE place = ?1")?
        .query_row([place(agent, seq)], |row| row.get(0))
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
    let pruned_to: i64 = db
        .prepare_cached("SELECT pruned_to FROM agents WHERE no = ?1")?
        .query_row([agent], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let (first, edge, head) = (
        place(agent, Seq(0)),
        place(agent, Seq(pruned_to)),
        place(agent, head(db, agent)?),
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // What stayed behind the edge because it was unread, and was read since.
    let left = "DELETE FROM log WHERE place IN \
                (SELECT place FROM log WHERE place > ?1 AND place <= ?2 AND place < ?3 AND coalesce(live, 0) = 0 LIMIT ?4)";
    let gone = db
        .prepare_cached(left)?
        .execute([first, edge, head, limit])?;
    // From the edge on, entry by entry: it ends at the first that is not old, however long the log is.
    let sql = "SELECT place, at, coalesce(live, 0) FROM log WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([edge, head, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let rows: Vec<(i64, i64, bool)> = rows.collect::<Result<_, _>>()?;
    let old: Vec<_> = rows
        .into_iter()
        .take_while(|(_, at, _)| *at < before.ms())
        .collect();
    let Some((last, ..)) = old.last() else {
        return Ok(gone > 0);
    };
    db.prepare_cached("UPDATE agents SET pruned_to = ?2 WHERE no = ?1")?
        .execute(params![agent, seq_of(*last).0])?;
    for (place, ..) in old.iter().filter(|(_, _, live)| !live) {
        db.prepare_cached("DELETE FROM log WHERE place = ?1")?
            .execute([place])?;
    }
    Ok(true)
}

/// Removes an agent's whole log.
pub fn erase(db: &Connection, agent: AgentNo) -> rusqlite::Result<()> {
    let range = [place(agent, Seq(0)), place(agent, Seq(PLACES - 1))];
    db.prepare_cached("DELETE FROM log WHERE place >= ?1 AND place <= ?2")?
        .execute(range)?;
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

/// A notice as the tables know it.
#[derive(Clone, Debug)]
pub struct Stored {
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
}

impl Stored {
    /// The columns that [`Self::read`] expects first.
    pub const COLUMNS: &str = "place, event, kind, time, because, bell, mark, marked_at, until";

    /// Reads a row of [`Self::COLUMNS`].
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let until = Timestamp::from_ms(row.get::<_, Option<i64>>(8)?.unwrap_or_default());
        let mark = match row.get::<_, i64>(6)? {
            0 => Mark::Unread,
            1 => Mark::Read,
            2 => Mark::Snoozed { until },
            _ => Mark::Removed,
        };
        Ok(Self {
            seq: seq_of(row.get(0)?),
            event: EventId(row.get(1)?),
            kind: row.get(2)?,
            time: Timestamp::from_ms(row.get(3)?),
            because: row.get(4)?,
            bell: row.get(5)?,
            marked: Marked {
                mark,
                at: Timestamp::from_ms(row.get(7)?),
            },
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
        let sql = select("WHERE live = 1 AND agent = ?1 ORDER BY place");
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
        let sql = select("WHERE live = 1 AND agent = ?1 AND conversation = ?2 ORDER BY place");
        db.prepare_cached(&sql)?
            .query_map(params![agent, conversation], Self::read)?
            .collect()
    }
}

fn select(rest: &str) -> String {
    format!("SELECT {} FROM log {rest}", Stored::COLUMNS)
}

const fn mark_number(mark: Mark) -> i64 {
    match mark {
        Mark::Unread => 0,
        Mark::Read => 1,
        Mark::Snoozed { .. } => 2,
        Mark::Removed => 3,
    }
}

/// Returns the hash by which the notices of a conversation are found; never 0, which stands for none.
#[must_use]
pub fn conversation_hash(source: &str, conversation: &str) -> i64 {
    match hash(&[source, conversation]) {
        0 => 1,
        hash => hash,
    }
}

fn hash(parts: &[&str]) -> i64 {
    fnv1a(parts.join("\u{1f}").as_bytes()).cast_signed()
}

/// A notice that arrives in one agent's log.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// The notice as JSON: the same for all who are told for the same reason.
    pub json: &'a str,
    /// Whether it stands in the unread list.
    pub bell: bool,
    /// The notice that it takes the place of.
    pub replaces: Option<EventId>,
    /// What the server decided for its channels, as JSON.
    pub rulings: &'a str,
}

impl Writing<'_> {
    /// Writes an entry into an agent's log.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn append(
        &mut self,
        agent: AgentNo,
        at: Timestamp,
        change: Change,
    ) -> Result<Seq, Refusal> {
        let seq = self.next(agent)?;
        let body = serde_json::to_string(&Entry { seq, at, change })?;
        self.db
            .prepare_cached("INSERT INTO log (place, agent, at, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![place(agent, seq), agent, at.ms(), body])?;
        self.rung.push(Rung { agent, seq, body });
        Ok(seq)
    }

    /// Writes the arrival of a notice into an agent's log.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn arrive(&mut self, agent: AgentNo, arrival: Arrival<'_>) -> Result<Seq, Refusal> {
        let Arrival {
            notice,
            json,
            bell,
            replaces,
            rulings,
        } = arrival;
        let (seq, now) = (self.next(agent)?, self.now);
        if let Some(old) = replaces
            .map(|old| Stored::find(self.db, agent, old))
            .transpose()?
            .flatten()
        {
            let mut marked = old.marked;
            marked.take(Mark::Removed, now);
            self.mark(agent, old.seq, marked, seq)?;
        }
        let body = arrival_json(seq, now, json, bell, replaces);
        let source = notice.source.as_str();
        let conversation = notice
            .conversation
            .as_ref()
            .map_or(0, |c| conversation_hash(source, &c.id));
        let because = serde_json::to_value(notice.because)?;
        self.db
            .prepare_cached(
                "INSERT INTO log (place, agent, at, body, event, kind, time, because, conversation, row, bell, mark, \
                 marked_at, marked_by, live, rulings) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?3, ?12, 1, ?13)",
            )?
            .execute(params![
                place(agent, seq),
                agent,
                now.ms(),
                body,
                notice.id.0,
                notice.kind.as_str(),
                notice.time.ms(),
                because.as_str(),
                conversation,
                hash(&[&notice.row().0]),
                bell,
                seq.0,
                rulings,
            ])?;
        self.rung.push(Rung { agent, seq, body });
        Ok(seq)
    }

    /// Marks a notice in the table; the entry `by` tells of it.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn mark(
        &mut self,
        agent: AgentNo,
        seq: Seq,
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
                "UPDATE log SET mark = ?2, marked_at = ?3, until = ?4, marked_by = ?5, live = ?6 WHERE place = ?1",
            )?
            .execute(params![
                place(agent, seq),
                mark_number(marked.mark),
                marked.at.ms(),
                until,
                by.0,
                i64::from(live)
            ])?;
        Ok(())
    }

    /// Returns the place that the next entry of an agent's log will have.
    #[must_use]
    pub fn upcoming(&self, agent: AgentNo) -> Seq {
        Seq(self.directory.agent(agent).map_or(0, |agent| agent.head.0) + 1)
    }

    fn next(&mut self, agent: AgentNo) -> Result<Seq, Refusal> {
        let agent = self
            .directory
            .agent_mut(agent)
            .ok_or_else(Refusal::not_found)?;
        agent.head.0 += 1;
        Ok(agent.head)
    }
}

/// Writes an arrival around a notice that is JSON already.
fn arrival_json(
    seq: Seq,
    at: Timestamp,
    notice: &str,
    bell: bool,
    replaces: Option<EventId>,
) -> String {
    let replaces = replaces.map_or_else(String::new, |id| format!(",\"replaces\":\"{id}\""));
    let seq = seq.0;
    format!(
        r#"{{"seq":{seq},"at":"{at}","change":{{"type":"arrived","notice":{notice},"bell":{bell}{replaces}}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use campanile_core::{
        event::Because,
        ids::{KindId, SourceId},
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_arrival_is_written_as_serde_would_write_it() {
        let notice: Notice = serde_json::from_value(serde_json::json!({
            "id": Uuid::from_u128(1), "source": "shop", "kind": "sla_expired", "time": "2026-11-21T08:30:00.000Z",
            "because": "assigned", "title": "\"quoted\" & \u{1f514}",
        }))
        .expect("a notice");
        assert_eq!(notice.because, Because::Assigned);
        assert_eq!(
            (notice.kind.clone(), notice.source.clone()),
            (
                KindId::new("sla_expired").expect("a name"),
                SourceId::new("shop").expect("a name")
            )
        );
        let at = Timestamp::from_ms(1_795_000_000_000);
        for replaces in [None, Some(EventId(Uuid::from_u128(2)))] {
            let change = Change::Arrived {
                notice: Box::new(notice.clone()),
                bell: true,
                replaces,
            };
            let expected = serde_json::to_string(&Entry {
                seq: Seq(3),
                at,
                change,
            })
            .expect("writes");
            let json = serde_json::to_string(&notice).expect("writes");
            assert_eq!(arrival_json(Seq(3), at, &json, true, replaces), expected);
        }
    }

    #[test]
    fn the_entries_of_two_agents_never_mix() {
        assert!(place(AgentNo(1), Seq(PLACES - 1)) < place(AgentNo(2), Seq(0)));
        assert_eq!(seq_of(place(AgentNo(9), Seq(7))), Seq(7));
    }
}
