//! The preferences window: kinds, channels, quiet hours and settings, with what each inherits and who locked it.

use campanile_core::policy::Lock;
use serde::{Deserialize, Serialize};

use super::Common;

/// The preferences window, for one scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreferencesView {
    /// What every window shows.
    pub common: Common,
    /// The scope shown: `*`, `line:…`, `inbox:…`, `team:…`.
    pub scope: String,
    /// The row that somebody asked for elsewhere.
    pub at_kind: Option<KindAt>,
    /// The scopes to choose from.
    pub places: Vec<PlaceView>,
    /// Whether the agent is told of what comes on the line shown; none where that is not theirs to choose (R25).
    pub follow: Option<bool>,
    /// The columns.
    pub channels: Vec<ChannelView>,
    /// The rows, in groups.
    pub groups: Vec<GroupView>,
    /// Whether the full centre is on; off, only the channels' switches are shown (R17).
    pub full: bool,
    /// The melodies to choose from.
    pub melodies: Vec<MelodyView>,
    /// The quiet hours.
    pub quiet_hours: QuietHoursView,
    /// Toast: how long one stays, in milliseconds; 0 until dismissed.
    pub toast_duration_ms: i32,
    /// Toast: the most at once.
    pub toast_most: u32,
    /// Toast: repeats until read.
    pub toast_repeats: u32,
    /// Toast: `text`, `name` or `nothing`.
    pub toast_shows: String,
    /// What looking at the platform's inbox page silences: `inbox` for everything, or `conversation` (R5).
    pub focus: String,
    /// Whether the agent's other desks wait while the agent is active at one (R5).
    pub others_wait: bool,
    /// Sound: the volume of everything, 0 to 100.
    pub volume: u32,
    /// Sound: the gap between two, in milliseconds.
    pub sound_gap_ms: i32,
    /// Sound: repeats every 30 s until read.
    pub sound_repeats: bool,
    /// Whether the app starts at login; none where the system does not tell.
    pub autostart: Option<bool>,
    /// Whether a language was chosen, and not the system's followed.
    pub language_chosen: bool,
    /// How many of the kinds that are sent have toasts on, for the line of advice.
    pub toast_kinds: u32,
}

/// A row of the matrix that is to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KindAt {
    /// The kind's id.
    pub kind: String,
    /// Another for each time that somebody asked, so that a window goes there once.
    pub turn: u32,
}

/// A scope to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlaceView {
    /// As cells name it.
    pub scope: String,
    /// `everything`, `line`, `inbox` or `team`.
    pub what: String,
    /// The name for people; empty for everything.
    pub name: String,
}

/// A column of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChannelView {
    /// The channel's id; its label is `channel-<id>`.
    pub id: String,
    /// The channel's own switch.
    pub on: bool,
    /// Who locked it.
    #[cfg_attr(test, ts(type = "'required' | 'unavailable' | 'view_only' | null"))]
    pub lock: Option<Lock>,
    /// Whether it is only for what is assigned to me.
    pub only_mine: bool,
}

/// A group of kinds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GroupView {
    /// The group's id; its label is `group-<id>`.
    pub id: String,
    /// Its kinds.
    pub kinds: Vec<KindView>,
}

/// A row of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KindView {
    /// The kind's id; its label is `kind-<id>`.
    pub id: String,
    /// A cell for each column, in the columns' order.
    pub cells: Vec<CellView>,
    /// The melody in force.
    pub melody: String,
    /// Whether the melody is inherited.
    pub melody_inherited: bool,
    /// The kind's own volume, 0 to 100; none for the general one.
    pub volume: Option<u32>,
    /// Whether it always alerts.
    pub always_alert: bool,
    /// Whether it can be edited; a view-only row says why.
    pub view_only: bool,
    /// Whether a source says that it sends this kind; none did: "not available yet" (R17).
    pub sent: bool,
    /// Whether it is muted now.
    pub muted: bool,
    /// Whether it is urgent.
    pub urgent: bool,
}

/// A tick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CellView {
    /// Whether it is on.
    pub on: bool,
    /// Whether that comes from a weaker layer than this scope's own choice.
    pub inherited: bool,
    /// Who locked it.
    #[cfg_attr(test, ts(type = "'required' | 'unavailable' | 'view_only' | null"))]
    pub lock: Option<Lock>,
}

/// A melody to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MelodyView {
    /// Its id; the label of a built-in one is `melody-<id>`.
    pub id: String,
    /// What the file was called where it was chosen, where it is an own one of this desk.
    pub file: Option<String>,
    /// Whether it is an own one of another desk: here the kind's default is played.
    pub elsewhere: bool,
}

/// The quiet hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuietHoursView {
    /// The master switch.
    pub on: bool,
    /// The IANA zone.
    pub zone: String,
    /// The zones to choose from are asked for by a page of their own; this is the wall time there now, `14:32`.
    pub there_now: String,
    /// The windows.
    pub windows: Vec<WindowView>,
    /// Whether mail of that time is held for one summary, and not skipped.
    pub hold_email: bool,
    /// The kinds that still ring.
    pub still_heard: Vec<String>,
    /// What comes next, in words.
    pub next: String,
    /// The next change of the clocks, in words; empty where none falls into the next half year.
    pub clocks: String,
}

/// A window of quiet hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WindowView {
    /// `mon` to `sun`.
    pub days: Vec<String>,
    /// `19:00`.
    pub start: String,
    /// `08:00`.
    pub end: String,
}
