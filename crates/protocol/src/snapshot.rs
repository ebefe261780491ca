//! The present, for a newcomer and after a gap.

use campanile_core::{
    change::{Scopes, Seq},
    event::Notice,
    ids::Epoch,
    inbox::Marked,
    policy::Policy,
    preferences::Cell,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most items of a page.
pub const SNAPSHOT_MOST: usize = 500;

/// A page of the present. The first carries everything but the older items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snapshot {
    /// The life of the database that this is the present of.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub epoch: Epoch,
    /// The cursor at which it was taken: the log goes on from here once the last page is in.
    pub cursor: String,
    /// The settings and facts; only on the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Unread and snoozed items first, newest first; then the rest.
    pub items: Vec<SnapshotItem>,
    /// What to ask the next page after; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a desk must know besides the items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Head {
    /// The last place of the log, which goes on after it.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last: Seq,
    /// Of what is after this place the log lacks nothing; of what is up to it retention has taken some.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub complete_after: Seq,
    /// Who the agent is.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Scopes))]
    pub scopes: Scopes,
    /// The admin's policy.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Policy))]
    pub policy: Policy,
    /// The agent's choices.
    pub cells: Vec<DatedCell>,
    /// The badge as the server counts it.
    pub unread_rows: u32,
    /// How many unread items there are in all pages.
    pub unread_items: u32,
    /// Whether new chats are welcome: `available`, `busy` or `away`.
    pub availability: String,
}

/// A choice and the moment it was meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatedCell {
    /// The choice.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Cell))]
    pub cell: Cell,
    /// When it was meant.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Timestamp))]
    pub at: Timestamp,
}

/// A notice and its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotItem {
    /// Where it arrived in the log.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub seq: Seq,
    /// The notice.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Notice))]
    pub notice: Notice,
    /// Whether it stands in the unread list.
    pub bell: bool,
    /// How it is marked.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Marked))]
    pub marked: Marked,
}
