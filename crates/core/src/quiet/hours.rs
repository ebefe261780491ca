//! The windows of each week in which an agent wants quiet.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, SeqAccess, Visitor},
};

use crate::{
    time::Timestamp,
    zone::{Offsets, WallTime, Zone},
};

/// The most windows that quiet hours may have.
pub const MAX_WINDOWS: usize = 50;

/// The quiet hours of an agent (R3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuietHours {
    /// The master switch.
    pub on: bool,
    /// Whose wall the windows' times stand on.
    pub zone: Zone,
    /// Any number of windows up to [`MAX_WINDOWS`]; they may overlap.
    #[serde(deserialize_with = "windows")]
    pub windows: Vec<Window>,
    /// What becomes of email meanwhile.
    pub email: HeldEmail,
}

/// A window: on each of `days` it begins at `start` and holds until `end`, which may lie on the next day.
///
/// Where `start` and `end` are the same it never holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WindowFields")]
pub struct Window {
    /// The days on which it begins.
    pub days: Weekdays,
    /// The first moment that is held, 00:00 to 23:59.
    pub start: WallTime,
    /// The first moment that is not; 24:00 is the midnight that ends the day.
    pub end: WallTime,
}

/// What becomes of an email that falls into quiet hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldEmail {
    /// It is never sent.
    #[default]
    Skip,
    /// It is told in one summary when the quiet hours end.
    Hold,
}

/// A set of days of the week; on the wire a list such as `["mon", "tue"]`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

/// The days as the wire names them, Monday first.
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);

    /// Says whether `day` is one of them.
    #[must_use]
    pub fn contains(self, day: chrono::Weekday) -> bool {
        self.has(day.num_days_from_monday())
    }

    /// Returns these days and `day`.
    #[must_use]
    pub fn with(self, day: chrono::Weekday) -> Self {
        Self(self.0 | 1 << day.num_days_from_monday())
    }

    fn has(self, days_from_monday: u32) -> bool {
        self.0 & (1 << days_from_monday) != 0
    }

    /// Returns the days as the wire names them, Monday first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .into_iter()
            .zip(0..)
            .filter(move |(_, day)| self.has(*day))
            .map(|(name, _)| name)
    }
}

/// A window on one day of the calendar.
pub(super) struct Occurrence<'a> {
    pub start: Timestamp,
    pub end: Timestamp,
    pub window: &'a Window,
}

impl QuietHours {
    /// Returns the windows that begin on the wall's day `day`, counted from 1970-01-01.
    ///
    /// One whose end is skipped by the clock may be over before it begins; it is among them.
    pub(super) fn occurrences<'a>(
        &'a self,
        day: i64,
        offsets: &'a Offsets,
    ) -> impl Iterator<Item = Occurrence<'a>> {
        // 1970-01-01 was a Thursday.
        let days_from_monday = (day + 3).rem_euclid(7) as u32;
        let begins =
            move |window: &&Window| window.days.has(days_from_monday) && window.start != window.end;
        self.windows
            .iter()
            .filter(begins)
            .map(move |window| Occurrence {
                start: offsets.instant(day, window.start),
                end: offsets.instant(
                    if window.end > window.start {
                        day
                    } else {
                        day + 1
                    },
                    window.end,
                ),
                window,
            })
    }
}

/// A window as it is read, before it is known to make sense.
#[derive(Deserialize)]
struct WindowFields {
    days: Weekdays,
    start: WallTime,
    end: WallTime,
}

#[derive(Debug, thiserror::Error)]
#[error("a window of quiet hours cannot start at 24:00; write 00:00 of the next day")]
struct StartsAtEndOfDay;

impl TryFrom<WindowFields> for Window {
    type Error = StartsAtEndOfDay;

    fn try_from(WindowFields { days, start, end }: WindowFields) -> Result<Self, StartsAtEndOfDay> {
        if start == WallTime::END_OF_DAY {
            Err(StartsAtEndOfDay)
        } else {
            Ok(Self { days, start, end })
        }
    }
}

