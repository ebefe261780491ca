//! A moment in time, as the wire and the tables carry it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The number of milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// The number of milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// The number of milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// The number of milliseconds in 24 hours, which is not always a calendar day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// On the wire it is RFC 3339 in UTC with milliseconds; in tables an `i64`.
/// Values are kept within the years 0001 to 9999, so that every moment can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest moment that can be written, 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The latest moment that can be written, 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Returns the moment `ms` milliseconds after 1970, moved into the years 0001 to 9999.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        if ms < Self::MIN.0 {
            Self::MIN
        } else if ms > Self::MAX.0 {
            Self::MAX
        } else {
            Self(ms)
        }
    }

    /// Returns the milliseconds since 1970.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Returns the moment `ms` milliseconds later, or earlier where `ms` is negative.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self::from_ms(self.0.saturating_add(ms))
    }

    /// Returns how many milliseconds lie between `earlier` and this moment; negative if it is not earlier.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Returns the same moment for chrono.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// Reads RFC 3339 text with any offset; digits beyond milliseconds are cut.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self::from_ms(at.timestamp_millis()))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom("not an RFC 3339 time; write it like 2026-11-21T08:30:00.000Z")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        let at = Timestamp::parse("2026-11-21T10:30:00.1239+02:00").expect("a valid time");
        assert_eq!(at.to_string(), "2026-11-21T08:30:00.123Z");
        assert_eq!(
            serde_json::to_string(&at).expect("writes"),
            "\"2026-11-21T08:30:00.123Z\""
        );
    }

    #[test]
    fn a_moment_outside_the_writable_years_is_moved_into_them() {
        assert_eq!(Timestamp::from_ms(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.plus_ms(-1), Timestamp::MIN);
        assert_eq!(
            Timestamp::parse(&Timestamp::MAX.to_string()),
            Some(Timestamp::MAX)
        );
    }
}
