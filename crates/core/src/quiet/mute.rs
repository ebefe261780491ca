//! A mute: quiet at once, for a while or until the agent says otherwise.

use chrono::Days;
use serde::{Deserialize, Serialize};

use crate::{
    time::{HOUR_MS, MINUTE_MS, Timestamp},
    zone::{Rules, WallTime, Zone},
};

/// A mute of everything, or of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimedMute {
    /// The first moment that is not mute any more; none until the agent says so.
    pub until: Option<Timestamp>,
}

impl TimedMute {
    /// Says whether it mutes at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The mutes that the tray offers (R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MuteFor {
    /// 30 minutes.
    HalfHour,
    /// One hour.
    Hour,
    /// Until the morning.
    TomorrowMorning,
    /// Until the agent says otherwise.
    UntilISay,
}

impl MuteFor {
    /// The mutes in the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::HalfHour,
        Self::Hour,
        Self::TomorrowMorning,
        Self::UntilISay,
    ];

    /// Returns the mute of this length that begins at `now`, the morning being that of `zone`.
    ///
    /// The morning is at 08:00. Before 04:00 it is still yesterday for a person who is awake, and the morning that
    /// comes is meant; later it is that of the next date.
    #[must_use]
    pub fn from(self, now: Timestamp, zone: &Zone, rules: &Rules) -> TimedMute {
        let until = match self {
            Self::HalfHour => Some(now.plus_ms(30 * MINUTE_MS)),
            Self::Hour => Some(now.plus_ms(HOUR_MS)),
            Self::TomorrowMorning => {
                let local = rules.local(zone, now);
                let days = if local.time() < NIGHT_ENDS { 0 } else { 1 };
                let date = local
                    .date
                    .checked_add_days(Days::new(days))
                    .unwrap_or(local.date);
                Some(rules.instant(zone, date, MORNING))
            }
            Self::UntilISay => None,
        };
        TimedMute { until }
    }
}

/// Until then it is still the day before for a person who is awake.
pub const NIGHT_ENDS: WallTime = match WallTime::from_minutes(4 * 60) {
    Some(time) => time,
    None => WallTime::MIDNIGHT,
};

const MORNING: WallTime = match WallTime::from_minutes(8 * 60) {
    Some(time) => time,
    None => WallTime::MIDNIGHT,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mute_ends_when_it_was_said_to() {
        let (rules, kyiv) = (Rules::built_in(), "Europe/Kyiv".parse().expect("a zone"));
        for (mute, now, until) in [
            (
                MuteFor::HalfHour,
                "2026-11-21T10:00:00+02:00",
                Some("2026-11-21T10:30:00+02:00"),
            ),
            (
                MuteFor::Hour,
                "2026-10-25T03:30:00+03:00",
                Some("2026-10-25T03:30:00+02:00"),
            ),
            (
                MuteFor::TomorrowMorning,
                "2026-11-21T10:00:00+02:00",
                Some("2026-11-22T08:00:00+02:00"),
            ),
            (
                MuteFor::TomorrowMorning,
                "2026-11-21T23:59:59+02:00",
                Some("2026-11-22T08:00:00+02:00"),
            ),
            (
                MuteFor::TomorrowMorning,
                "2026-11-22T00:00:00+02:00",
                Some("2026-11-22T08:00:00+02:00"),
            ),
            (
                MuteFor::TomorrowMorning,
                "2026-11-22T04:00:00+02:00",
                Some("2026-11-23T08:00:00+02:00"),
            ),
            (
                MuteFor::TomorrowMorning,
                "2026-10-24T20:00:00+03:00",
                Some("2026-10-25T08:00:00+02:00"),
            ),
            (MuteFor::UntilISay, "2026-11-21T10:00:00+02:00", None),
        ] {
            let at = |text: &str| Timestamp::parse(text).expect("a time");
            let made = mute.from(at(now), &kyiv, &rules);
            assert_eq!(made.until, until.map(at), "{mute:?} at {now}");
            assert!(made.is_in_force(at(now)));
            assert!(made.until.is_none_or(
                |until| made.is_in_force(until.plus_ms(-1)) && !made.is_in_force(until)
            ));
        }
    }
}
