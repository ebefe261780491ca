//! What a decision says: for each channel what becomes of the notice there, and which layer had the last word.

use serde::{Deserialize, Serialize};

use crate::{channel::Channel, preferences::Scope, quiet::Hold, time::Timestamp};

/// What to do with a notice, channel by channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether its toast asks for urgency and the tray shows the urgent state (R4).
    pub urgent: bool,
    /// A ruling for each channel of the side that was asked.
    pub rulings: Vec<Ruled>,
}

impl Verdict {
    /// Says whether the notice goes out on `channel` at once.
    #[must_use]
    pub fn fires(&self, channel: Channel) -> bool {
        self.ruled(channel)
            .is_some_and(|ruled| ruled.outcome == Outcome::Fires)
    }

    /// Returns the ruling on `channel`, if it was this side's to decide.
    #[must_use]
    pub fn ruled(&self, channel: Channel) -> Option<&Ruled> {
        self.rulings.iter().find(|ruled| ruled.channel == channel)
    }
}

/// What was decided for one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruled {
    /// The channel.
    pub channel: Channel,
    /// What becomes of the notice there.
    pub outcome: Outcome,
    /// The layer that had the last word (R1).
    pub reason: Reason,
}

/// What becomes of a notice on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It goes out.
    Fires,
    /// It waits for the end of the hold, to go out in one summary.
    Waits,
    /// It does not.
    Silent,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: &[Self] = &[Self::Fires, Self::Waits, Self::Silent];
}

/// Why: the layer that had the last word, the weakest first (R2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Reason {
    /// Nobody chose; the catalogue says so.
    Catalogue,
    /// Nobody chose, and the catalogue does not know the kind.
    UnknownKind,
    /// The instance's default.
    Instance,
    /// The agent chose so.
    Chosen {
        /// Where.
        scope: Scope,
    },
    /// The channel is off.
    ChannelOff,
    /// The channel is kept to what is the agent's own (R25).
    OnlyMine,
    /// The admin requires it.
    Required,
    /// The admin does not allow it.
    Unavailable,
    /// This instance does not offer the channel.
    NotOffered,
    /// Its time is over.
    Expired,
    /// This very kind is muted.
    KindMuted {
        /// Until when; none until somebody says.
        until: Option<Timestamp>,
    },
    /// It is quiet.
    Held {
        /// Why, and until when.
        hold: Hold,
    },
    /// It is quiet, and this kind always alerts (R4).
    AlwaysAlert,
    /// The agent is looking at it (R5).
    Focus,
}
