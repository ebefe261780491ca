//! What is known of a conversation: what one event tells, and a later one may leave out (R23).

use std::borrow::Cow;

use campanile_core::{
    event::Reference,
    time::{DAY_MS, Timestamp},
};
use campanile_protocol::event::NewEvent;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    directory::{PlaceKey, PlaceKind},
    refusal::Refusal,
    store::{SourceNo, Writing},
};

/// An event, and what is known of its conversation.
#[derive(Debug)]
pub struct Filled<'a> {
    /// The event as it was sent.
    pub new: &'a NewEvent,
    source: SourceNo,
    known: Option<Known>,
    /// When that was last written.
    told_at: Option<Timestamp>,
}

/// What is known of a conversation, by the source's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    assignee: Option<String>,
    team: Option<String>,
    inbox: Option<String>,
    line: Option<String>,
}

impl<'a> Filled<'a> {
    /// Looks up what the event leaves out.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn read(db: &Connection, source: SourceNo, new: &'a NewEvent) -> Result<Self, Refusal> {
        let found = match &new.conversation {
            Some(conversation) => Known::find(db, source, &conversation.id)?,
            None => None,
        };
        let (known, told_at) = found.unzip();
        Ok(Self {
            new,
            source,
            known,
            told_at,
        })
    }

    /// Returns the assignee.
    #[must_use]
    pub fn assignee(&self) -> Option<&str> {
        self.told(self.new.assignee.as_ref(), |known| known.assignee.as_ref())
    }

    /// Returns the line, inbox or team.
    #[must_use]
    pub fn place(&self, kind: PlaceKind) -> Option<PlaceKey> {
        let external = match kind {
            PlaceKind::Line => self.told(self.new.line.as_ref(), |known| known.line.as_ref()),
            PlaceKind::Inbox => self.told(self.new.inbox.as_ref(), |known| known.inbox.as_ref()),
            PlaceKind::Team => self.told(self.new.team.as_ref(), |known| known.team.as_ref()),
        };
        external.map(|external| PlaceKey {
            source: self.source,
            kind,
            external: external.to_owned(),
        })
    }

    /// Returns the line, inbox or team with the name that the event told, if it did.
    #[must_use]
    pub fn reference(&self, kind: PlaceKind) -> Option<Cow<'a, Reference>> {
        let told = match kind {
            PlaceKind::Line => &self.new.line,
            PlaceKind::Inbox => &self.new.inbox,
            PlaceKind::Team => &self.new.team,
        };
        let known = || {
            Some(Cow::Owned(Reference {
                id: self.place(kind)?.external,
                name: None,
            }))
        };
        told.as_ref().map(Cow::Borrowed).or_else(known)
    }

    fn told<'s>(
        &'s self,
        told: Option<&'s Reference>,
        known: impl Fn(&'s Known) -> Option<&'s String>,
    ) -> Option<&'s str> {
        let told = told.map(|reference| reference.id.as_str());
        told.or_else(|| self.known.as_ref().and_then(known).map(String::as_str))
    }

    /// Keeps what the event tells, where that is another thing than was known, or was last written so long ago that
    /// retention would think the conversation over.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn keep(&self, writing: &Writing<'_>) -> Result<(), Refusal> {
        let Some(conversation) = &self.new.conversation else {
            return Ok(());
        };
        let now = Known {
            assignee: self.assignee().map(str::to_owned),
            team: self.place(PlaceKind::Team).map(|key| key.external),
            inbox: self.place(PlaceKind::Inbox).map(|key| key.external),
            line: self.place(PlaceKind::Line).map(|key| key.external),
        };
        let is_fresh = self
            .told_at
            .is_none_or(|told_at| (0..DAY_MS).contains(&writing.now.since_ms(told_at)));
        if is_fresh && now == self.known.clone().unwrap_or_default() {
            return Ok(());
        }
        let sql = "INSERT OR REPLACE INTO conversations (source, external, assignee, team, inbox, line, told_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        writing.db.prepare_cached(sql)?.execute(params![
            self.source,
            conversation.id,
            now.assignee,
            now.team,
            now.inbox,
            now.line,
            writing.now.ms(),
        ])?;
        Ok(())
    }
}

impl Known {
    fn find(
        db: &Connection,
        source: SourceNo,
        external: &str,
    ) -> rusqlite::Result<Option<(Self, Timestamp)>> {
        let sql = "SELECT assignee, team, inbox, line, told_at FROM conversations WHERE source = ?1 AND external = ?2";
        db.prepare_cached(sql)?
            .query_row(params![source, external], |row| {
                let known = Self {
                    assignee: row.get(0)?,
                    team: row.get(1)?,
                    inbox: row.get(2)?,
                    line: row.get(3)?,
                };
                Ok((known, Timestamp::from_ms(row.get(4)?)))
            })
            .optional()
    }
}
