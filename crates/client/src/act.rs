//! What a person can do, from a window, the tray or the command line.

use campanile_core::{
    change::Filter, event::RowKey, ids::EventId, preferences::Cell, time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::view::{Part, Window};

/// One deed of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Open what a notice is about, and mark it read (R6).
    Open {
        /// The notice.
        #[cfg_attr(test, ts(type = "string"))]
        id: EventId,
        /// Whether the person has agreed to a host that the source did not declare.
        #[serde(default)]
        agreed: bool,
    },
    /// Mark read.
    Read {
        /// What.
        what: What,
    },
    /// Mark unread.
    Unread {
        /// What.
        what: What,
    },
    /// Put off until a moment.
    Snooze {
        /// What.
        what: What,
        /// Until when.
        #[cfg_attr(test, ts(type = "string"))]
        until: Timestamp,
    },
    /// Remove for good.
    Remove {
        /// What.
        what: What,
    },
    /// Mark all read that is in sight.
    ReadAll {
        /// Only these.
        #[cfg_attr(test, ts(type = "{ groups?: string[]; kind?: string }"))]
        #[serde(default)]
        filter: Filter,
    },
    /// Take back the last deed that can be taken back, within 8 s of it.
    Undo,
    /// Choose.
    Prefer {
        /// The choices.
        #[cfg_attr(
            test,
            ts(type = "{ scope: string; kind: string; facet: string; value: unknown }[]")
        )]
        cells: Vec<Cell>,
    },
    /// Be quiet, or stop being quiet, from now.
    Quiet {
        /// For how long.
        how: QuietFor,
    },
    /// Say whether new chats are welcome (R19).
    Available {
        /// As what.
        as_what: Availability,
    },
    /// Play a melody once.
    Preview {
        /// Its id.
        melody: String,
        /// 0 to 100; the volume in force where none is given.
        volume: Option<u8>,
    },
    /// Ask why a notice rang or did not: the server's part of the answer is fetched (R1).
    Why {
        /// The notice.
        #[cfg_attr(test, ts(type = "string"))]
        id: EventId,
    },
    /// Show a toast and play a melody, to see and hear that it works.
    Test,
    /// Check a part of the desk again.
    Check {
        /// Which.
        part: Part,
    },
    /// Sign in by a pairing link.
    Pair {
        /// The link.
        link: String,
    },
    /// Sign in by a pairing link that something else handed over, a page most often: a person has to agree while somebody is signed in.
    OfferPair {
        /// The link.
        link: String,
    },
    /// Sign out.
    SignOut,
    /// Remove an own melody from this desk, and take back where it was chosen.
    RemoveMelody {
        /// Its id, `own:<name>`.
        melody: String,
    },
    /// Open a window.
    Show {
        /// Which.
        window: Window,
        /// In the preferences: the kind whose row is to be seen.
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        kind: Option<String>,
    },
    /// Connect at once.
    Reconnect,
    /// Speak this language; `None` follows the system.
    Language {
        /// `en` or `uk`.
        language: Option<String>,
    },
    /// Draw light or dark; `None` follows the system.
    Theme {
        /// `light` or `dark`.
        theme: Option<String>,
    },
    /// Start at login, or not.
    Autostart {
        /// Whether.
        on: bool,
    },
    /// End the app.
    Quit,
}

/// Which notices are meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// All notices of a row.
    Row(#[cfg_attr(test, ts(type = "string"))] RowKey),
    /// One notice.
    Notice(#[cfg_attr(test, ts(type = "string"))] EventId),
}

/// For how long to be quiet (ui.md, the tray's menu).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum QuietFor {
    /// Half an hour.
    HalfAnHour,
    /// An hour.
    AnHour,
    /// Until 08:00 of the next day.
    UntilMorning,
    /// Until I say.
    UntilISay,
    /// Stop: the mute ends, and the present window of quiet hours is lifted.
    Off,
}

/// Whether new chats are welcome (R19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Yes.
    Available,
    /// No, though at work.
    Busy,
    /// No.
    Away,
}

impl Availability {
    /// Every availability, in the order of the tray's menu.
    pub const ALL: &[Self] = &[Self::Available, Self::Busy, Self::Away];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }

    /// Returns the availability of that name, if there is one.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|availability| availability.id() == id)
    }
}
