//! Quiet hours: examples by hand, and arbitrary weeks against an oracle that only ever looks at the wall.

use campanile_core::{
    quiet::{Cause, Hold, MuteFor, Quiet, QuietHours, TimedMute, Weekdays, Window},
    time::{DAY_MS, MINUTE_MS, Timestamp},
    zone::{Rules, WallTime, Zone},
};
use chrono::{Datelike, NaiveDate, Weekday};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// Reads windows such as `mon-fri 19:00-08:00, sat 00:00-24:00`.
fn quiet(zone: &str, windows: &str) -> Quiet {
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

fn at(text: &str) -> Timestamp {
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
fn check(quiet: &Quiet, moments: &[&str], expected: Expect) {
    let lines: String = moments
        .iter()
        .map(|now| format!("{now} {}\n", state(quiet, at(now))))
        .collect();
    expected.assert_eq(&lines);
}

#[test]
fn a_window_across_midnight_belongs_to_the_day_on_which_it_starts() {
    check(
        &quiet("Europe/Kyiv", "mon-fri 19:00-08:00"),
        &[
            "2026-11-20T18:59:59.999+02:00",
            "2026-11-20T19:00:00+02:00",
            "2026-11-21T07:59:59.999+02:00",
            "2026-11-21T08:00:00+02:00",
            "2026-11-22T23:00:00+02:00",
            "2026-11-23T07:00:00+02:00",
        ],
        expect![[r#"
            2026-11-20T18:59:59.999+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T19:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-21T07:59:59.999+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-21T08:00:00+02:00 free; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-22T23:00:00+02:00 free; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-23T07:00:00+02:00 free; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        "#]],
    );
}

#[test]
fn windows_that_touch_or_overlap_hold_as_one() {
    check(
        &quiet(
            "Europe/Kyiv",
            "mon-fri 19:00-24:00, mon-sun 00:00-08:00, fri 18:00-20:00, sat-sun 08:00-24:00",
        ),
        &[
            "2026-11-20T17:00:00+02:00",
            "2026-11-20T18:30:00+02:00",
            "2026-11-20T19:30:00+02:00",
            "2026-11-24T01:00:00+02:00",
        ],
        expect![[r#"
            2026-11-20T17:00:00+02:00 free; next from Fri 2026-11-20 18:00+02:00 until Mon 2026-11-23 08:00+02:00
            2026-11-20T18:30:00+02:00 quiet hours 18:00-20:00 Europe/Kyiv until Mon 2026-11-23 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-20T19:30:00+02:00 quiet hours 19:00-24:00 Europe/Kyiv until Mon 2026-11-23 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
            2026-11-24T01:00:00+02:00 quiet hours 00:00-08:00 Europe/Kyiv until Tue 2026-11-24 08:00+02:00; next from Tue 2026-11-24 19:00+02:00 until Wed 2026-11-25 08:00+02:00
        "#]],
    );
}

#[test]
fn windows_without_a_gap_have_no_end() {
    check(
        &quiet("Europe/Kyiv", "mon-sun 00:00-24:00"),
        &["2026-11-20T17:00:00+02:00"],
        expect![[r#"
            2026-11-20T17:00:00+02:00 quiet hours 00:00-24:00 Europe/Kyiv until further notice
        "#]],
    );
}

#[test]
fn a_window_that_ends_when_it_starts_is_off_and_so_is_everything_without_the_master_switch() {
    check(
        &quiet("Europe/Kyiv", "mon-sun 19:00-19:00"),
        &["2026-11-20T19:00:00+02:00"],
        expect![[r#"
            2026-11-20T19:00:00+02:00 free
        "#]],
    );
    check(
        &quiet("Europe/Kyiv", "mon-sun 00:00-00:00"),
        &["2026-11-20T19:00:00+02:00"],
        expect![[r#"
            2026-11-20T19:00:00+02:00 free
        "#]],
    );
    let mut off = quiet("Europe/Kyiv", "mon-sun 19:00-08:00");
    off.hours.on = false;
    check(
        &off,
        &["2026-11-20T19:00:00+02:00"],
        expect![[r#"
        2026-11-20T19:00:00+02:00 free
    "#]],
    );
}

#[test]
fn an_edge_that_the_clock_skips_counts_by_the_offset_before() {
    // On 2026-03-29 at 03:00 the clock of Kyiv goes to 04:00.
    check(
        &quiet("Europe/Kyiv", "sun 03:30-09:00, sat 22:00-03:15"),
        &[
            "2026-03-29T00:59:00Z",
            "2026-03-29T01:14:59Z",
            "2026-03-29T01:15:00Z",
            "2026-03-29T01:30:00Z",
        ],
        expect![[r#"
            2026-03-29T00:59:00Z quiet hours 22:00-03:15 Europe/Kyiv until Sun 2026-03-29 04:15+03:00; next from Sun 2026-03-29 04:30+03:00 until Sun 2026-03-29 09:00+03:00
            2026-03-29T01:14:59Z quiet hours 22:00-03:15 Europe/Kyiv until Sun 2026-03-29 04:15+03:00; next from Sun 2026-03-29 04:30+03:00 until Sun 2026-03-29 09:00+03:00
            2026-03-29T01:15:00Z free; next from Sun 2026-03-29 04:30+03:00 until Sun 2026-03-29 09:00+03:00
            2026-03-29T01:30:00Z quiet hours 03:30-09:00 Europe/Kyiv until Sun 2026-03-29 09:00+03:00; next from Sat 2026-04-04 22:00+03:00 until Sun 2026-04-05 03:15+03:00
        "#]],
    );
    // In Cairo the day of the change has no midnight.
    check(
        &quiet("Africa/Cairo", "thu 20:00-24:00"),
        &["2026-04-23T19:00:00Z"],
        expect![[r#"
            2026-04-23T19:00:00Z quiet hours 20:00-24:00 Africa/Cairo until Fri 2026-04-24 01:00+03:00; next from Thu 2026-04-30 20:00+03:00 until Fri 2026-05-01 00:00+03:00
        "#]],
    );
    // The clock swallows what is between 02:30 and 03:10.
    check(
        &quiet("Europe/Berlin", "sun 02:30-03:10"),
        &["2026-03-29T00:00:00Z", "2026-03-29T01:05:00Z"],
        expect![[r#"
            2026-03-29T00:00:00Z free; next from Sun 2026-04-05 02:30+02:00 until Sun 2026-04-05 03:10+02:00
            2026-03-29T01:05:00Z free; next from Sun 2026-04-05 02:30+02:00 until Sun 2026-04-05 03:10+02:00
        "#]],
    );
}

#[test]
fn an_edge_that_the_clock_shows_twice_is_the_first() {
    // On 2026-10-25 at 04:00 the clock of Kyiv goes back to 03:00.
    check(
        &quiet("Europe/Kyiv", "sat 22:00-03:30, sun 03:45-09:00"),
        &[
            "2026-10-25T00:29:59Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T00:45:00Z",
            "2026-10-25T01:30:00Z",
        ],
        expect![[r#"
            2026-10-25T00:29:59Z quiet hours 22:00-03:30 Europe/Kyiv until Sun 2026-10-25 03:30+03:00; next from Sun 2026-10-25 03:45+03:00 until Sun 2026-10-25 09:00+02:00
            2026-10-25T00:30:00Z free; next from Sun 2026-10-25 03:45+03:00 until Sun 2026-10-25 09:00+02:00
            2026-10-25T00:45:00Z quiet hours 03:45-09:00 Europe/Kyiv until Sun 2026-10-25 09:00+02:00; next from Sat 2026-10-31 22:00+02:00 until Sun 2026-11-01 03:30+02:00
            2026-10-25T01:30:00Z quiet hours 03:45-09:00 Europe/Kyiv until Sun 2026-10-25 09:00+02:00; next from Sat 2026-10-31 22:00+02:00 until Sun 2026-11-01 03:30+02:00
        "#]],
    );
    check(
        &quiet("Australia/Lord_Howe", "sun 01:45-07:00"),
        &["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"],
        expect![[r#"
            2026-04-04T14:45:00Z quiet hours 01:45-07:00 Australia/Lord_Howe until Sun 2026-04-05 07:00+10:30; next from Sun 2026-04-12 01:45+10:30 until Sun 2026-04-12 07:00+10:30
            2026-04-04T15:15:00Z quiet hours 01:45-07:00 Australia/Lord_Howe until Sun 2026-04-05 07:00+10:30; next from Sun 2026-04-12 01:45+10:30 until Sun 2026-04-12 07:00+10:30
        "#]],
    );
    check(
        &quiet("Antarctica/Troll", "sun 01:30-07:00"),
        &["2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z"],
        expect![[r#"
            2026-10-24T23:30:00Z quiet hours 01:30-07:00 Antarctica/Troll until Sun 2026-10-25 07:00+00:00; next from Sun 2026-11-01 01:30+00:00 until Sun 2026-11-01 07:00+00:00
            2026-10-25T02:00:00Z quiet hours 01:30-07:00 Antarctica/Troll until Sun 2026-10-25 07:00+00:00; next from Sun 2026-11-01 01:30+00:00 until Sun 2026-11-01 07:00+00:00
        "#]],
    );
}

#[test]
fn the_rules_are_todays() {
    // Vancouver stayed at -07:00 when its clock used to go back, and Havana will at -04:00 this once.
    check(
        &quiet("America/Vancouver", "mon-sun 19:00-08:00"),
        &["2026-11-21T02:30:00Z"],
        expect![[r#"
            2026-11-21T02:30:00Z quiet hours 19:00-08:00 America/Vancouver until Sat 2026-11-21 08:00-07:00; next from Sat 2026-11-21 19:00-07:00 until Sun 2026-11-22 08:00-07:00
        "#]],
    );
    check(
        &quiet("America/Havana", "mon-sun 19:00-08:00"),
        &["2026-11-21T23:30:00Z"],
        expect![[r#"
            2026-11-21T23:30:00Z quiet hours 19:00-08:00 America/Havana until Sun 2026-11-22 08:00-04:00; next from Sun 2026-11-22 19:00-04:00 until Mon 2026-11-23 08:00-04:00
        "#]],
    );
    check(
        &quiet("America/Winnipeg", "mon-sun 19:00-08:00"),
        &["2026-11-22T00:30:00Z"],
        expect![[r#"
            2026-11-22T00:30:00Z quiet hours 19:00-08:00 America/Winnipeg until Sun 2026-11-22 08:00-05:00; next from Sun 2026-11-22 19:00-05:00 until Mon 2026-11-23 08:00-05:00
        "#]],
    );
    check(
        &quiet("Africa/Casablanca", "mon-sun 19:00-08:00"),
        &["2026-11-21T18:30:00Z"],
        expect![[r#"
            2026-11-21T18:30:00Z free; next from Sat 2026-11-21 19:00+00:00 until Sun 2026-11-22 08:00+00:00
        "#]],
    );
}

#[test]
fn a_mute_holds_at_once_and_runs_into_the_windows() {
    let mut muted = quiet("Europe/Kyiv", "mon-fri 19:00-08:00");
    let now = at("2026-11-20T17:45:00+02:00");
    let moments = [
        "2026-11-20T17:45:00+02:00",
        "2026-11-20T18:59:00+02:00",
        "2026-11-20T20:00:00+02:00",
    ];
    let expected = [
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Fri 2026-11-20 18:15+02:00; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T18:59:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Fri 2026-11-20 18:45+02:00; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T18:59:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T18:59:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until further notice
        2026-11-20T18:59:00+02:00 muted until further notice
        2026-11-20T20:00:00+02:00 muted until further notice
    "#]],
    ];
    for (mute, expected) in MuteFor::ALL.into_iter().zip(expected) {
        muted.mute = Some(mute.from(now, &muted.hours.zone, &Rules::built_in()));
        check(&muted, &moments, expected);
    }
    muted.mute = Some(TimedMute {
        until: Some(at("2026-11-20T19:30:00+02:00")),
    });
    check(
        &muted,
        &moments,
        expect![[r#"
        2026-11-20T17:45:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T18:59:00+02:00 muted until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        2026-11-20T20:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
    "#]],
    );
}

#[test]
fn off_ends_only_the_present_hold() {
    let rules = Rules::built_in();
    let nights = quiet("Europe/Kyiv", "mon-fri 19:00-08:00");
    let lifted = nights.lifted(at("2026-11-19T22:00:00+02:00"), &rules);
    check(
        &lifted,
        &[
            "2026-11-19T22:00:00+02:00",
            "2026-11-20T07:59:00+02:00",
            "2026-11-20T08:00:00+02:00",
            "2026-11-20T19:00:00+02:00",
        ],
        expect![[r#"
            2026-11-19T22:00:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T07:59:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T08:00:00+02:00 free; next from Fri 2026-11-20 19:00+02:00 until Sat 2026-11-21 08:00+02:00
            2026-11-20T19:00:00+02:00 quiet hours 19:00-08:00 Europe/Kyiv until Sat 2026-11-21 08:00+02:00; next from Mon 2026-11-23 19:00+02:00 until Tue 2026-11-24 08:00+02:00
        "#]],
    );
    let muted = Quiet {
        mute: Some(TimedMute { until: None }),
        ..nights.clone()
    };
    assert_eq!(
        muted.lifted(at("2026-11-19T12:00:00+02:00"), &rules),
        nights
    );
    let always =
        quiet("Europe/Kyiv", "mon-sun 00:00-24:00").lifted(at("2026-11-19T22:00:00+02:00"), &rules);
    check(
        &always,
        &["2026-11-19T22:00:00+02:00", "2026-11-20T00:00:00+02:00"],
        expect![[r#"
            2026-11-19T22:00:00+02:00 free; next from Fri 2026-11-20 00:00+02:00 until further notice
            2026-11-20T00:00:00+02:00 quiet hours 00:00-24:00 Europe/Kyiv until further notice
        "#]],
    );
}

/// The zones whose clocks do something unusual, and two that never do.
const ZONES: [&str; 16] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "America/Vancouver",
    "America/Winnipeg",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Kyiv",
    "Pacific/Chatham",
    "UTC",
];

/// Every minute from three days before a moment to seventeen after it, and whether it is quiet then.
///
/// It asks the rules only what the wall shows, never when, and works out the windows from that.
struct Oracle {
    first: Timestamp,
    held: Vec<bool>,
}

impl Oracle {
    fn new(quiet: &Quiet, rules: &Rules, around: Timestamp) -> Self {
        let first = Timestamp::from_ms(around.ms().div_euclid(DAY_MS) * DAY_MS - 3 * DAY_MS);
        let moments: Vec<_> = (0..20 * 24 * 60)
            .map(|minute| first.plus_ms(minute * MINUTE_MS))
            .collect();
        // The wall's time as minutes since 1970-01-01 on the wall.
        let wall: Vec<i64> = moments
            .iter()
            .map(|at| {
                let local = rules.local(&quiet.hours.zone, *at);
                let day = local
                    .date
                    .signed_duration_since(NaiveDate::default())
                    .num_days();
                day * 1440 + i64::from(local.time().minutes())
            })
            .collect();
        let shown = |minute: i64| {
            if let Some(index) = wall.iter().position(|shown| *shown == minute) {
                return moments[index];
            }
            match wall
                .windows(2)
                .position(|pair| pair[0] < minute && minute < pair[1])
            {
                // Skipped: had the clock gone on as before the gap, it would have shown the time so much after it.
                Some(gap) => moments[gap].plus_ms((minute - wall[gap]) * MINUTE_MS),
                None if minute < wall[0] => first,
                None => Timestamp::MAX,
            }
        };
        let muted_until = quiet.mute.map(|mute| mute.until.unwrap_or(Timestamp::MAX));
        let mut held: Vec<bool> = moments
            .iter()
            .map(|at| muted_until.is_some_and(|until| *at < until))
            .collect();
        for day in wall[0] / 1440..=wall[wall.len() - 1] / 1440 {
            let weekday = NaiveDate::from_epoch_days(day as i32)
                .expect("a date")
                .weekday();
            for window in quiet
                .hours
                .windows
                .iter()
                .filter(|window| window.days.contains(weekday))
            {
                let (start, end) = (
                    i64::from(window.start.minutes()),
                    i64::from(window.end.minutes()),
                );
                if start == end || !quiet.hours.on {
                    continue;
                }
                let end = if end > start { end } else { end + 1440 };
                let (start, end) = (shown(day * 1440 + start), shown(day * 1440 + end));
                let excused_until = quiet.excused_until.unwrap_or(Timestamp::MIN);
                for (at, held) in moments.iter().zip(&mut held) {
                    *held |= start <= *at && *at < end && excused_until <= *at;
                }
            }
        }
        Self { first, held }
    }

    fn index(&self, at: Timestamp) -> usize {
        (at.since_ms(self.first) / MINUTE_MS) as usize
    }

    fn is_held(&self, at: Timestamp) -> bool {
        self.held[self.index(at)]
    }

    /// Returns the first minute after `at` for which holding is `held`, if it comes within a fortnight.
    fn first_after(&self, at: Timestamp, held: bool) -> Option<Timestamp> {
        let after = self.index(at) + 1;
        let minutes = self.held.iter().skip(after).position(|is| *is == held)?;
        Some(self.first.plus_ms((after + minutes) as i64 * MINUTE_MS))
    }
}

prop_compose! {
    fn any_time()(minutes in prop_oneof![0..24u16 * 60, (0..4u16 * 4).prop_map(|quarter| quarter * 15)]) -> WallTime {
        WallTime::from_minutes(minutes).expect("a time")
    }
}

prop_compose! {
    fn any_window()(
        days in prop::collection::vec(0..7u8, 0..5),
        start in any_time(),
        end in prop_oneof![4 => any_time(), 1 => Just(WallTime::END_OF_DAY)],
    ) -> Window {
        let days = days.into_iter().map(|day| Weekday::try_from(day).expect("a day")).fold(Weekdays::default(), Weekdays::with);
        Window { days, start, end }
    }
}

prop_compose! {
    /// Two times of three within a day and a half of a change of the clock.
    fn any_moment()(
        zone in prop::sample::select(&ZONES[..]),
        near in prop::bool::weighted(0.67),
        random_s in 1_767_225_600..1_893_456_000i64,
        away_ms in -3 * DAY_MS / 2..3 * DAY_MS / 2,
    ) -> (Zone, Timestamp) {
        let zone: Zone = zone.parse().expect("a zone");
        let random = Timestamp::from_ms(random_s * 1000);
        let change = Rules::built_in().next_transition(&zone, random).filter(|_| near);
        let now = change.map_or(random, |change| change.at.plus_ms(away_ms));
        (zone, now)
    }
}

prop_compose! {
    fn any_quiet()(
        (zone, now) in any_moment(),
        on in prop::bool::weighted(0.9),
        windows in prop::collection::vec(any_window(), 0..6),
        muted_min in prop::option::weighted(0.2, prop::option::of(-60..2000i64)),
        excused_min in prop::option::weighted(0.2, -600..2000i64),
    ) -> (Quiet, Timestamp) {
        // The oracle counts in whole minutes.
        let minute = |minutes: i64| Timestamp::from_ms((now.ms().div_euclid(MINUTE_MS) + minutes) * MINUTE_MS);
        let hours = QuietHours { on, zone, windows, ..QuietHours::default() };
        let mute = muted_min.map(|until| TimedMute { until: until.map(minute) });
        (Quiet { hours, mute, excused_until: excused_min.map(minute) }, now)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn it_is_quiet_just_when_the_wall_says_so((quiet, now) in any_quiet()) {
        let rules = Rules::built_in();
        let oracle = Oracle::new(&quiet, &rules, now);
        let hold = quiet.hold(now, &rules);
        prop_assert_eq!(hold.is_some(), oracle.is_held(now));
        if let Some(hold) = hold {
            // Beyond a fortnight the hold tells no end, even if there is one.
            let until = oracle.first_after(now, false).filter(|until| until.since_ms(now) < 14 * DAY_MS);
            prop_assert_eq!(hold.until.filter(|until| until.since_ms(now) < 14 * DAY_MS), until);
        }
        let change = oracle.first_after(now, !oracle.is_held(now));
        prop_assert_eq!(quiet.next_change(now, &rules).filter(|at| at.since_ms(now) < 14 * DAY_MS), change.filter(|at| at.since_ms(now) < 14 * DAY_MS));
    }

    #[test]
    fn the_next_change_is_ahead_changes_something_and_never_moves_back(
        (quiet, now) in any_quiet(),
        later_ms in 0..3 * DAY_MS,
    ) {
        let rules = Rules::built_in();
        let is_held = |at| quiet.hold(at, &rules).is_some();
        let next = quiet.next_change(now, &rules);
        if let Some(next) = next {
            prop_assert!(next > now);
            prop_assert!(is_held(next) != is_held(now));
            prop_assert!(is_held(next.plus_ms(-1)) == is_held(now));
        }
        let later = now.plus_ms(later_ms);
        let next_of_later = quiet.next_change(later, &rules);
        prop_assert!(next_of_later.unwrap_or(Timestamp::MAX) >= next.unwrap_or(Timestamp::MAX).min(later));
        if let Some(next) = next.filter(|next| later < *next) {
            prop_assert_eq!(next_of_later, Some(next));
        }
    }

    #[test]
    fn the_next_hold_begins_free_and_holds_to_its_end((quiet, now) in any_quiet()) {
        let rules = Rules::built_in();
        if let Some(next) = quiet.next_hold(now, &rules) {
            prop_assert!(next.start > now);
            prop_assert!(quiet.hold(next.start.plus_ms(-1), &rules).is_none());
            prop_assert_eq!(quiet.hold(next.start, &rules).map(|hold| hold.until), Some(next.end));
        }
    }

    #[test]
    fn off_frees_at_once_and_leaves_what_comes_later((quiet, now) in any_quiet()) {
        let rules = Rules::built_in();
        let lifted = quiet.lifted(now, &rules);
        prop_assert!(lifted.hold(now, &rules).is_none());
        let excused = lifted.excused_until.unwrap_or(now).max(now);
        let unmuted = Quiet { mute: None, ..quiet };
        prop_assert_eq!(lifted.hold(excused, &rules), unmuted.hold(excused, &rules));
    }
}
