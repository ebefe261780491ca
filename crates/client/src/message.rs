//! Everything that can happen to the desk. There is no other way in.

use std::sync::Arc;

use campanile_core::{
    change::{Entry, Scopes, Seq},
    decide::Verdict,
    ids::{ChangeId, Epoch, EventId},
    inbox::Inbox,
    policy::Policy,
    preferences::Cell,
    time::Timestamp,
    zone::Rules,
};
use campanile_protocol::{
    changes::{Outcome, PushedChange},
    frame::Presence,
    snapshot::Snapshot,
};
use url::Url;

use crate::{
    act::Action,
    effect::{KeptItem, Press, ToastKey},
    view::{Part, PartState, Window},
};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The store of the account was opened, and this is what it holds; with no account, nothing. It replaces all that was known.
    Loaded(Box<Loaded>),
    /// The store could not be written or read; what was told since is in memory only.
    StoreFailed(StoreFault),
    /// The store can be written again.
    StoreRecovered,
    /// The store was found damaged while it was in use, and was made anew: it lacks what was kept before.
    StoreRebuilt,
    /// What [`crate::effect::Effect::Recall`] asked for was looked up in the store.
    Recalled {
        /// Which notices were asked for.
        asked: Vec<EventId>,
        /// Those that the store has.
        items: Vec<KeptItem>,
    },
    /// What the link to one account tells. Of another account than the one signed in it is dropped (F42).
    From {
        /// The account's id.
        account: String,
        /// What.
        message: Box<Message>,
    },
    /// The link to the server is in another state.
    Link(Link),
    /// Entries of the log, in order.
    Heard {
        /// The entries.
        entries: Vec<Entry>,
        /// The cursor after them.
        cursor: String,
        /// Whether they happened before the link came up.
        catching_up: bool,
        /// Whether the catch-up goes on with another page at once.
        more: bool,
    },
    /// The present, as the server tells it to a newcomer or after a gap. Pages after the first carry only items.
    Snapshot(Box<Snapshot>),
    /// So many notices or entries of what came could not be read, and were passed over (F27).
    Unreadable {
        /// How many.
        count: u32,
    },
    /// What is only true for the moment: availability and focus (R5, R19).
    Presence(Presence),
    /// What [`crate::effect::Effect::AskVerdict`] asked for was answered, or will not be.
    Verdict {
        /// The notice.
        id: EventId,
        /// What the server says.
        told: Told,
    },
    /// The server answered changes.
    Settled(Vec<(ChangeId, Outcome)>),
    /// A person did something in a window or on the command line.
    Act(Action),
    /// A person clicked the tray.
    Clicked {
        /// What was meant by it.
        action: Action,
        /// The activation token that came with it.
        activation: Option<String>,
    },
    /// A person pressed a toast.
    Pressed {
        /// Which.
        key: ToastKey,
        /// What.
        press: Press,
        /// The activation token that came with it.
        activation: Option<String>,
    },
    /// A toast went away: it was dismissed, its time was over, or its daemon died.
    ToastClosed {
        /// Which.
        key: ToastKey,
        /// Whether a person sent it away.
        dismissed: bool,
    },
    /// A toast was shown.
    ToastShown(ToastKey),
    /// A toast could not be shown.
    ToastFailed(ToastKey),
    /// A window was opened or closed.
    Windows(Vec<Window>),
    /// The moment asked for by [`crate::effect::Effect::Wake`] has come.
    Woke,
    /// The machine woke from sleep, or its network is another.
    Resumed,
    /// A link that [`crate::effect::Effect::Open`] named was not opened: no program took it.
    NotOpened,
    /// Pairing came to an end.
    Paired(Result<Box<Account>, PairingFault>),
    /// A part of the desk is in another state.
    Part(Part, PartState),
    /// The server's clock was read anew.
    Measured {
        /// That clock less ours, in milliseconds.
        offset_ms: i64,
    },
    /// It was looked when this machine was last touched, by keyboard or mouse (R5).
    Input {
        /// For how many milliseconds it was not; none where the system does not tell.
        idle_ms: Option<i64>,
    },
    /// The zone rules were read anew.
    Zones(Arc<Rules>),
    /// The own melodies of this desk are these.
    OwnMelodies(Vec<OwnMelody>),
}

/// A sound file that a person gave this desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMelody {
    /// As choices name it: `own:<name>`.
    pub id: String,
    /// What the file was called where it was chosen. It never leaves this desk.
    pub name: String,
}

/// An account, as the store keeps it. Its token is in the keyring and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name under which the keyring keeps its token.
    pub id: String,
    /// The server's base URL.
    pub server: Url,
    /// The agent's name.
    pub name: String,
    /// Whether the token lives for this session only, as there is no keyring.
    pub session_only: bool,
}

/// What the store held at the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The account, if somebody signed in.
    pub account: Option<Account>,
    /// What is known of every notice that is unread or was marked of late, without its text.
    pub inbox: Inbox,
    /// The newest of them in full, all that are put off or about to be toasted among them, without an order.
    ///
    /// At most [`crate::store::LOADED_MOST`], so that a million unread fit in memory (F25).
    pub items: Vec<KeptItem>,
    /// The choices.
    pub cells: Vec<(Cell, Timestamp)>,
    /// The policy.
    pub policy: Option<Policy>,
    /// Who the agent is.
    pub scopes: Option<Scopes>,
    /// How far the log was taken in.
    pub cursor: Option<String>,
    /// The life of the server's database that all this was told by.
    pub epoch: Option<Epoch>,
    /// Changes that the server has yet to answer.
    pub pending: Vec<PushedChange>,
    /// Changes of the last 7 days that the server has answered: pushed again after an epoch change (design 10.6).
    pub answered: Vec<PushedChange>,
    /// Toasts that were about to be shown when the desk ended.
    pub toasting: Vec<EventId>,
    /// Whether the store was damaged and set aside.
    pub rebuilt: bool,
}

/// The state of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Trying.
    Connecting,
    /// The stream is open and its `hello` was read.
    Connected {
        /// The server's clock less ours, in milliseconds.
        offset_ms: i64,
        /// Where the log ends.
        last: Seq,
    },
    /// No answer; trying again.
    Offline {
        /// When it will be tried again.
        retry_at: Timestamp,
        /// Why, as a code of the language catalogue (`offline-<code>`): `no_answer`, `dns`, `tls`, `refused`, `portal`, `server`, …
        why: &'static str,
    },
    /// The server knows this desk no more; it is asked now and then whether it still does not.
    SignedOut,
    /// The server needs a newer desk; it is asked now and then whether it still does.
    TooOld,
}

/// What the server says when it is asked how it decided of a notice.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A ruling for each of its channels.
    Verdict(Verdict),
    /// It does not have the notice.
    Lacks,
    /// It gave no answer.
    NoAnswer,
}

/// Why the store does not take what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The disk is full.
    Full,
    /// The folder cannot be written.
    ReadOnly,
    /// Something else.
    Broken,
}

/// Why pairing failed, in terms of what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairingFault {
    /// The text is no pairing link.
    NotALink,
    /// The code is wrong, used or older than ten minutes: ask for a new one.
    Code,
    /// The server gave no answer.
    NoAnswer,
    /// The server asks to be left alone for a while: too much was tried.
    Busy,
    /// The agent has as many desks as one may have: one of them must go first.
    DesksFull,
    /// The server is not one that a desk may talk to: plain http beyond this machine.
    Insecure,
    /// The server's certificate is expired, another host's, or of an authority that this machine does not know.
    Untrusted,
}
