//! Whether it is quiet, from when to when; worked out when it changes, and not at each message.

use campanile_core::{
    ids::EventId,
    preferences::{ANY_KIND, Facet, Scope},
    quiet::{Hold, MuteFor, Quiet, TimedMute},
    time::Timestamp,
    zone::{Rules, Zone},
};
use campanile_protocol::frame::Presence;
use serde_json::{Value, json};

use super::Session;
use crate::act::{Availability, QuietFor};

/// The hold in force and the next change of it.
#[derive(Debug, Default)]
pub struct Stillness {
    quiet: Quiet,
    hold: Option<Hold>,
    /// When the next window begins.
    next_start: Option<Timestamp>,
    /// When it was worked out, and until when it stays so; none before the first time.
    worked_out: Option<(Timestamp, Timestamp)>,
}

impl Stillness {
    /// Takes what can make it quiet.
    pub fn choose(&mut self, quiet: Quiet) {
        self.quiet = quiet;
        self.worked_out = None;
    }

    /// Returns what can make it quiet.
    pub fn quiet(&self) -> &Quiet {
        &self.quiet
    }

    /// Returns the hold that was in force when it was last looked at.
    pub fn hold(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// Returns when the next time of quiet begins, if one does.
    pub fn next_start(&self) -> Option<Timestamp> {
        self.next_start
    }

    /// Returns when it next changes, if ever.
    pub fn next(&self) -> Option<Timestamp> {
        self.worked_out
            .map(|(_, until)| until)
            .filter(|until| *until < Timestamp::MAX)
    }

    /// Looks whether it is quiet at `now`, and says whether a hold came to its end.
    fn look(&mut self, now: Timestamp, rules: &Rules) -> bool {
        // The clock may have been put back since: what was worked out holds from its own moment on.
        if self
            .worked_out
            .is_some_and(|(from, until)| (from..until).contains(&now))
        {
            return false;
        }
        let before = self.hold.take();
        self.hold = self.quiet.hold(now, rules);
        let next = match &self.hold {
            Some(hold) => hold.until,
            None => self.quiet.next_change(now, rules),
        };
        self.next_start = self.quiet.next_hold(now, rules).map(|span| span.start);
        self.worked_out = Some((now, next.unwrap_or(Timestamp::MAX)));
        before.is_some() && self.hold.is_none()
    }
}

impl Session {
    /// Looks whether it is quiet; when a hold has ended, what it kept back is summed up at once (R3).
    pub(super) fn see_quiet(&mut self, now: Timestamp) {
        if self.of.stillness.look(now, &self.zones) {
            self.sum_up_held(now);
        }
    }

    pub(super) fn zone(&self) -> &Zone {
        let hours = Facet::QuietHours.id();
        let chosen = self
            .of
            .preferences
            .value(&Scope::Everything, ANY_KIND, hours);
        if chosen.is_some() {
            &self.of.stillness.quiet().hours.zone
        } else {
            &self.system_zone
        }
    }

    pub(super) fn be_quiet(&mut self, how: QuietFor, now: Timestamp) {
        let mute = |length: MuteFor| length.from(now, self.zone(), &self.zones);
        let cells = match how {
            QuietFor::HalfAnHour => vec![muted(mute(MuteFor::HalfHour))],
            QuietFor::AnHour => vec![muted(mute(MuteFor::Hour))],
            QuietFor::UntilMorning => vec![muted(mute(MuteFor::TomorrowMorning))],
            QuietFor::UntilISay => vec![muted(mute(MuteFor::UntilISay))],
            QuietFor::Off => {
                let lifted = self.of.stillness.quiet().lifted(now, &self.zones);
                let excused = lifted.excused_until.map(|end| json!(end));
                vec![(Facet::Mute, None), (Facet::ExcusedUntil, excused)]
            }
        };
        self.choose_settings(cells, now);
    }

    pub(super) fn be_available(&mut self, as_what: Availability, now: Timestamp) {
        self.of.availability = Some(as_what);
        self.push_availability(as_what, now);
    }

    pub(super) fn present(&mut self, presence: Presence) {
        if let Some(told) = presence
            .availability
            .as_deref()
            .and_then(Availability::find)
        {
            self.of.availability = Some(told);
        }
        self.of.elsewhere.active_until = presence.active_until;
        self.of.focused_until = presence.focused_until;
        self.of.on_screen = presence.source.zip(presence.conversation);
        self.dirty = true;
    }

    /// Sums up what the hold that ended kept back, in one toast and without a sound.
    fn sum_up_held(&mut self, now: Timestamp) {
        let held = std::mem::take(&mut self.of.held);
        self.of.away.take_over(held, now);
    }

    /// Returns the end of the notice's time to interrupt, by this desk's clock.
    pub(super) fn end_here(&self, end: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let ahead_ms = self.of.link.corrected(now).since_ms(now);
        end.map(|end| end.plus_ms(-ahead_ms))
    }

    /// Says whether an item can still interrupt: it is unread, and its time is not over.
    pub(super) fn can_interrupt(
        &self,
        id: EventId,
        end: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let unread = self
            .of
            .inbox
            .item(id)
            .is_some_and(|item| item.marked.is_unread(now));
        unread && end.is_none_or(|end| now < end)
    }
}

fn muted(mute: TimedMute) -> (Facet, Option<Value>) {
    (Facet::Mute, Some(json!(mute)))
}
