//! The directory of a source: who works there, in which teams, on which lines (R25).

use campanile_core::catalogue::Role;
use serde::{Deserialize, Serialize};

use crate::object;

/// All of a source's directory. What is missing from it is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Roster {
    /// The agents.
    #[serde(deserialize_with = "object::many")]
    pub agents: Vec<RosterAgent>,
    /// Teams, also called groups.
    #[serde(deserialize_with = "object::many")]
    pub teams: Vec<RosterPlace>,
    /// Lines; one with several members is a ring group.
    #[serde(deserialize_with = "object::many")]
    pub lines: Vec<RosterPlace>,
    /// Inboxes.
    #[serde(deserialize_with = "object::many")]
    pub inboxes: Vec<RosterPlace>,
}

/// An agent, by the source's own id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RosterAgent {
    /// The source's own id.
    pub id: String,
    /// The agent of this server that it is, by its handle; none makes one. Never matched by mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The name.
    pub name: String,
    /// The roles; an agent where none is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Role>))]
    pub roles: Vec<Role>,
}

/// A team, a line or an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RosterPlace {
    /// The source's own id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its members, by the source's ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// For a line: its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// For a line: those who may follow it without being members (R25).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<String>,
}

/// What became of a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Taken {
    /// The handles of the agents that were made: those are to be paired.
    pub made: Vec<String>,
    /// How many are nobody to this source any more.
    pub removed: u32,
}
