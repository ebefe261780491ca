//! The link to the server: how it is, since when, and what the server's clock says.

use campanile_core::time::Timestamp;

use super::Session;
use crate::{
    message::{Link, StoreFault},
    view::{LinkView, Part, PartState},
    words::args,
};

/// What is told once by a toast, since a desk without an icon or without its sign-in looks like one that does not run.
const TOLD: &[(Part, &str)] = &[
    (Part::Tray, "no_host"),
    (Part::Keyring, "absent"),
    (Part::Keyring, "locked"),
    (Part::Keyring, "failed"),
];

/// How the link is.
#[derive(Clone, Debug, Default)]
pub struct LinkState {
    link: Option<Link>,
    /// Since when there is no answer. Trying again does not end it.
    down_since: Option<Timestamp>,
    /// The server's clock less ours, in milliseconds, once it was measured.
    pub offset_ms: Option<i64>,
}

impl LinkState {
    /// Says whether the stream is open.
    pub fn is_up(&self) -> bool {
        matches!(self.link, Some(Link::Connected { .. }))
    }

    /// Says whether somebody must do something before it can be up again.
    pub fn needs_a_person(&self) -> bool {
        matches!(self.link, Some(Link::SignedOut | Link::TooOld))
    }

    /// Says whether the server knows this desk no more.
    pub fn is_signed_out(&self) -> bool {
        matches!(self.link, Some(Link::SignedOut))
    }

    /// Returns since when there is no answer.
    pub fn down_since(&self) -> Option<Timestamp> {
        self.down_since
    }

    /// Returns the server's time.
    pub fn corrected(&self, now: Timestamp) -> Timestamp {
        now.plus_ms(self.offset_ms.unwrap_or_default())
    }

    /// Returns it as the windows show it.
    pub fn view(&self, host: &str) -> LinkView {
        match (&self.link, self.down_since) {
            (Some(Link::Connected { .. }), _) => LinkView::Connected,
            (Some(Link::SignedOut), _) => LinkView::SignedOut,
            (Some(Link::TooOld), _) => LinkView::TooOld,
            (Some(Link::Offline { retry_at, why }), Some(since)) => LinkView::Offline {
                host: host.to_owned(),
                since,
                retry_at: *retry_at,
                why: (*why).to_owned(),
            },
            _ => LinkView::Connecting,
        }
    }
}

impl Session {
    pub(super) fn linked(&mut self, link: Link, now: Timestamp) {
        let state = &mut self.of.link;
        let part = match &link {
            Link::Connected { offset_ms, last } => {
                self.of.told_up_to = self.of.told_up_to.min(*last);
                self.dirty |= state.offset_ms != Some(*offset_ms);
                state.offset_ms = Some(*offset_ms);
                state.down_since = None;
                PartState::Works {
                    detail: String::new(),
                }
            }
            Link::Offline { why, .. } => {
                state.down_since.get_or_insert(now);
                PartState::Fails {
                    code: (*why).to_owned(),
                }
            }
            Link::SignedOut => Part::Server.fails("signed_out"),
            Link::TooOld => Part::Server.fails("too_old"),
            Link::Connecting => self
                .parts
                .get(&Part::Server)
                .cloned()
                .unwrap_or(PartState::Unknown),
        };
        if matches!(link, Link::SignedOut | Link::TooOld) {
            state.down_since = None;
        }
        state.link = Some(link);
        if !self.of.link.is_up() {
            self.give_up_inquiry();
            self.of.elsewhere.untold();
        }
        if self.of.link.is_up() {
            self.prune(now);
        }
        self.of.deeds.push_again();
        self.set_part(Part::Server, part);
    }

    /// Takes in that something could not be read, for the health page to tell.
    pub(super) fn passed_over(&mut self, count: u32) {
        self.of.unreadable = self.of.unreadable.saturating_add(count);
        self.dirty = true;
    }

    /// Returns what is amiss in what the server tells, in words.
    pub(super) fn unreadable_words(&self) -> Option<String> {
        let count = self.of.unreadable;
        (count > 0).then(|| {
            self.words
                .say_with("link-unreadable", &args([("count", count.into())]))
        })
    }

    /// Takes in that the store does not take what it is given.
    pub(super) fn store_failed(&mut self, fault: StoreFault) {
        let state = match fault {
            StoreFault::Full => Part::Store.fails("full"),
            StoreFault::ReadOnly => Part::Store.fails("read_only"),
            StoreFault::Broken => Part::Store.fails("broken"),
        };
        self.set_part(Part::Store, state);
    }

    pub(super) fn set_part(&mut self, part: Part, state: PartState) {
        self.dirty |= self.parts.get(&part) != Some(&state);
        self.parts.insert(part, state);
    }

    pub(super) fn part_is(&mut self, part: Part, state: PartState, now: Timestamp) {
        let works = matches!(state, PartState::Works { .. });
        let worked = matches!(self.parts.get(&part), Some(PartState::Works { .. }));
        if let PartState::Fails { code } = &state
            && TOLD.contains(&(part, code.as_str()))
            && self.told_parts.insert(part)
        {
            self.tell_of_part(part, code);
        }
        self.set_part(part, state);
        if part == Part::Toast && works && !worked {
            self.toasts_are_back(now);
        }
    }
}
