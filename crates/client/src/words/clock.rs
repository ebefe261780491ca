//! Times in words, by the wall of the agent's zone.

use campanile_core::{
    time::{HOUR_MS, Timestamp},
    zone::{Local, Rules, Zone},
};
use chrono::{Datelike, NaiveDate};

use super::{Words, args};

/// The present moment and the wall on which times are told.
#[derive(Clone, Copy, Debug)]
pub struct Clock<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// Whose wall.
    pub zone: &'a Zone,
    /// The rules of its zone.
    pub rules: &'a Rules,
}

impl Clock<'_> {
    fn wall(&self, at: Timestamp) -> Local {
        self.rules.local(self.zone, at)
    }
}

impl Words {
    /// Returns a moment as people tell it: `10:31` for today, `tomorrow 08:00`, else with its date.
    #[must_use]
    pub fn time(&self, at: Timestamp, clock: &Clock<'_>) -> String {
        self.told(at, clock, false)
    }

    /// Returns an end as people tell it: `08:00` if that hour comes within the next day, else as [`Words::time`] does.
    #[must_use]
    pub fn end(&self, at: Timestamp, clock: &Clock<'_>) -> String {
        self.told(
            at,
            clock,
            (0..24 * HOUR_MS).contains(&at.since_ms(clock.now)),
        )
    }

    fn told(&self, at: Timestamp, clock: &Clock<'_>, soon: bool) -> String {
        let wall = clock.wall(at);
        let (time, today) = (wall.time().to_string(), clock.wall(clock.now).date);
        let days = wall.date.signed_duration_since(today).num_days();
        match days {
            _ if soon => self.say_with("time-today", &args([("time", time.into())])),
            0 => self.say_with("time-today", &args([("time", time.into())])),
            1 => self.say_with("time-tomorrow", &args([("time", time.into())])),
            -1 => self.say_with("time-yesterday", &args([("time", time.into())])),
            _ => {
                let day = self.date(wall.date, today);
                self.say_with(
                    "time-day",
                    &args([("day", day.into()), ("time", time.into())]),
                )
            }
        }
    }

    /// Returns a date as people tell it, with its year where that is not the present one.
    pub(crate) fn date(&self, date: NaiveDate, today: NaiveDate) -> String {
        let month = self.say(&format!("month-{}", date.month()));
        let id = if date.year() == today.year() {
            "time-date"
        } else {
            "time-date-year"
        };
        // A year is no amount: its digits are not grouped.
        let (day, year) = (date.day(), date.year().to_string());
        self.say_with(
            id,
            &args([
                ("day", day.into()),
                ("month", month.into()),
                ("year", year.into()),
            ]),
        )
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::words::Language;

    #[test]
    fn a_moment_is_told_as_near_as_it_is() {
        let at = |text: &str| Timestamp::parse(text).expect("a time");
        let (rules, zone) = (Rules::built_in(), "Europe/Kyiv".parse().expect("a zone"));
        let clock = Clock {
            now: at("2026-11-21T20:00:00Z"),
            zone: &zone,
            rules: &rules,
        };
        let told: Vec<_> = [Language::English, Language::Ukrainian]
            .map(Words::new)
            .iter()
            .flat_map(|words| {
                [
                    "2026-11-21T08:31:00Z",
                    "2026-11-21T21:59:59Z",
                    "2026-11-22T06:00:00Z",
                    "2026-11-20T06:00:00Z",
                    "2026-10-25T06:00:00Z",
                    "2027-01-01T06:00:00Z",
                ]
                .map(|text| {
                    format!(
                        "{} / {}",
                        words.time(at(text), &clock),
                        words.end(at(text), &clock)
                    )
                })
            })
            .collect();
        expect![[r#"
            10:31 / 10:31
            23:59 / 23:59
            tomorrow 08:00 / 08:00
            yesterday 08:00 / yesterday 08:00
            25 October, 08:00 / 25 October, 08:00
            1 January 2027, 08:00 / 1 January 2027, 08:00
            10:31 / 10:31
            23:59 / 23:59
            завтра 08:00 / 08:00
            вчора 08:00 / вчора 08:00
            25 жовтня, 08:00 / 25 жовтня, 08:00
            1 січня 2027, 08:00 / 1 січня 2027, 08:00
        "#]]
        .assert_eq(&(told.join("\n") + "\n"));
    }
}
