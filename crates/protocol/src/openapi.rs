//! The forms of `core`'s types on the wire, for the description of the interface.
//!
//! `core` knows nothing of OpenAPI. The server's tests hold these forms against what it really answers.

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};
use uuid::Uuid;

/// The form of something that is one of a few names: those that `core` lists.
macro_rules! named {
    (#[doc = $told:literal] $name:ident = $all:expr) => {
        #[doc = $told]
        #[derive(Serialize)]
        pub struct $name(pub String);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                names($told.trim(), $all)
            }
        }

        impl ToSchema for $name {}
    };
}

fn names<T: Serialize>(told: &str, all: &[T]) -> RefOr<Schema> {
    let names = all
        .iter()
        .map(|one| serde_json::to_value(one).unwrap_or_default());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(told))
        .enum_values(Some(names))
        .into()
}

/// A moment, as RFC 3339 in UTC with milliseconds.
#[derive(Serialize, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2026-11-21T08:30:00.000Z"))]
pub struct Timestamp(pub String);

/// Somebody or something of a source, by the source's own id.
#[derive(Serialize, ToSchema)]
pub struct Reference {
    /// The id in the source's own words.
    #[schema(min_length = 1, max_length = 200)]
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
}

/// The conversation that an event is about.
#[derive(Serialize, ToSchema)]
pub struct Conversation {
    /// The id in the source's own words.
    #[schema(min_length = 1, max_length = 200)]
    pub id: String,
    /// The number that people see.
    pub number: Option<String>,
    /// The subject.
    pub title: Option<String>,
    /// Where to read it.
    pub url: Option<String>,
}

/// The customer.
#[derive(Serialize, ToSchema)]
pub struct Contact {
    /// The id in the source's own words.
    #[schema(min_length = 1, max_length = 200)]
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// Whether the contact is saved in the platform; not, if it is missing.
    #[serde(default)]
    pub saved: bool,
}

/// A link that belongs to an event.
#[derive(Serialize, ToSchema)]
pub struct Link {
    /// What the link is: `open`, `campaign`, `settings`, …
    pub rel: String,
    /// The words on it.
    pub label: Option<String>,
    /// Where it leads.
    #[schema(max_length = 2000)]
    pub url: String,
}

named! {
    /// Why a notice concerns this agent, the most specific reason first.
    Because = campanile_core::event::Because::ALL
}

/// An event as one agent gets it.
#[derive(Serialize, ToSchema)]
pub struct Notice {
    /// The event's id, given by the server.
    pub id: Uuid,
    /// Who sent it.
    pub source: String,
    /// What kind of event it is.
    pub kind: String,
    /// When it happened.
    #[schema(value_type = Timestamp)]
    pub time: Timestamp,
    /// Why this agent is told.
    pub because: Because,
    /// The source's id of what happened.
    pub cause: Option<String>,
    /// Who did it.
    pub actor: Option<Reference>,
    /// The conversation.
    pub conversation: Option<Conversation>,
    /// The customer.
    pub contact: Option<Contact>,
    /// The line it came on.
    pub line: Option<Reference>,
    /// The inbox it belongs to.
    pub inbox: Option<Reference>,
    /// The team it belongs to.
    pub team: Option<Reference>,
    /// A headline.
    pub title: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// The language of title and body.
    pub lang: Option<String>,
    /// Where it leads.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Notices of one source with the same key stand in one row.
    pub collapse: Option<String>,
    /// After this moment it interrupts no more.
    pub expires_at: Option<Timestamp>,
    /// What the kind needs beyond that.
    #[serde(default)]
    pub data: serde_json::Map<String, Value>,
}

/// One entry of an agent's log.
#[derive(Serialize, ToSchema)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: i64,
    /// When it was meant.
    pub at: Timestamp,
    /// What changed.
    pub change: Change,
}

/// What can change for an agent. A desk skips what it does not know.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// A notice arrived.
    Arrived {
        /// The notice.
        notice: Box<Notice>,
        /// Whether it stands in the unread list and the badge.
        bell: bool,
        /// The notice that it takes the place of.
        replaces: Option<Uuid>,
    },
    /// Items were marked.
    Marked {
        /// Which.
        ids: Vec<Uuid>,
        /// As what.
        mark: Mark,
    },
    /// All items up to a place in the log were marked read.
    AllRead {
        /// Arrivals up to this place.
        up_to: i64,
        /// Only these.
        filter: Option<Filter>,
    },
    /// The agent chose.
    Preferred {
        /// The choices.
        cells: Vec<Cell>,
    },
    /// The admin's policy is another.
    Policy {
        /// All of it.
        policy: Policy,
    },
    /// Who the agent is and where it belongs.
    Scopes {
        /// All of it.
        scopes: Scopes,
    },
}

