//! The log in pages, and what a desk did.

mod strict;

use campanile_core::{
    change::{Entry, Filter, Mark, Seq},
    ids::{ChangeId, EventId, SourceId},
    preferences::Cell,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{object, problem::Problem};

/// The most entries of a page.
pub const PAGE_MOST: usize = 500;
/// The most changes of one push, and the most ids or cells of one change.
pub const PUSH_MOST: usize = 500;

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesPage {
    /// The entries, in order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Entry>))]
    pub entries: Vec<Entry>,
    /// The cursor after them.
    pub cursor: String,
    /// Whether there are more.
    pub more: bool,
}

/// What a desk did since it last told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The changes, in the order in which they were made.
    #[serde(deserialize_with = "object::many")]
    pub changes: Vec<PushedChange>,
}

/// One change made at a desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PushedChange {
    /// Named at the desk: pushing it twice is harmless.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub id: ChangeId,
    /// When it was made, by the desk's clock corrected by the server's.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Timestamp))]
    pub at: Timestamp,
    /// What was done.
    #[serde(deserialize_with = "object::one")]
    pub deed: Deed,
}

/// What can be done at a desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Mark items.
    Marked {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<uuid::Uuid>))]
        ids: Vec<EventId>,
        /// As what.
        #[serde(deserialize_with = "strict::mark")]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Mark))]
        mark: Mark,
    },
    /// Mark all read up to a place in the log.
    AllRead {
        /// That place.
        #[cfg_attr(feature = "openapi", schema(value_type = i64))]
        up_to: Seq,
        /// Only these.
        #[serde(default, deserialize_with = "strict::filter")]
        #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Filter))]
        filter: Filter,
    },
    /// Choose.
    Preferred {
        /// The choices.
        #[serde(deserialize_with = "strict::cells")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Cell>))]
        cells: Vec<Cell>,
    },
    /// Say whether new chats are welcome: `available`, `busy` or `away` (R19). Never enters the log.
    Availability {
        /// As what.
        value: String,
    },
    /// Say that the agent was at this desk, by keyboard or mouse, at the moment of the change: the other desks wait (R5). Never enters the log.
    Active {},
    /// Say what the agent looks at, for 30 s (R5). Never enters the log.
    Presence {
        /// The source whose page it is.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        source: Option<SourceId>,
        /// The conversation on screen, by the id of that source, which must be named then.
        #[serde(default)]
        conversation: Option<String>,
        /// Whether the platform's page is visible and focused.
        focused: bool,
    },
}

impl Deed {
    /// Says whether it holds for the moment only: it never enters the log, and nothing of it is kept.
    #[must_use]
    pub const fn is_for_the_moment(&self) -> bool {
        match self {
            Self::Availability { .. } | Self::Active {} | Self::Presence { .. } => true,
            Self::Marked { .. } | Self::AllRead { .. } | Self::Preferred { .. } => false,
        }
    }
}

/// What became of the pushed changes, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pushed {
    /// An answer for each.
    pub answers: Vec<Answer>,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub id: ChangeId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the log, now or since the first time it was pushed.
    Accepted,
    /// Something later had already taken its place.
    Superseded,
    /// It cannot be: the desk takes it back.
    Refused {
        /// Why, and what to do.
        problem: Problem,
    },
}
