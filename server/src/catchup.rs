//! Catching up: reading on in an agent's log, or from the present where the log cannot be continued (design 6).

use std::ops::ControlFlow;

use campanile_core::{
    change::Seq,
    ids::{AgentId, Epoch},
};
use campanile_protocol::{changes::PAGE_MOST, frame};
use rusqlite::Connection;

use crate::{
    cursor::Cursor,
    refusal::Refusal,
    snapshot,
    store::{AgentNo, log},
};

/// A page carries so many bytes at the most, unless one entry alone has more: a reader bounds its lines.
pub const PAGE_MOST_BYTES: usize = 256 * 1024;

/// Whose log is read, in which life of the database.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// The life of the database.
    pub epoch: Epoch,
    /// The agent's number.
    pub agent: AgentNo,
    /// The agent's id.
    pub id: AgentId,
}

/// A page of the log.
#[derive(Debug)]
pub struct Page {
    /// The entries, as JSON.
    pub entries: Vec<String>,
    /// The last one, or where reading began if there are none.
    pub last: Seq,
    /// The cursor after it.
    pub cursor: Cursor,
    /// Whether there are more.
    pub more: bool,
}

impl Log {
    /// Returns where the log goes on from `cursor`; none if it cannot, and the present must be told instead.
    ///
    /// It cannot where the cursor is another agent's or of another life, lies in the future, names another entry than
    /// stands there, or names one that retention has removed.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn resume(&self, db: &Connection, cursor: Option<Cursor>) -> Result<Option<Seq>, Refusal> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let pruned_to: i64 = db
            .prepare_cached("SELECT pruned_to FROM agents WHERE no = ?1")?
            .query_row([self.agent], |row| row.get(0))?;
        if cursor.seq.0 < pruned_to {
            return Ok(None);
        }
        let body = match cursor.seq {
            Seq(0) => Some(String::new()),
            seq => log::body(db, self.agent, seq)?,
        };
        let is_here = body
            .is_some_and(|body| Cursor::after(self.epoch, self.id, cursor.seq, &body) == cursor);
        Ok(is_here.then_some(cursor.seq))
    }

    /// Returns the cursor after the entry `seq`.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn cursor(&self, db: &Connection, seq: Seq) -> Result<Cursor, Refusal> {
        let body = log::body(db, self.agent, seq)?.unwrap_or_default();
        Ok(Cursor::after(self.epoch, self.id, seq, &body))
    }

    /// Reads the entries after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn page(&self, db: &Connection, after: Seq, limit: usize) -> Result<Page, Refusal> {
        let limit = limit.clamp(1, PAGE_MOST);
        let (mut entries, mut bytes, mut last, mut more) = (Vec::new(), 0, after, false);
        log::since(db, self.agent, after, |seq, body| {
            bytes += body.len();
            more = entries.len() == limit || (bytes > PAGE_MOST_BYTES && !entries.is_empty());
            if more {
                return ControlFlow::Break(());
            }
            last = seq;
            entries.push(body);
            ControlFlow::Continue(())
        })?;
        let cursor = match entries.last() {
            Some(body) => Cursor::after(self.epoch, self.id, last, body),
            None => self.cursor(db, after)?,
        };
        Ok(Page {
            entries,
            last,
            cursor,
            more,
        })
    }

    /// Returns the frame with the present, and the entry after which the log goes on.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn snapshot_frame(
        &self,
        db: &Connection,
        view: snapshot::View,
    ) -> Result<(String, Seq), Refusal> {
        let (snapshot, seq) = snapshot::first(db, self, view)?;
        let data = serde_json::to_string(&snapshot)?;
        Ok((
            format!(
                "id: {}\nevent: {}\ndata: {data}\n\n",
                snapshot.cursor,
                frame::SNAPSHOT
            ),
            seq,
        ))
    }
}

impl Page {
    /// Returns the frame with these entries.
    #[must_use]
    pub fn frame(&self) -> String {
        let entries = self.entries.join(",");
        format!(
            "id: {}\nevent: {}\ndata: {{\"entries\":[{entries}]}}\n\n",
            self.cursor,
            frame::ENTRIES
        )
    }

    /// Returns the page as the answer to a request.
    #[must_use]
    pub fn json(&self) -> String {
        let entries = self.entries.join(",");
        format!(
            r#"{{"entries":[{entries}],"cursor":"{}","more":{}}}"#,
            self.cursor, self.more
        )
    }
}
