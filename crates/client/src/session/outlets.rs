//! What was decided of the notices that came last, to answer "Why did this ring?" (R1).

use std::collections::{HashMap, VecDeque};

use campanile_core::{channel::Channel, decide::Verdict, ids::EventId};

use crate::words::Fate;

/// How many are remembered.
const MOST: usize = 500;

/// The verdicts of late, and what came of them.
#[derive(Debug, Default)]
pub struct Rulings {
    by_id: HashMap<EventId, Ruling>,
    order: VecDeque<EventId>,
}

/// A verdict, and what came of each outlet's turn after it.
#[derive(Debug)]
pub struct Ruling {
    pub verdict: Verdict,
    toast: Fate,
    sound: Fate,
}

impl Ruling {
    /// Returns what came of a channel's turn.
    pub fn fate(&self, channel: Channel) -> Fate {
        match channel {
            Channel::Toast => self.toast,
            Channel::Sound => self.sound,
            _ => Fate::Rang,
        }
    }
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

    /// Returns what is remembered of a notice.
    pub fn find(&self, id: EventId) -> Option<&Ruling> {
        self.by_id.get(&id)
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