/// What an item is marked as.
#[derive(Serialize, ToSchema)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Mark {
    /// To be read.
    Unread,
    /// Read.
    Read,
    /// Out of sight until a moment.
    Snoozed {
        /// That moment.
        until: Timestamp,
    },
    /// Gone for good.
    Removed,
}

/// A mark and the moment it was meant.
#[derive(Serialize, ToSchema)]
pub struct Marked {
    /// The mark.
    pub mark: Mark,
    /// When it was meant.
    pub at: Timestamp,
}

/// Which items are meant; all, where nothing is said.
#[derive(Serialize, ToSchema)]
pub struct Filter {
    /// Only kinds of these groups.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Only this kind.
    pub kind: Option<String>,
}

/// One choice of an agent.
#[derive(Serialize, ToSchema)]
pub struct Cell {
    /// `*`, `line:<source>/<id>`, `inbox:<source>/<id>` or `team:<source>/<id>`.
    #[schema(max_length = 300)]
    pub scope: String,
    /// A kind, or `*` for all.
    pub kind: String,
    /// What is chosen, such as `channel.toast`.
    pub facet: String,
    /// The choice; `null` takes it back.
    pub value: Option<Value>,
}

/// Who an agent is, where it belongs, and where its links may lead.
#[derive(Serialize, ToSchema)]
pub struct Scopes {
    /// The agent.
    pub agent: Uuid,
    /// The agent's name.
    pub name: String,
    /// The agent's roles.
    pub roles: Vec<Role>,
    /// Lines, inboxes and teams that the agent may make choices for.
    pub places: Vec<Place>,
    /// The sources that may send to this agent.
    pub sources: Vec<SourceFacts>,
}

/// A line, an inbox or a team.
#[derive(Serialize, ToSchema)]
pub struct Place {
    /// The scope as cells name it.
    pub scope: String,
    /// The source's own id and name.
    pub reference: Reference,
    /// Of a line that the agent may follow: whether it does until it chooses.
    pub follow: Option<bool>,
}

/// What a desk must know of a source.
#[derive(Serialize, ToSchema)]
pub struct SourceFacts {
    /// The source.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Links to these origins open at once.
    pub link_origins: Vec<String>,
    /// The kinds that it says it sends.
    pub kinds: Vec<String>,
}

named! {
    /// What an agent may be told of.
    Role = campanile_core::catalogue::Role::ALL
}

named! {
    /// A way in which a notice reaches an agent.
    Channel = campanile_core::channel::Channel::ALL
}

/// The policy of an instance.
#[derive(Serialize, ToSchema)]
pub struct Policy {
    /// Grows with each change.
    pub version: u32,
    /// Defaults of the instance.
    pub defaults: Vec<DefaultCell>,
    /// What nobody can turn off.
    pub required: Vec<Ruling>,
    /// What nobody can have.
    pub unavailable: Vec<Ruling>,
    /// Whether the full centre is on.
    pub notification_center_enabled: bool,
    /// Whether ratings, service levels and normatives can be edited.
    pub extended_settings: bool,
    /// The channels that this instance has configured.
    pub channels: Vec<Channel>,
}

/// A default of the instance.
#[derive(Serialize, ToSchema)]
pub struct DefaultCell {
    /// A kind, or `*`.
    pub kind: String,
    /// What is set.
    pub facet: String,
    /// To what.
    pub value: Value,
}

/// A channel required or not available.
#[derive(Serialize, ToSchema)]
pub struct Ruling {
    /// A kind, or `*`.
    pub kind: String,
    /// The channel; none for all of them.
    pub channel: Option<Channel>,
}

/// What was decided for one notice.
#[derive(Serialize, ToSchema)]
pub struct Verdict {
    /// Whether it is urgent.
    pub urgent: bool,
    /// A ruling for each channel of the server.
    pub rulings: Vec<Ruled>,
}

/// What was decided for one channel.
#[derive(Serialize, ToSchema)]
pub struct Ruled {
    /// The channel.
    pub channel: Channel,
    /// `fires`, `waits` or `silent`.
    pub outcome: Decided,
    /// The layer that had the last word, as `layer`, with its particulars.
    pub reason: serde_json::Map<String, Value>,
}

named! {
    /// What becomes of a notice on a channel.
    Decided = campanile_core::decide::Outcome::ALL
}
