//! Events as sources send them.

mod strict;

use campanile_core::{
    event::{Contact, Conversation, Link, Reference},
    ids::EventId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most events of one request.
pub const EVENTS_MOST: usize = 500;
/// The most bytes of one request.
pub const BODY_MOST_BYTES: usize = 1024 * 1024;

/// An event or a fact, as a source tells it (event v1, design 10.2).
///
/// A `type` with a dot is a fact (R23): it is kept, and kinds are derived from it. Any other is a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// The source's own id: the same id with the same body is taken once.
    pub id: String,
    /// A kind of the catalogue, another kind, or a fact such as `conversation.read`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened; the acceptance where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Timestamp>))]
    pub time: Option<Timestamp>,
    /// What happened, by the source's id: one happening makes one notice for an agent (R24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who did it: never told of it.
    #[serde(
        default,
        deserialize_with = "strict::reference",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Reference>))]
    pub actor: Option<Reference>,
    /// The conversation.
    #[serde(
        default,
        deserialize_with = "strict::conversation",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Conversation>))]
    pub conversation: Option<Conversation>,
    /// The customer.
    #[serde(
        default,
        deserialize_with = "strict::contact",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Contact>))]
    pub contact: Option<Contact>,
    /// The line it came on.
    #[serde(
        default,
        deserialize_with = "strict::reference",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Reference>))]
    pub line: Option<Reference>,
    /// The inbox.
    #[serde(
        default,
        deserialize_with = "strict::reference",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Reference>))]
    pub inbox: Option<Reference>,
    /// The team.
    #[serde(
        default,
        deserialize_with = "strict::reference",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Reference>))]
    pub team: Option<Reference>,
    /// Who it is assigned to.
    #[serde(
        default,
        deserialize_with = "strict::reference",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Reference>))]
    pub assignee: Option<Reference>,
    /// Who watches it.
    #[serde(
        default,
        deserialize_with = "strict::references",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Reference>))]
    pub watchers: Vec<Reference>,
    /// Who is to be told. Empty leaves it to the kind's audience.
    #[serde(
        default,
        deserialize_with = "strict::references",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Reference>))]
    pub recipients: Vec<Reference>,
    /// A headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The language of title and body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Links.
    #[serde(
        default,
        deserialize_with = "strict::links",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Link>))]
    pub links: Vec<Link>,
    /// Events with the same key stand in one row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collapse: Option<String>,
    /// After this moment it interrupts nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Timestamp>))]
    pub expires_at: Option<Timestamp>,
    /// What the kind needs beyond that.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// What a source is told of its events: they are durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accepted {
    /// An answer for each event, in their order.
    pub events: Vec<AcceptedEvent>,
}

/// What a source is told of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedEvent {
    /// The source's own id.
    pub id: String,
    /// The id it was given here.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub event: EventId,
    /// Whether it had been accepted before.
    pub duplicate: bool,
    /// How many agents got a notice of it.
    pub agents: u32,
    /// Recipients, by the source's ids, that no agent here answers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
    /// What may not be as the source meant it: an unknown kind, nobody concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