/// Reads windows, and stops reading where there are too many.
fn windows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Window>, D::Error> {
    struct Windows;

    impl<'de> Visitor<'de> for Windows {
        type Value = Vec<Window>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MAX_WINDOWS} windows of quiet hours")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Window>, A::Error> {
            let mut windows = Vec::new();
            while let Some(window) = list.next_element()? {
                if windows.len() == MAX_WINDOWS {
                    return Err(A::Error::invalid_length(MAX_WINDOWS + 1, &self));
                }
                windows.push(window);
            }
            Ok(windows)
        }
    }

    deserializer.deserialize_seq(Windows)
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for Weekdays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Days;

        impl<'de> Visitor<'de> for Days {
            type Value = Weekdays;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of days of the week")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Weekdays, A::Error> {
                let mut days = Weekdays::default();
                while let Some(name) = list.next_element::<std::borrow::Cow<'de, str>>()? {
                    let day = NAMES.iter().position(|known| *known == name);
                    days.0 |= 1 << day.ok_or_else(|| A::Error::unknown_variant(&name, &NAMES))?;
                }
                Ok(days)
            }
        }

        deserializer.deserialize_seq(Days)
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    #[test]
    fn quiet_hours_are_written_as_people_say_them() {
        let hours = json!({
            "on": true,
            "zone": "Europe/Kyiv",
            "windows": [
                {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "19:00", "end": "08:00"},
                {"days": ["sat", "sun"], "start": "00:00", "end": "24:00"},
            ],
            "email": "hold",
        });
        let read: QuietHours = serde_json::from_value(hours.clone()).expect("quiet hours");
        assert_eq!(read.windows[0].days, Weekdays::WORKING);
        assert_eq!(serde_json::to_value(&read).expect("writes"), hours);
    }

    #[test]
    fn what_is_left_out_is_off() {
        let read: QuietHours = serde_json::from_str("{}").expect("quiet hours");
        assert_eq!(read, QuietHours::default());
        assert!(
            !read.on
                && read.windows.is_empty()
                && read.email == HeldEmail::Skip
                && read.zone.name() == "UTC"
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_to_write() {
        let window = |days: &str, start: &str, end: &str| json!({"windows": [{"days": [days], "start": start, "end": end}]});
        let mut refusals = String::new();
        for bad in [
            window("monday", "19:00", "08:00"),
            window("mon", "7pm", "08:00"),
            window("mon", "24:00", "08:00"),
            window("mon", "19:00", "24:30"),
            json!({"zone": "Europe/Kiyv"}),
            json!({"email": "later"}),
            json!({"windows": vec![json!({"days": [], "start": "01:00", "end": "02:00"}); MAX_WINDOWS + 1]}),
        ] {
            let refusal = serde_json::from_value::<QuietHours>(bad).expect_err("refused");
            refusals += &format!("{refusal}\n");
        }
        expect![[r#"
            unknown variant `monday`, expected one of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`
            not a time of day; write hours and minutes, such as 08:00 or 19:30, at most 24:00
            a window of quiet hours cannot start at 24:00; write 00:00 of the next day
            not a time of day; write hours and minutes, such as 08:00 or 19:30, at most 24:00
            not a known time zone; write an IANA name, such as Europe/Kyiv or America/Vancouver
            unknown variant `later`, expected `skip` or `hold`
            invalid length 51, expected at most 50 windows of quiet hours
        "#]].assert_eq(&refusals);
    }

    #[test]
    fn as_many_windows_as_are_allowed_are_read() {
        let windows = vec![json!({"days": ["sun"], "start": "01:00", "end": "02:00"}); MAX_WINDOWS];
        let read: QuietHours =
            serde_json::from_value(json!({"windows": windows})).expect("quiet hours");
        assert_eq!(read.windows.len(), MAX_WINDOWS);
    }

    #[test]
    fn a_set_of_days_has_the_days_that_were_put_in() {
        use chrono::Weekday::{Mon, Sat, Sun};
        let weekend = Weekdays::default().with(Sat).with(Sun);
        assert!(weekend.contains(Sun) && !weekend.contains(Mon));
        assert_eq!(format!("{weekend:?}"), r#"{"sat", "sun"}"#);
        assert!(Weekdays::ALL.contains(Mon) && !Weekdays::WORKING.contains(Sat));
    }
}
