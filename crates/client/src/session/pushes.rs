//! What the server is told of the deeds here, and what it answers.

use campanile_core::{ids::ChangeId, time::Timestamp};
use campanile_protocol::{
    changes::{Deed, Outcome, PUSH_MOST, PushedChange},
    problem::Code,
};

use super::{Session, deeds::Before};
use crate::effect::Effect;

impl Session {
    /// Pushes what the server has not been told on this connection.
    pub(super) fn push(&mut self, now: Timestamp) {
        if !self.of.link.is_up() {
            return;
        }
        if self.of.deeds.is_overdue(now) {
            self.of.deeds.push_again();
        }
        let changes = self.of.deeds.take_unpushed(now);
        self.out.extend(
            changes
                .chunks(PUSH_MOST)
                .map(|changes| Effect::Push(changes.to_vec())),
        );
    }

    pub(super) fn settled(&mut self, answers: Vec<(ChangeId, Outcome)>, now: Timestamp) {
        for (id, outcome) in answers {
            let Some((change, before)) = self.of.deeds.answer(id) else {
                continue;
            };
            self.kept.settled.push(id);
            self.dirty = true;
            match outcome {
                Outcome::Accepted | Outcome::Superseded => self.of.deeds.remember(change),
                // It has none of them: what was done to them counts here all the same.
                Outcome::Refused { problem }
                    if Code::find(&problem.code) == Some(Code::NotFound)
                        && let Deed::Marked { ids, .. } = &change.deed =>
                {
                    self.strand(ids.clone());
                }
                Outcome::Refused { problem } => {
                    // Codes from the future are told as what they most likely are: a request that is not good.
                    self.problem = Some(Code::find(&problem.code).unwrap_or(Code::BadRequest).id());
                    self.take_back(&change, before, now);
                }
            }
        }
    }

    /// Makes undone what the server refused.
    fn take_back(&mut self, change: &PushedChange, before: Option<Before>, now: Timestamp) {
        let Some(before) = before else {
            // An earlier run did it, and nobody remembers how things were: the server does.
            self.of.asked_for_present = true;
            self.out.push(Effect::Resync);
            return;
        };
        let untouched = |(id, _): &(_, _)| {
            self.of
                .inbox
                .item(*id)
                .is_some_and(|item| item.marked.at == change.at)
        };
        let marks = before.marks.into_iter().filter(untouched).collect();
        self.restore_marks(marks, now);
        self.restore_choices(before.cells, change);
    }
}
