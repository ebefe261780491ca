//! The log: what changed for one agent, in order.

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Group, Kind, Role},
    event::{Notice, Reference},
    ids::{AgentId, EventId, KindId, SourceId},
    policy::Policy,
    preferences::Cell,
    time::Timestamp,
};

/// The place of an entry in an agent's log, from 1; 0 is before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

/// One entry of an agent's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// When it was meant: for a change made at a desk the earlier of the desk's corrected time and its arrival (design 10.7).
    pub at: Timestamp,
    /// What changed.
    pub change: Change,
}

/// What can change for an agent. An entry that this program does not know is skipped (design 10.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// A notice arrived.
    Arrived {
        /// The notice.
        notice: Box<Notice>,
        /// Whether it stands in the unread list and the badge; off, only in the history (R6).
        bell: bool,
        /// The notice of the same happening that it takes the place of, being more specific (R24).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<EventId>,
    },
    /// Items were marked.
    Marked {
        /// Which.
        ids: Vec<EventId>,
        /// As what.
        mark: Mark,
    },
    /// All items up to a place in the log were marked read.
    AllRead {
        /// Arrivals up to this place, and none after it.
        up_to: Seq,
        /// Only these.
        #[serde(default, skip_serializing_if = "Filter::is_everything")]
        filter: Filter,
    },
    /// The agent chose.
    Preferred {
        /// The choices.
        cells: Vec<Cell>,
    },
    /// The admin's policy is another.
    Policy {
        /// All of it.
        policy: Box<Policy>,
    },
    /// Who the agent is, where it belongs, and where links may lead.
    Scopes {
        /// All of it.
        scopes: Box<Scopes>,
    },
    /// A change that this program does not know.
    #[serde(other)]
    Unknown,
}

/// What an item is marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Mark {
    /// To be read.
    Unread,
    /// Read.
    Read,
    /// Out of sight until a moment, then unread and decided afresh (R6).
    Snoozed {
        /// That moment.
        until: Timestamp,
    },
    /// Gone for good: nothing brings it back.
    Removed,
}

/// Which items are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Only kinds of these groups; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Only this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindId>,
}

impl Filter {
    /// Says whether it lets everything through.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.groups.is_empty() && self.kind.is_none()
    }

    /// Says whether it lets `kind` through. A kind that the catalogue does not know is in no group.
    #[must_use]
    pub fn lets(&self, kind: &str) -> bool {
        let in_group = || Kind::find(kind).is_some_and(|known| self.groups.contains(&known.group));
        self.kind.as_ref().is_none_or(|only| only.as_str() == kind)
            && (self.groups.is_empty() || in_group())
    }
}

/// Who an agent is, where it belongs, and where its links may lead. The server's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scopes {
    /// The agent.
    pub agent: AgentId,
    /// The agent's name.
    pub name: String,
    /// The agent's roles (R16).
    pub roles: Vec<Role>,
    /// Lines, inboxes and teams that the agent may make choices for.
    pub places: Vec<Place>,
    /// The sources that may send to this agent.
    pub sources: Vec<SourceFacts>,
}

/// A line, an inbox or a team, as something to make choices for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The scope as cells name it.
    pub scope: crate::preferences::Scope,
    /// The source's own id and name.
    pub reference: Reference,
    /// Of a line that the agent may follow: whether it does until it chooses (R25). None of every other place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<bool>,
}

/// What a desk must know of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// The source.
    pub id: SourceId,
    /// Its name for people.
    pub name: String,
    /// Links to these origins (scheme, host, port) open at once; others ask first (design 10.4).
    pub link_origins: Vec<String>,
    /// The kinds that it says it sends; empty where it did not say (R17).
    pub kinds: Vec<KindId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_from_the_future_is_read_as_unknown() {
        let entry: Entry =
            serde_json::from_str(r#"{"seq":7,"at":"2026-11-21T08:30:00.000Z","change":{"type":"painted","color":"red"}}"#)
                .expect("reads");
        assert_eq!(entry.change, Change::Unknown);
    }

    #[test]
    fn a_filter_lets_through_what_it_names() {
        let calls = Filter {
            groups: vec![Group::Calls],
            kind: None,
        };
        assert!(calls.lets("call_missed"));
        assert!(!calls.lets("sla_expired"));
        assert!(!calls.lets("brand_new_kind"));
        assert!(Filter::default().lets("brand_new_kind"));
    }
}
