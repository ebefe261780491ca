//! The frames of the stream: server-sent events whose name is the frame's type.

use campanile_core::{
    change::{Entry, Seq},
    ids::{Epoch, SourceId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::snapshot::Snapshot;

/// The name of a [`Hello`] frame; always the first.
pub const HELLO: &str = "hello";
/// The name of a frame with a [`Snapshot`]: the log could not be continued from the cursor. Its SSE id is the cursor.
pub const SNAPSHOT: &str = "snapshot";
/// The name of a frame with [`Entries`]. Its SSE id is the cursor after them.
pub const ENTRIES: &str = "entries";
/// The name of a frame with a [`Presence`]; it has no id, as it is in no log.
pub const PRESENCE: &str = "presence";
/// The name of the last frame before the server ends a stream on purpose: the token was revoked.
pub const GOODBYE: &str = "goodbye";

/// The first frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hello {
    /// The version of the words.
    pub protocol: u32,
    /// The life of the database.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub epoch: Epoch,
    /// The server's clock.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Timestamp))]
    pub now: Timestamp,
    /// The oldest desk, by its protocol, that is served.
    pub min_desk: u32,
    /// The last place of the agent's log: what is told of the log up to there was missed, what comes after it is news (R7).
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last: Seq,
}

/// Entries of the log, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entries {
    /// The entries.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::Entry>))]
    pub entries: Vec<Entry>,
}

/// What is only true for the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Presence {
    /// Whether new chats are welcome, as the platform says: `available`, `busy` or `away` (R19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<String>,
    /// Until when the agent counts as active at some desk (R5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Timestamp>))]
    pub active_until: Option<Timestamp>,
    /// Until when the agent looks at the platform's page (R5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Timestamp>))]
    pub focused_until: Option<Timestamp>,
    /// The source whose page it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub source: Option<SourceId>,
    /// The conversation on screen, by that source's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
}

/// A frame, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The first.
    Hello(Hello),
    /// The present.
    Snapshot(Box<Snapshot>),
    /// Entries.
    Entries(Entries),
    /// For the moment.
    Presence(Presence),
    /// The end.
    Goodbye,
    /// A frame that this program does not know.
    Unknown,
}

impl Frame {
    /// Reads a frame by its SSE event name and data.
    ///
    /// # Errors
    /// What serde says, where the data of a known frame cannot be read.
    pub fn read(name: &str, data: &str) -> Result<Self, serde_json::Error> {
        Ok(match name {
            HELLO => Self::Hello(serde_json::from_str(data)?),
            SNAPSHOT => Self::Snapshot(serde_json::from_str(data)?),
            ENTRIES => Self::Entries(serde_json::from_str(data)?),
            PRESENCE => Self::Presence(serde_json::from_str(data)?),
            GOODBYE => Self::Goodbye,
            _ => Self::Unknown,
        })
    }
}
