//! The offsets of one zone, by one of two sources that agree on how to answer.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone as _, Timelike as _};
use jiff::tz::TimeZone;

use super::{Local, WallTime};
use crate::time::{DAY_MS, Timestamp};

/// A clock being put forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The first moment of the offset that follows.
    pub at: Timestamp,
    /// Seconds ahead of UTC until then.
    pub before_s: i32,
    /// Seconds ahead of UTC from then on.
    pub after_s: i32,
}

impl Transition {
    /// Returns by how many seconds the clock is put forward; negative if it is put back.
    #[must_use]
    pub const fn change_s(&self) -> i32 {
        self.after_s - self.before_s
    }
}

/// When which offset holds in one zone. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Offsets {
    /// By a TZif file.
    Tzif(TimeZone),
    /// By the rules that chrono-tz was compiled with, where no file can be read.
    Compiled(chrono_tz::Tz),
}

/// Zone files are a few KiB; what is far larger is none.
const MOST_TZIF_BYTES: usize = 256 * 1024;

/// Farther than any offset leads.
const MARGIN_S: i64 = 26 * 3600;

impl Offsets {
    /// Reads a TZif file; none if it is not one.
    pub fn from_tzif(name: &str, bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MOST_TZIF_BYTES {
            return None;
        }
        TimeZone::tzif(name, bytes).ok().map(Self::Tzif)
    }

    /// Returns what chrono-tz says of the zone `name`, or UTC if it does not know it either.
    pub fn compiled(name: &str) -> Self {
        Self::Compiled(name.parse().unwrap_or(chrono_tz::UTC))
    }

    /// Returns what the wall shows at `at`.
    pub fn local(&self, at: Timestamp) -> Local {
        let offset_s = self.offset_s(at);
        let wall = naive(at.ms().div_euclid(1000) + i64::from(offset_s));
        let part = |number: u32| u8::try_from(number).unwrap_or_default();
        Local {
            date: wall.date(),
            hour: part(wall.hour()),
            minute: part(wall.minute()),
            second: part(wall.second()),
            ms: u16::try_from(at.ms().rem_euclid(1000)).unwrap_or_default(),
            offset_s,
        }
    }

    /// Returns the number of the day on the wall at `at`, counted from 1970-01-01.
    pub fn day(&self, at: Timestamp) -> i64 {
        (at.ms() + i64::from(self.offset_s(at)) * 1000).div_euclid(DAY_MS)
    }

    /// Returns when the wall shows `time` on the day `day`, counted from 1970-01-01.
    ///
    /// In a gap by the offset before it, of two the first.
    pub fn instant(&self, day: i64, time: WallTime) -> Timestamp {
        let wall_s = day
            .saturating_mul(86_400)
            .saturating_add(i64::from(time.minutes()) * 60);
        // Far enough from both ends of time that an offset leads past neither.
        let wall_s = wall_s.clamp(
            Timestamp::MIN.ms() / 1000 + MARGIN_S,
            Timestamp::MAX.ms() / 1000 - MARGIN_S,
        );
        let second = match self {
            Self::Tzif(zone) => {
                let wall = TimeZone::UTC.to_datetime(jiff_timestamp(wall_s * 1000));
                let found = zone.to_ambiguous_timestamp(wall).compatible();
                found.map_or(wall_s, |at| at.as_second())
            }
            Self::Compiled(zone) => match zone.offset_from_local_datetime(&naive(wall_s)) {
                MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                    wall_s - i64::from(offset.fix().local_minus_utc())
                }
                MappedLocalTime::None => {
                    let before_the_gap =
                        self.offset_s(Timestamp::from_ms((wall_s - MARGIN_S) * 1000));
                    wall_s - i64::from(before_the_gap)
                }
            },
        };
        Timestamp::from_ms(second * 1000)
    }

    /// Returns the first change of the offset after `after`.
    pub fn next_transition(&self, after: Timestamp) -> Option<Transition> {
        let before_s = self.offset_s(after);
        let changes = |at: &Timestamp| self.offset_s(*at) != before_s;
        let at = match self {
            // A zone may change its name or call its time daylight saving without a change of the clock.
            Self::Tzif(zone) => zone
                .following(jiff_timestamp(after.ms()))
                .take(100)
                .map(|transition| Timestamp::from_ms(transition.timestamp().as_millisecond()))
                .find(changes),
            // chrono-tz names no transitions: find the day, then the second.
            Self::Compiled(_) => {
                let (mut earlier, mut later) = (1..=400)
                    .map(|days| {
                        (
                            after.plus_ms((days - 1) * DAY_MS),
                            after.plus_ms(days * DAY_MS),
                        )
                    })
                    .find(|(_, later)| changes(later))
                    .map(|(earlier, later)| {
                        (earlier.ms().div_euclid(1000), later.ms().div_euclid(1000))
                    })?;
                while later - earlier > 1 {
                    let middle = earlier + (later - earlier) / 2;
                    let side = if changes(&Timestamp::from_ms(middle * 1000)) {
                        &mut later
                    } else {
                        &mut earlier
                    };
                    *side = middle;
                }
                Some(Timestamp::from_ms(later * 1000))
            }
        }?;
        Some(Transition {
            at,
            before_s,
            after_s: self.offset_s(at),
        })
    }

    fn offset_s(&self, at: Timestamp) -> i32 {
        match self {
            Self::Tzif(zone) => zone.to_offset(jiff_timestamp(at.ms())).seconds(),
            Self::Compiled(zone) => zone
                .offset_from_utc_datetime(&at.utc().naive_utc())
                .fix()
                .local_minus_utc(),
        }
    }
}

/// Returns the moment for jiff, whose time ends on 9999-12-30: its last second can be made from seconds only.
fn jiff_timestamp(ms: i64) -> jiff::Timestamp {
    let most = jiff::Timestamp::MAX.as_second() * 1000;
    jiff::Timestamp::from_millisecond(ms.min(most)).unwrap_or_default()
}

fn naive(second: i64) -> NaiveDateTime {
    DateTime::from_timestamp(second, 0)
        .unwrap_or_default()
        .naive_utc()
}
