//! What to do with notices that have come: each is decided, and together they share toasts and one melody.

use campanile_core::{
    channel::{Channel, Side},
    decide::{self, Circumstances, Focus, Reason, Verdict},
    event::Notice,
    ids::EventId,
    time::Timestamp,
};

use super::{Session, sounds::Ring};

/// How notices came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As they happened, or back from a snooze.
    Live,
    /// After they had waited, as the agent was active at another desk.
    Late,
    /// In a catch-up.
    CatchingUp,
}

/// How much a notice matters beside others that come with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Importance {
    /// Whether its kind is urgent.
    pub urgent: bool,
    /// Whether its kind always alerts.
    pub always_alerts: bool,
}

/// A notice whose toast is to be shown.
#[derive(Debug)]
pub struct Turn<'a> {
    /// How much it matters.
    pub importance: Importance,
    /// The notice.
    pub notice: &'a Notice,
}

impl Session {
    /// Decides what becomes of `notices` on this desk's outlets, and does it.
    pub(super) fn announce(&mut self, notices: &[&Notice], how: How, now: Timestamp) {
        if notices.is_empty() {
            return;
        }
        self.see_quiet(now);
        let mut turns = Vec::new();
        let mut loudest: Option<Ring> = None;
        for &notice in notices {
            let verdict = self.decide(notice, now);
            let importance = self.importance(notice, &verdict);
            let end = self.end_here(notice.expires_at, now);
            let later = how == How::CatchingUp && !importance.always_alerts;
            let fires = verdict.fires(Channel::Toast) || verdict.fires(Channel::Sound);
            if fires && how == How::Live && self.yields(notice, now) {
                self.of.rulings.remember(notice.id, verdict);
                self.note_yielded(notice.id);
                continue;
            }
            if fires {
                // What waits, repeats or was put behind another is told by its text later.
                self.of.texts.hold(notice);
            }
            if verdict.fires(Channel::Toast) {
                let remembered = if later {
                    self.of.away.wait(notice.id, end)
                } else {
                    turns.push(Turn { importance, notice });
                    true
                };
                self.kept.toasting.extend(remembered.then_some(notice.id));
            } else if is_held(&verdict) && self.of.held.wait(notice.id, end) {
                self.kept.toasting.push(notice.id);
            }
            if verdict.fires(Channel::Sound)
                && let Some(play) = self.melody_of(notice)
            {
                let ring = Ring {
                    id: notice.id,
                    importance,
                    play,
                };
                if later {
                    self.of.away.ring_later(ring);
                } else if loudest
                    .as_ref()
                    .is_none_or(|loudest| loudest.importance < importance)
                {
                    loudest = Some(ring);
                }
            }
            self.of.rulings.remember(notice.id, verdict);
        }
        if how == How::CatchingUp {
            self.of.away.wait_for_lull(now);
        }
        self.show(turns, now);
        if let Some(ring) = loudest {
            self.ring(ring, now);
        }
        self.dirty = true;
    }

    /// Decides what becomes of a notice on the desk's outlets at `now`.
    pub(super) fn decide(&self, notice: &Notice, now: Timestamp) -> Verdict {
        // An event's time to interrupt is told by the server's clock, everything else by the one on this wall.
        let at = if notice.expires_at.is_some() {
            self.of.link.corrected(now)
        } else {
            now
        };
        let focused = self
            .of
            .focused_until
            .is_some_and(|until| self.of.link.corrected(now) < until);
        let circumstances = Circumstances {
            now: at,
            preferences: &self.of.preferences,
            policy: &self.of.policy,
            hold: self.of.stillness.hold(),
            focus: match &self.of.on_screen {
                _ if !focused => Focus::Elsewhere,
                Some((source, id)) => Focus::Conversation { source, id },
                None => Focus::Inbox,
            },
        };
        decide::decide(notice, Side::Desk, &circumstances)
    }

    /// Returns a notice that is unread still and would be told of on `channel` if it came now.
    pub(super) fn still_told(
        &self,
        id: EventId,
        channel: Channel,
        now: Timestamp,
    ) -> Option<&Notice> {
        let notice = self.of.texts.find(id)?;
        let told = self.can_interrupt(id, None, now) && self.decide(notice, now).fires(channel);
        told.then_some(notice)
    }

    fn importance(&self, notice: &Notice, verdict: &Verdict) -> Importance {
        let (preferences, policy) = (&self.of.preferences, &self.of.policy);
        let scopes = preferences.scopes_of(notice);
        Importance {
            urgent: verdict.urgent,
            always_alerts: decide::always_alerts(
                notice.kind.as_str(),
                &scopes,
                preferences,
                policy,
            ),
        }
    }
}

fn is_held(verdict: &Verdict) -> bool {
    verdict
        .ruled(Channel::Toast)
        .is_some_and(|ruled| matches!(ruled.reason, Reason::Held { .. }))
}
