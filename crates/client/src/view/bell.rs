//! The bell window.

use campanile_core::{catalogue::Group, event::RowKey, ids::EventId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::Common;

/// The bell window: counts and the first page. Further pages are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BellView {
    /// What every window shows.
    pub common: Common,
    /// The badge: rows with something unread.
    pub unread: u32,
    /// Whether the list is still being fetched from the server.
    pub filling: bool,
    /// The groups that the list has something of, for the chips.
    #[cfg_attr(test, ts(type = "string[]"))]
    pub groups: Vec<Group>,
    /// Grows with each change of the list, so that a window knows when to ask for its page again.
    pub revision: u32,
    /// What waits for the person's word.
    pub ask: Option<AskView>,
}

/// What is done only once a person has agreed to a host, which is told as it is on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum AskView {
    /// Open the link of a notice, whose source did not declare that host.
    Open {
        /// The notice.
        #[cfg_attr(test, ts(type = "string"))]
        id: EventId,
        /// The host.
        host: String,
    },
    /// Sign in by a link that something else handed over, which signs the present account out.
    Pair {
        /// The link, to be given back with [`crate::act::Action::Pair`].
        link: String,
        /// The host.
        host: String,
    },
}

/// What of the list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct PageFilter {
    /// Which tab.
    pub tab: Tab,
    /// Only these groups; empty for all.
    #[cfg_attr(test, ts(type = "string[]"))]
    pub groups: Vec<Group>,
    /// Only rows with these words.
    pub search: String,
}

/// A tab of the bell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// What is unread.
    #[default]
    Unread,
    /// Everything that was not removed, the history of bell-less kinds too.
    All,
    /// Mentions.
    Mentions,
}

/// A page of the list: newest rows first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Page {
    /// At most 50 rows.
    pub rows: Vec<RowView>,
    /// What to ask the next page after; none at the end.
    pub next: Option<String>,
}

/// A row: the newest notice of a conversation, and the others that unfold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RowView {
    /// The row.
    #[cfg_attr(test, ts(type = "string"))]
    pub key: RowKey,
    /// Its notices, the newest first; at most 20 are told.
    pub items: Vec<ItemView>,
    /// How many more there are.
    pub more: u32,
}

/// A notice in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ItemView {
    /// The notice.
    #[cfg_attr(test, ts(type = "string"))]
    pub id: EventId,
    /// The kind's id.
    pub kind: String,
    /// The kind's group; none for a kind that is not known here.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub group: Option<Group>,
    /// What happened: "SLA breached", "Ana Admin mentioned you".
    pub title: String,
    /// What it is about: "#412 Parcel late · Tomas Reed".
    pub about: String,
    /// The text.
    pub text: String,
    /// The language of the text, where the source told it.
    pub lang: Option<String>,
    /// When it happened.
    #[cfg_attr(test, ts(type = "string"))]
    pub time: Timestamp,
    /// Whether it is to be read.
    pub unread: bool,
    /// Until when it is put off.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub snoozed_until: Option<Timestamp>,
    /// Whether it is urgent.
    pub urgent: bool,
    /// Whether it is kept here only: the server was restored from an older copy, or has forgotten it (F31).
    pub not_on_server: bool,
    /// Whether it leads somewhere.
    pub opens: bool,
    /// The host that must be agreed to before it is opened, where the source did not declare it.
    pub strange_host: Option<String>,
}

/// "Why did this ring?": what the desk and the server decided (R1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WhyView {
    /// The channels, in the order in which people see them: those of the server once it has told.
    pub lines: Vec<WhyLine>,
    /// The ids of the channels that this instance does not offer.
    pub not_offered: Vec<String>,
    /// How the server's part stands.
    pub server: ServerPart,
}

/// How the server's part of an answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ServerPart {
    /// It is being asked.
    Asking,
    /// It has told.
    Told,
    /// It does not have the notice.
    Lacks,
    /// It could not be asked.
    NoAnswer,
}

/// One line of "Why did this ring?": a channel, what became of it, and the reason as words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WhyLine {
    /// The channel's id.
    pub channel: String,
    /// Whether it went out.
    pub fired: bool,
    /// Why, in the language of the view.
    pub reason: String,
}
