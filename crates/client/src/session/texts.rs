//! The texts of notices that are likely to be wanted again: to be shown, opened, or to return from a snooze.

use std::collections::{HashMap, VecDeque};

use campanile_core::{event::Notice, ids::EventId};

/// How many are held; the store has the rest.
const MOST: usize = 300;

/// The notices that came last.
#[derive(Debug, Default)]
pub struct Texts {
    by_id: HashMap<EventId, Box<Notice>>,
    order: VecDeque<EventId>,
}

impl Texts {
    /// Holds a notice, and lets the oldest go.
    pub fn hold(&mut self, notice: &Notice) {
        if self
            .by_id
            .insert(notice.id, Box::new(notice.clone()))
            .is_none()
        {
            self.order.push_back(notice.id);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
    }

    /// Returns a notice that is still held.
    pub fn find(&self, id: EventId) -> Option<&Notice> {
        self.by_id.get(&id).map(Box::as_ref)
    }
}
