//! What was decided of the notices that came last, to answer "Why did this ring?" (R1).

use std::collections::{HashMap, VecDeque};

use campanile_core::{
    channel::Channel,
    decide::{Reason, Verdict},
    event::Notice,
    ids::EventId,
};

use super::{Now, Session};
use crate::{view::WhyLine, words::Fate};

/// How many are remembered.
const MOST: usize = 500;

/// The verdicts of late, and what came of them.
#[derive(Debug, Default)]
pub struct Rulings {
    by_id: HashMap<EventId, Ruling>,
    order: VecDeque<EventId>,
}

#[derive(Debug)]
struct Ruling {
    verdict: Verdict,
    toast: Fate,
    sound: Fate,
}

impl Rulings {
    /// Remembers a verdict. That of a notice that returns from a snooze takes the place of the first.
    pub fn remember(&mut self, id: EventId, verdict: Verdict) {
        let ruling = Ruling {
            verdict,
            toast: Fate::Rang,
            sound: Fate::Rang,
        };
        if self.by_id.insert(id, ruling).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
    }

    /// Remembers what came of a toast.
    pub fn tell(&mut self, id: EventId, fate: Fate) {
        if let Some(ruling) = self.by_id.get_mut(&id) {
            ruling.toast = fate;
        }
    }

    /// Remembers what came of a melody.
    pub fn sound(&mut self, id: EventId, fate: Fate) {
        if let Some(ruling) = self.by_id.get_mut(&id) {
            ruling.sound = fate;
        }
    }
}

impl Session {
    /// Returns why each outlet of this desk did or did not tell of a notice, in words.
    ///
    /// Of a notice that came long ago the verdict is that of its own time by today's preferences.
    #[must_use]
    pub fn why(&self, notice: &Notice, now: &Now) -> Vec<WhyLine> {
        let clock = self.clock(now.wall);
        let known = self.of.rulings.by_id.get(&notice.id);
        let afresh = || self.decide(notice, notice.time);
        let verdict = known.map_or_else(afresh, |ruling| ruling.verdict.clone());
        let line = |channel| {
            let ruled = verdict.ruled(channel)?;
            let fate = known.map_or(Fate::Rang, |ruling| match channel {
                Channel::Sound => ruling.sound,
                _ => ruling.toast,
            });
            let place = match &ruled.reason {
                Reason::Chosen { scope } => self.place_name(scope),
                _ => None,
            };
            Some(WhyLine {
                channel: channel.id().to_owned(),
                fired: ruled.outcome == campanile_core::decide::Outcome::Fires
                    && fate == Fate::Rang,
                reason: self.words.ruled(ruled, fate, place, &clock),
            })
        };
        [Channel::Toast, Channel::Sound]
            .into_iter()
            .filter_map(line)
            .collect()
    }
}
