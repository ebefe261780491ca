//! "Why did this ring?": what desk and server decided of a notice, in words (R1).

use campanile_core::{
    channel::Side,
    decide::{Outcome, Reason, Ruled},
    event::Notice,
    ids::EventId,
};

use super::{Now, Session};
use crate::{
    effect::Effect,
    message::Told,
    view::{ServerPart, WhyLine, WhyView},
    words::Fate,
};

/// The notice that somebody asked about last, and what the server said of it.
#[derive(Debug)]
pub struct Inquiry {
    id: EventId,
    told: Option<Told>,
}

impl Session {
    /// Has the server asked for its part of the answer. Without a link it is known at once that there will be none.
    pub(super) fn ask_why(&mut self, id: EventId) {
        let told = if self.of.link.is_up() {
            self.out.push(Effect::AskVerdict(id));
            None
        } else {
            Some(Told::NoAnswer)
        };
        self.of.inquiry = Some(Inquiry { id, told });
    }

    /// Takes in how the server decided. An answer to what was asked before that comes too late.
    pub(super) fn verdict_came(&mut self, id: EventId, told: Told) {
        let inquiry = self.of.inquiry.as_mut();
        if let Some(inquiry) = inquiry.filter(|inquiry| inquiry.id == id) {
            inquiry.told = Some(told);
            self.dirty = true;
        }
    }

    /// Gives up the answer that is waited for: there is no link by which it could come.
    pub(super) fn give_up_inquiry(&mut self) {
        if let Some(inquiry) = &mut self.of.inquiry {
            inquiry.told.get_or_insert(Told::NoAnswer);
        }
    }

    /// Returns why each channel did or did not tell of a notice, in words.
    ///
    /// Of a notice that came long ago the desk's verdict is that of its own time by today's preferences.
    #[must_use]
    pub fn why(&self, notice: &Notice, now: &Now) -> WhyView {
        let known = self.of.rulings.find(notice.id);
        let afresh = || self.decide(notice, notice.time);
        let mut rulings = known
            .map_or_else(afresh, |ruling| ruling.verdict.clone())
            .rulings;
        let inquiry = self.of.inquiry.as_ref();
        let told = inquiry.filter(|inquiry| inquiry.id == notice.id);
        let server = match told.and_then(|inquiry| inquiry.told.as_ref()) {
            None => ServerPart::Asking,
            Some(Told::Lacks) => ServerPart::Lacks,
            Some(Told::NoAnswer) => ServerPart::NoAnswer,
            Some(Told::Verdict(verdict)) => {
                let its = |ruled: &&Ruled| ruled.channel.side() == Side::Server;
                rulings.extend(verdict.rulings.iter().filter(its).cloned());
                ServerPart::Told
            }
        };
        rulings.sort_by_key(|ruled| ruled.channel);
        let (not_offered, rulings): (Vec<_>, Vec<_>) = rulings
            .iter()
            .partition(|ruled| ruled.reason == Reason::NotOffered);
        let fate = |channel| known.map_or(Fate::Rang, |ruling| ruling.fate(channel));
        WhyView {
            lines: rulings
                .into_iter()
                .map(|ruled| self.why_line(ruled, fate(ruled.channel), now))
                .collect(),
            not_offered: not_offered
                .into_iter()
                .map(|ruled| ruled.channel.id().to_owned())
                .collect(),
            server,
        }
    }

    fn why_line(&self, ruled: &Ruled, fate: Fate, now: &Now) -> WhyLine {
        let place = match &ruled.reason {
            Reason::Chosen { scope } => self.place_name(scope),
            _ => None,
        };
        WhyLine {
            channel: ruled.channel.id().to_owned(),
            fired: ruled.outcome == Outcome::Fires && fate == Fate::Rang,
            reason: self.words.ruled(ruled, fate, place, &self.clock(now.wall)),
        }
    }
}
