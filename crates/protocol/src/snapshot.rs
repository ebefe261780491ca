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
pub struct Snapshot {
    /// The life of the database that this is the present of.
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
pub struct Head {
    /// Who the agent is.
    pub scopes: Scopes,
    /// The admin's policy.
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
pub struct DatedCell {
    /// The choice.
    #[serde(flatten)]
    pub cell: Cell,
    /// When it was meant.
    pub at: Timestamp,
}

/// A notice and its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnapshotItem {
    /// Where it arrived in the log.
    pub seq: Seq,
    /// The notice.
    pub notice: Notice,
    /// Whether it stands in the unread list.
    pub bell: bool,
    /// How it is marked.
    #[serde(flatten)]
    pub marked: Marked,
}
