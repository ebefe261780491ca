//! Quiet hours and mutes: when the person does not want to be interrupted, and until when.

mod hours;
mod mute;

pub use hours::{HeldEmail, MAX_WINDOWS, QuietHours, Weekdays, Window};
pub use mute::{MuteFor, NIGHT_ENDS, TimedMute};

use serde::{Deserialize, Serialize};

use crate::{
    time::{DAY_MS, Timestamp},
    zone::{Offsets, Rules, WallTime, Zone},
};
use hours::Occurrence;

/// All that can make it quiet for an agent (R3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quiet {
    /// The windows of each week, and their master switch.
    pub hours: QuietHours,
    /// A mute, which may be over.
    pub mute: Option<TimedMute>,
    /// The end of the hold that the agent lifted by "Off". Until then the windows do not count.
    pub excused_until: Option<Timestamp>,
}

/// Why it is quiet, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What makes it quiet; of several causes the one that holds longest.
    pub cause: Cause,
    /// The first moment at which nothing holds. None where no end can be told: a mute until further notice, or
    /// windows without a gap.
    pub until: Option<Timestamp>,
}

/// What makes it quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Cause {
    /// A window of the quiet hours.
    Hours {
        /// When it begins, by the wall of `zone`.
        start: WallTime,
        /// When it ends; on the next day if that is not later than `start`.
        end: WallTime,
        /// Whose wall.
        zone: Zone,
    },
    /// A mute.
    Mute,
}

/// A time during which it is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first moment that is held.
    pub start: Timestamp,
    /// The first moment that is not, if there is one.
    pub end: Option<Timestamp>,
}

/// How far the search for an end or a beginning goes.
///
/// Windows recur weekly, so eight days would do, did not a clock that is put forward swallow a short gap or a
/// short window now and then.
const HORIZON_DAYS: i64 = 15;

impl Quiet {
    /// Returns the hold in force at `now`, if any.
    #[must_use]
    pub fn hold(&self, now: Timestamp, rules: &Rules) -> Option<Hold> {
        let mute = self.mute.filter(|mute| mute.is_in_force(now));
        if mute.is_some_and(|mute| mute.until.is_none()) {
            return Some(Hold {
                cause: Cause::Mute,
                until: None,
            });
        }
        let muted_until = mute.and_then(|mute| mute.until);
        let offsets = self.offsets(rules);
        let (cause, reach) = match (self.reaching_farthest(now, offsets.as_ref()), muted_until) {
            (Some(held), muted_until) if muted_until.is_none_or(|until| until <= held.end) => {
                let &Window { start, end, .. } = held.window;
                (
                    Cause::Hours {
                        start,
                        end,
                        zone: self.hours.zone.clone(),
                    },
                    held.end,
                )
            }
            (_, Some(until)) => (Cause::Mute, until),
            (_, None) => return None,
        };
        Some(Hold {
            cause,
            until: self.end_of_union(reach, offsets.as_ref()),
        })
    }

    /// Returns the next moment at which it becomes quiet or ceases to be, if there is one: when to look again.
    #[must_use]
    pub fn next_change(&self, now: Timestamp, rules: &Rules) -> Option<Timestamp> {
        match self.hold(now, rules) {
            Some(hold) => hold.until,
            None => Some(self.next_hold(now, rules)?.start),
        }
    }

    /// Returns the next time of quiet that begins after `now`; during a hold, the one after it.
    #[must_use]
    pub fn next_hold(&self, now: Timestamp, rules: &Rules) -> Option<Span> {
        let free = match self.hold(now, rules) {
            Some(hold) => hold.until?,
            None => now,
        };
        let offsets = self.offsets(rules)?;
        let first_day = offsets.day(self.excused_until.map_or(free, |excused| excused.max(free)));
        let start_on = |day| {
            self.occurrences(day, &offsets)
                .map(|window| window.start)
                .filter(|start| *start > free)
                .min()
        };
        // Where a clock is put forward over midnight, a late window begins after an early one of the next day.
        let start = (first_day - 2..=first_day + HORIZON_DAYS)
            .find_map(|day| start_on(day).map(|start| (day, start)));
        let start =
            start.map(|(day, start)| start_on(day + 1).map_or(start, |next| next.min(start)))?;
        Some(Span {
            start,
            end: self.end_of_union(start, Some(&offsets)),
        })
    }

    /// Returns what is left after the tray's "Off": the mute ends, and the windows in force are excused (R3).
    ///
    /// Windows that have not begun come at their time. Of windows without a gap only the one in force is excused.
    #[must_use]
    pub fn lifted(&self, now: Timestamp, rules: &Rules) -> Self {
        let unmuted = Self {
            mute: None,
            ..self.clone()
        };
        let end = unmuted.hold(now, rules).and_then(|hold| {
            hold.until.or_else(|| {
                Some(
                    unmuted
                        .reaching_farthest(now, unmuted.offsets(rules).as_ref())?
                        .end,
                )
            })
        });
        Self {
            excused_until: end.or(self.excused_until),
            ..unmuted
        }
    }

    /// Returns the offsets of the windows' zone, or none if there is no window that could hold.
    fn offsets(&self, rules: &Rules) -> Option<Offsets> {
        (self.hours.on && !self.hours.windows.is_empty()).then(|| rules.of(&self.hours.zone))
    }

    /// Returns the windows that begin on the wall's day `day`, without what is excused of them.
    fn occurrences<'a>(
        &'a self,
        day: i64,
        offsets: &'a Offsets,
    ) -> impl Iterator<Item = Occurrence<'a>> {
        let excused_until = self.excused_until.unwrap_or(Timestamp::MIN);
        self.hours
            .occurrences(day, offsets)
            .map(move |window| Occurrence {
                start: window.start.max(excused_until),
                ..window
            })
            .filter(|window| window.start < window.end)
    }

    /// Returns the window that holds at `at`, of several the one that ends last.
    fn reaching_farthest<'a>(
        &'a self,
        at: Timestamp,
        offsets: Option<&'a Offsets>,
    ) -> Option<Occurrence<'a>> {
        let offsets = offsets?;
        let day = offsets.day(at);
        // A window lasts until the next day at most; a clock that is put back or forward over midnight adds a day
        // on either side.
        (day - 2..=day + 1)
            .flat_map(|day| self.occurrences(day, offsets))
            .filter(|window| window.start <= at && at < window.end)
            .reduce(|longest, window| {
                if window.end > longest.end {
                    window
                } else {
                    longest
                }
            })
    }

    /// Returns the end of all windows that follow each other without a gap from `reach` on.
    fn end_of_union(&self, reach: Timestamp, offsets: Option<&Offsets>) -> Option<Timestamp> {
        let mut end = reach;
        while let Some(window) = self.reaching_farthest(end, offsets) {
            if window.end.since_ms(reach) > HORIZON_DAYS * DAY_MS {
                return None;
            }
            end = window.end;
        }
        Some(end)
    }
}
