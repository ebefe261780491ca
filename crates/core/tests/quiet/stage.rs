//! Quiet hours as a line of text, and what they say of a moment.

use campanile_core::{
    quiet::{Cause, Hold, Quiet, QuietHours, Weekdays, Window},
    time::Timestamp,
    zone::Rules,
};
use chrono::Weekday;
use expect_test::Expect;

/// Reads windows such as `mon-fri 19:00-08:00, sat 00:00-24:00`.
pub fn quiet(zone: &str, windows: &str) -> Quiet {
    let windows = windows
        .split(", ")
        .filter(|window| !window.is_empty())
        .map(|window| {
            let (days, times) = window.split_once(' ').expect("days and times");
            let (start, end) = times.split_once('-').expect("start and end");
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let (first, last): (Weekday, Weekday) =
                (first.parse().expect("a day"), last.parse().expect("a day"));
            let mut day = first;
            let mut days = Weekdays::default().with(day);
            while day != last {
                day = day.succ();
                days = days.with(day);
            }
            Window {
                days,
                start: start.parse().expect("a time"),
                end: end.parse().expect("a time"),
            }
        });
    let hours = QuietHours {
        on: true,
        zone: zone.parse().expect("a zone"),
        windows: windows.collect(),
        ..QuietHours::default()
    };
    Quiet {
        hours,
        ..Quiet::default()
    }
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is no time"))
}

/// Tells a moment as the wall of the quiet hours' zone shows it.
fn told(quiet: &Quiet, rules: &Rules, at: Timestamp) -> String {
    let local = rules.local(&quiet.hours.zone, at);
    let sign = if local.offset_s < 0 { '-' } else { '+' };
    let (hours, minutes) = (local.offset_s.abs() / 3600, local.offset_s.abs() / 60 % 60);
    format!(
        "{} {} {}{sign}{hours:02}:{minutes:02}",
        local.weekday(),
        local.date,
        local.time()
    )
}

fn state(quiet: &Quiet, now: Timestamp) -> String {
    let rules = Rules::built_in();
    let until = |end: Option<Timestamp>| {
        end.map_or("further notice".into(), |end| told(quiet, &rules, end))
    };
    let held = match quiet.hold(now, &rules) {
        None => "free".into(),
        Some(Hold {
            cause: Cause::Mute,
            until: end,
        }) => format!("muted until {}", until(end)),
        Some(Hold {
            cause:
                Cause::Hours {
                    start,
                    end: wall_end,
                    zone,
                },
            until: end,
        }) => {
            format!("quiet hours {start}-{wall_end} {zone} until {}", until(end))
        }
    };
    match quiet.next_hold(now, &rules) {
        Some(next) => format!(
            "{held}; next from {} until {}",
            told(quiet, &rules, next.start),
            until(next.end)
        ),
        None => held,
    }
}

/// One line for each moment: what holds then, and what comes next.
pub fn check(quiet: &Quiet, moments: &[&str], expected: Expect) {
    let lines: String = moments
        .iter()
        .map(|now| format!("{now} {}\n", state(quiet, at(now))))
        .collect();
    expected.assert_eq(&lines);
}
