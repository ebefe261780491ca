//! Everything that the session can ask of the desk. There is no other way out.

use campanile_core::{
    change::{Entry, Seq},
    event::Notice,
    ids::{ChangeId, Epoch, EventId},
    inbox::Marked,
    preferences::Cell,
    time::Timestamp,
};
use campanile_protocol::changes::PushedChange;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    message::Account,
    view::{TrayView, Window},
};

/// One thing for the desk to do. The desk performs effects in their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write to the store, durably, before anything that follows: a crash cannot ring twice. The only effect that is awaited.
    Keep(Box<Kept>),
    /// Show a toast, or replace the one with the same key.
    Toast(Box<Toast>),
    /// Take a toast back.
    Withdraw(ToastKey),
    /// Play a melody.
    Play(Play),
    /// Stop what is playing or repeating for this notice.
    Hush(EventId),
    /// Draw the tray.
    Tray(Box<TrayView>),
    /// Tell the open windows that their view is another; they look again.
    Redraw,
    /// Send a [`crate::message::Message::Woke`] at this moment of the wall clock. A later one takes its place.
    Wake(Timestamp),
    /// Push the changes that wait, now.
    Push(Vec<PushedChange>),
    /// Follow this server, or none. Given at the start and at each sign-in and sign-out.
    Follow(Option<Following>),
    /// Fetch a snapshot: the log cannot be continued from the cursor.
    Resync,
    /// Look when this machine was last touched; it comes as [`crate::message::Message::Input`].
    LookForInput,
    /// Ask the server how it decided of this notice; the answer comes as [`crate::message::Message::Verdict`].
    AskVerdict(EventId),
    /// Connect at once: the machine woke, or its network is another.
    Reconnect,
    /// Open a URL that the session has checked.
    Open {
        /// Where to.
        url: Url,
        /// The activation token of the click that asked for it.
        activation: Option<String>,
    },
    /// Open a window, or bring it forward.
    OpenWindow {
        /// Which.
        window: Window,
        /// The activation token of the click that asked for it.
        activation: Option<String>,
    },
    /// Pair with a server by a link; the answer comes as [`crate::message::Message::Paired`].
    Pair(Box<str>),
    /// Keep this account from now on and open its store; what that holds comes as [`crate::message::Message::Loaded`].
    SignIn(Box<Account>),
    /// Forget this account: its token, here and at the server, and all that was kept for it.
    SignOut {
        /// The account.
        account: Box<Account>,
        /// What the server has yet to answer: it is told before it forgets the token, as nothing else is left to tell it.
        pending: Vec<PushedChange>,
    },
    /// Keep what was chosen for this desk.
    KeepDesk(DeskSettings),
    /// Forget in the store what retention no longer covers at this moment.
    Prune(Timestamp),
    /// Read these notices from the store; they come as [`crate::message::Message::Recalled`].
    Recall(Vec<EventId>),
    /// Delete an own melody, `own:<name>`, from this desk.
    RemoveMelody(String),
    /// Start at login from now on, or not.
    Autostart(bool),
    /// Check one part of the desk: the health page asks for it, and a new day for [`crate::view::Part::Clock`].
    Check(crate::view::Part),
    /// End the desk.
    Quit,
}

/// Whom to follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Following {
    /// The server's base URL.
    pub server: Url,
    /// The account's name in the keyring.
    pub account: String,
    /// Where to go on; `None` asks for a snapshot.
    pub cursor: Option<String>,
}

/// What to write to the store in one transaction, field by field in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Notices that are new here, with their state.
    pub items: Vec<KeptItem>,
    /// Marks that are another.
    pub marks: Vec<(EventId, Marked)>,
    /// Notices that are gone, as a snapshot lacks them. What retention takes goes by [`Effect::Prune`].
    pub forgotten: Vec<EventId>,
    /// Notices that stay here though the server has them no more (F31).
    pub stranded: Vec<EventId>,
    /// Choices, with the moment they were meant.
    pub cells: Vec<(Cell, Timestamp)>,
    /// Policy and scopes, where they changed.
    pub entries: Vec<Entry>,
    /// How far the server's log has been taken in.
    pub cursor: Option<String>,
    /// The life of the server's database, where a snapshot told it.
    pub epoch: Option<Epoch>,
    /// Changes made here that the server has yet to answer.
    pub pending: Vec<PushedChange>,
    /// Changes that the server has answered.
    pub settled: Vec<ChangeId>,
    /// Changes that a person took back before the server was told; they are never pushed.
    pub taken_back: Vec<ChangeId>,
    /// Toasts that are about to be shown: after a crash they join the summary, and are not shown again (design 10.9).
    pub toasting: Vec<EventId>,
    /// Toasts that were shown.
    pub toasted: Vec<EventId>,
}

/// What is chosen for one desk, whoever signs in there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskSettings {
    /// `en` or `uk`; none to follow the system.
    pub language: Option<String>,
    /// `light` or `dark`; none to follow the system.
    pub theme: Option<String>,
}

impl Kept {
    /// Says whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A notice with its state, as the store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptItem {
    /// The notice.
    pub notice: Notice,
    /// Where it arrived in the log.
    pub seq: Seq,
    /// Whether it stands in the unread list.
    pub bell: bool,
    /// How it is marked.
    pub marked: Marked,
}

/// Which toast: one for each notice, one for each kind of summary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ToastKey {
    /// A notice's own.
    Notice(EventId),
    /// What came while nobody was told: a catch-up, or a hold that ended; in which sitting, counted from 0: what is said
    /// late of one account's is not the next one's (F42).
    Summary(u32),
    /// "N more", beyond the most that may stand at once, of the same sitting.
    More(u32),
    /// A word of the app itself: no keyring, no tray, a test.
    App(&'static str),
}

/// A toast, ready to be drawn: words are chosen, bounded and stripped of controls, but not escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Which one it is; the same key replaces.
    pub key: ToastKey,
    /// The summary line, plain text.
    pub title: String,
    /// The text, plain; the adapter escapes it where its daemon takes markup.
    pub body: String,
    /// Its buttons, at most three.
    pub buttons: Vec<Button>,
    /// Whether it asks for urgency.
    pub urgent: bool,
    /// How long it stays, in milliseconds; `None` until it is dismissed.
    pub duration_ms: Option<u32>,
}

/// A button of a toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it does.
    pub press: Press,
    /// The word on it.
    pub label: String,
}

/// What a person can press on a toast. The system gets only [`Press::id`]; what it means is looked up here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Press {
    /// The toast itself, or its "Open".
    Open,
    /// "Mark read".
    Read,
    /// "Snooze".
    Snooze,
}

impl Press {
    /// Every press.
    pub const ALL: &[Self] = &[Self::Open, Self::Read, Self::Snooze];

    /// Returns the name that is handed to the system. A click on the body is called `default` by the Desktop Notifications specification.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Open => "default",
            Self::Read => "read",
            Self::Snooze => "snooze",
        }
    }

    /// Returns the press of that name; whatever else the system answers is nobody's.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|press| press.id() == id)
    }
}

/// A melody to play.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    /// Whose it is; a preview has none.
    pub notice: Option<EventId>,
    /// The melody's id, or `own:<name>`.
    pub melody: String,
    /// The id of the melody to play where this desk lacks that one, or cannot play it (F39).
    pub instead: String,
    /// 0 to 100, all volumes taken together.
    pub volume: u8,
}
