//! What happened, as a source told it, and as one agent gets it.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{EventId, KindId, SourceId},
    time::Timestamp,
};

/// Somebody or something of a source, by the source's own id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// The id in the source's own words, at most 200 characters.
    pub id: String,
    /// The name for people, where the source told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The conversation that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The id in the source's own words.
    pub id: String,
    /// The number that people see, such as `412`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The id in the source's own words.
    pub id: String,
    /// The name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the contact is saved in the platform; a web-chat guest is not (R12).
    #[serde(default)]
    pub saved: bool,
}

/// A link that belongs to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What the link is: `open`, `campaign`, `settings`, …
    pub rel: String,
    /// The words on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it leads. Untrusted: only the one opener may follow it.
    pub url: String,
}

/// Why a notice concerns this agent, the most specific reason first (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Somebody mentioned the agent.
    Mentioned,
    /// The event named the agent as a recipient.
    Named,
    /// It is assigned to the agent.
    Assigned,
    /// The agent watches it, wrote it or made it.
    Watching,
    /// It came on a line of the agent's.
    Line,
    /// It belongs to a group of the agent's.
    Group,
    /// The agent has a role that is told of such things.
    Role,
    /// A reason that this program does not know.
    #[serde(other)]
    Other,
}

impl Because {
    /// Every reason, the most specific first.
    pub const ALL: &[Self] = &[
        Self::Mentioned,
        Self::Named,
        Self::Assigned,
        Self::Watching,
        Self::Line,
        Self::Group,
        Self::Role,
        Self::Other,
    ];
}

/// An event as one agent gets it.
///
/// Everything but `id`, `source`, `kind`, `time` and `because` came from outside: it is drawn as text and never followed unchecked (R22).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The event's id, given by the server.
    pub id: EventId,
    /// Who sent it.
    pub source: SourceId,
    /// What kind of event it is.
    pub kind: KindId,
    /// When it happened: the source's time, clamped to the acceptance.
    pub time: Timestamp,
    /// Why this agent is told.
    pub because: Because,
    /// The source's id of what happened; one happening makes one notice (R24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Reference>,
    /// The conversation, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Conversation>,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The line it came on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Reference>,
    /// The inbox it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<Reference>,
    /// The team (group) it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Reference>,
    /// A headline from the source, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The language of title and body, as BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Notices of one source with the same key stand in one row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collapse: Option<String>,
    /// After this moment it interrupts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What the kind needs beyond that, such as a score.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub data: serde_json::Map<String, serde_json::Value>,
}

impl Notice {
    /// Returns the row of the bell that this notice stands in: its collapse key, else its conversation, else itself.
    ///
    /// Rows of different sources never meet.
    #[must_use]
    pub fn row(&self) -> RowKey {
        let source = self.source.as_str();
        RowKey(match (&self.collapse, &self.conversation) {
            (Some(key), _) => format!("{source}\u{1f}k\u{1f}{key}"),
            (None, Some(conversation)) => format!("{source}\u{1f}c\u{1f}{}", conversation.id),
            (None, None) => format!("{source}\u{1f}e\u{1f}{}", self.id),
        })
    }

    /// Returns where a click on this notice leads: the link `open`, else the conversation, else the first link.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        let open = self
            .links
            .iter()
            .find(|link| link.rel == "open")
            .map(|link| link.url.as_str());
        let conversation = || self.conversation.as_ref().and_then(|c| c.url.as_deref());
        open.or_else(conversation)
            .or_else(|| self.links.first().map(|link| link.url.as_str()))
    }

    /// Says whether its time to interrupt is over.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Which row of the bell a notice stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowKey(pub String);
