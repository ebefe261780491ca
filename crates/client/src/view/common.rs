//! What every window shows: the link, the account, whether it is quiet, the health of the desk's parts.

use campanile_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::act::Availability;

/// A window of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The list of notices.
    Bell,
    /// The preferences.
    Preferences,
}

/// What every window shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Common {
    /// The build of the desk; a window of another build ends itself.
    pub build: String,
    /// The language spoken: `en` or `uk`.
    pub language: String,
    /// `light`, `dark`, or none to follow the system.
    pub theme: Option<String>,
    /// The present moment by the desk's clock.
    #[cfg_attr(test, ts(type = "string"))]
    pub now: Timestamp,
    /// The link to the server.
    pub link: LinkView,
    /// Who is signed in.
    pub account: Option<AccountView>,
    /// Whether it is quiet.
    pub quiet: QuietView,
    /// How many choices and deeds the server has yet to take; shown when they wait.
    pub waiting: u32,
    /// The desk's parts, those in trouble first.
    pub parts: Vec<PartView>,
    /// Whether a pairing link is being tried.
    pub pairing: bool,
    /// The last thing that can be undone, as a code with its count: `removed:3`, `read:12` or `snoozed:1`.
    pub undo: Option<String>,
    /// A problem of the last deed, as a code of the language catalogue (`problem-<code>`).
    pub problem: Option<String>,
}

/// The link to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkView {
    /// Nobody has signed in.
    NoAccount,
    /// Trying.
    Connecting,
    /// Connected.
    Connected,
    /// No answer; trying again.
    Offline {
        /// The server's host.
        host: String,
        /// Since when.
        #[cfg_attr(test, ts(type = "string"))]
        since: Timestamp,
        /// When it is tried again.
        #[cfg_attr(test, ts(type = "string"))]
        retry_at: Timestamp,
        /// Why, as a code (`offline-<code>`).
        why: String,
    },
    /// The server knows this desk no more.
    SignedOut,
    /// The server needs a newer desk.
    TooOld,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccountView {
    /// The agent's name.
    pub name: String,
    /// The server's host.
    pub host: String,
    /// Whether the sign-in ends with the app, as there is no keyring.
    pub session_only: bool,
    /// Whether new chats are welcome.
    pub availability: Availability,
}

/// Whether it is quiet, and what comes next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuietView {
    /// The hold in force.
    pub hold: Option<HoldView>,
    /// When the next window of quiet hours starts.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub next_start: Option<Timestamp>,
    /// The zone in which its times are told.
    pub zone: String,
    /// That zone's offset from UTC at `Common::now`, in minutes.
    pub offset_minutes: i32,
}

/// A hold in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HoldView {
    /// Whether it is a mute, and not a window of quiet hours.
    pub mute: bool,
    /// Until when; none until somebody says.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub until: Option<Timestamp>,
    /// How many notices were held since it began.
    pub held: u32,
}

/// A part of the desk that can be in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The server.
    Server,
    /// The tray's host.
    Tray,
    /// The notification service.
    Toast,
    /// The sound device.
    Sound,
    /// The keyring.
    Keyring,
    /// The local store.
    Store,
    /// The clock, beside the server's.
    Clock,
    /// The zone rules.
    Zones,
    /// Start at login.
    Autostart,
    /// The system's own Do-Not-Disturb.
    SystemQuiet,
}

impl Part {
    /// Every part.
    pub const ALL: &[Self] = &[
        Self::Server,
        Self::Tray,
        Self::Toast,
        Self::Sound,
        Self::Keyring,
        Self::Store,
        Self::Clock,
        Self::Zones,
        Self::Autostart,
        Self::SystemQuiet,
    ];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Tray => "tray",
            Self::Toast => "toast",
            Self::Sound => "sound",
            Self::Keyring => "keyring",
            Self::Store => "store",
            Self::Clock => "clock",
            Self::Zones => "zones",
            Self::Autostart => "autostart",
            Self::SystemQuiet => "system_quiet",
        }
    }

    /// Returns everything that can be the matter with it; each has its message `part-<part>-<code>`.
    ///
    /// The reasons of [`crate::sync::Why`] for which a server gives no answer come on top, as `offline-<code>`.
    #[must_use]
    pub const fn troubles(self) -> &'static [&'static str] {
        match self {
            Self::Server => &["signed_out", "too_old"],
            Self::Tray => &["no_host", "no_bus"],
            Self::Toast => &["none", "refused", "off", "policy", "hangs", "no_bus"],
            Self::Sound => &["no_device", "busy", "no_answer"],
            Self::Keyring => &["absent", "locked", "failed", "waiting"],
            Self::Store => &["full", "read_only", "broken"],
            Self::Clock => &["far"],
            Self::Zones => &["old"],
            Self::Autostart => &["unreadable", "unwritable"],
            Self::SystemQuiet => &["on"],
        }
    }

    /// Returns the state in which it does not work; `code` is one of [`Part::troubles`].
    #[must_use]
    pub fn fails(self, code: &'static str) -> PartState {
        debug_assert!(
            self.troubles().contains(&code),
            "{} has no trouble {code}",
            self.id()
        );
        PartState::Fails { code: code.into() }
    }
}

/// The state of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PartState {
    /// Not asked yet, or the system does not tell.
    Unknown,
    /// It works. The detail is a name or a version for people: `dunst 1.9.0`, `2026f`.
    Works {
        /// The detail.
        detail: String,
    },
    /// Off, and that is fine.
    Off,
    /// It does not work. The code names a message and its cure (`part-<part>-<code>`).
    Fails {
        /// The code.
        code: String,
    },
}

/// A part and its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartView {
    /// Which.
    pub part: Part,
    /// How it is.
    pub is: PartState,
    /// What was measured, in words: how far the clock is off, how old the zone rules are, how much of the server's could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub measured: Option<String>,
}
