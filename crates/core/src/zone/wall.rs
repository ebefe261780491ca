//! What a clock on the wall shows.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// A time of day as people write it, from 00:00 to 24:00, the end of the day.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct WallTime {
    minutes: u16,
}

/// A time of day could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day; write hours and minutes, such as 08:00 or 19:30, at most 24:00")]
pub struct BadWallTime;

impl WallTime {
    /// The beginning of the day.
    pub const MIDNIGHT: Self = Self { minutes: 0 };
    /// The end of the day.
    pub const END_OF_DAY: Self = Self { minutes: 24 * 60 };

    /// Returns the time `minutes` after 00:00, or none past 24:00.
    #[must_use]
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= Self::END_OF_DAY.minutes {
            Some(Self { minutes })
        } else {
            None
        }
    }

    /// Returns the minutes since 00:00, at most 1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.minutes
    }
}

impl FromStr for WallTime {
    type Err = BadWallTime;

    fn from_str(text: &str) -> Result<Self, BadWallTime> {
        let &[h1, h2, b':', m1, m2] = text.as_bytes() else {
            return Err(BadWallTime);
        };
        let digit = |byte: u8| {
            byte.is_ascii_digit()
                .then(|| u16::from(byte - b'0'))
                .ok_or(BadWallTime)
        };
        let (hours, minutes) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
        if minutes > 59 {
            return Err(BadWallTime);
        }
        Self::from_minutes(hours * 60 + minutes).ok_or(BadWallTime)
    }
}

impl TryFrom<String> for WallTime {
    type Error = BadWallTime;

    fn try_from(text: String) -> Result<Self, BadWallTime> {
        text.parse()
    }
}

impl From<WallTime> for String {
    fn from(time: WallTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

/// A moment as the clock and the calendar on the wall of a zone show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The calendar day.
    pub date: NaiveDate,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59.
    pub second: u8,
    /// The millisecond, 0 to 999.
    pub ms: u16,
    /// How many seconds the wall is ahead of UTC; negative west of it.
    pub offset_s: i32,
}

impl Local {
    /// Returns the day of the week.
    #[must_use]
    pub fn weekday(&self) -> Weekday {
        self.date.weekday()
    }

    /// Returns the time of day, cut to the minute.
    #[must_use]
    pub fn time(&self) -> WallTime {
        WallTime {
            minutes: u16::from(self.hour) * 60 + u16::from(self.minute),
        }
    }
}

/// Returns the number of days from 1970-01-01 to `date`.
pub(super) fn day_number(date: NaiveDate) -> i64 {
    const EPOCH_FROM_CE: i64 = 719_163;
    i64::from(date.num_days_from_ce()) - EPOCH_FROM_CE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_as_it_is_written_and_nothing_else_is() {
        for (text, minutes) in [
            ("00:00", 0),
            ("08:05", 485),
            ("19:00", 1140),
            ("23:59", 1439),
            ("24:00", 1440),
        ] {
            let time: WallTime = text.parse().expect("a wall time");
            assert_eq!((time.minutes(), time.to_string().as_str()), (minutes, text));
        }
        for text in [
            "", "8:00", "24:01", "25:00", "12:60", "12:5", "12.30", "+1:00", "12:00 ", "-1:00",
            "１:00", "99:99",
        ] {
            assert_eq!(text.parse::<WallTime>(), Err(BadWallTime), "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (date, number) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2026-11-21", 20_778),
        ] {
            assert_eq!(day_number(date.parse().expect("a date")), number, "{date}");
        }
    }
}
