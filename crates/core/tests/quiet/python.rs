//! Quiet hours and wall times as Python's zoneinfo tells them, by rules of the same release: another program, on another road (F30).

use campanile_core::{
    time::{MINUTE_MS, Timestamp},
    zone::Rules,
};
use chrono::NaiveDate;

use crate::stage::quiet;

fn lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

fn minute(text: &str) -> Timestamp {
    let minutes: i64 = text.parse().expect("a number");
    Timestamp::from_ms(minutes * MINUTE_MS)
}

/// Returns the spans that are held from `first` to `last`, as the wait for one and its length in minutes.
fn spans(zone: &str, week: &str, first: Timestamp, last: Timestamp) -> Vec<(i64, i64)> {
    let (quiet, rules) = (quiet(zone, week), Rules::built_in());
    let (mut at, mut told) = (first, Vec::new());
    let minutes = |from: Timestamp, to: Timestamp| to.since_ms(from) / MINUTE_MS;
    let mut free_since = first;
    while at < last {
        let Some(hold) = quiet.hold(at, &rules) else {
            let Some(next) = quiet.next_hold(at, &rules) else {
                break;
            };
            assert!(next.start > at, "{zone} {week} at {at}");
            at = next.start;
            continue;
        };
        let end = hold.until.expect("an end").min(last);
        assert!(end > at, "{zone} {week} at {at}");
        // Windows that touch are one span of quiet, however many they are.
        match told.last_mut() {
            Some((_, kept)) if free_since == at => *kept += minutes(at, end),
            _ => told.push((minutes(free_since, at), minutes(at, end))),
        }
        (at, free_since) = (end, end);
    }
    told
}

#[test]
fn four_hundred_days_of_quiet_hours_are_those_of_python_in_thirty_two_zones() {
    let mut zones = std::collections::BTreeSet::new();
    let mut all = 0;
    for line in lines(include_str!("python/held.txt")) {
        let [zone, week, days, runs] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("four parts: {line}");
        };
        let (first, last) = days.split_once(' ').expect("two days");
        let mut wanted = Vec::new();
        for run in runs.split(' ') {
            let (free, rest) = run.split_once('+').expect("a wait");
            let (kept, count) = rest.split_once('x').expect("a count");
            let number = |text: &str| text.parse::<i64>().expect("a number");
            let span = (number(free), number(kept));
            wanted.extend(std::iter::repeat_n(span, count.parse().expect("a count")));
        }
        let found = spans(zone, week, minute(first), minute(last));
        for (n, span) in wanted.iter().enumerate() {
            assert_eq!(found.get(n), Some(span), "{zone} {week}, span {n}");
        }
        assert_eq!(found.len(), wanted.len(), "{zone} {week}");
        zones.insert(zone);
        all += wanted.len();
    }
    assert_eq!((zones.len(), all > 50_000), (32, true), "{all}");
}

#[test]
fn every_wall_time_about_a_change_of_clocks_is_the_moment_that_python_tells() {
    let (rules, mut all) = (Rules::built_in(), 0);
    for line in lines(include_str!("python/edges.txt")) {
        let [zone, date, time, at] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("four parts: {line}");
        };
        let date: NaiveDate = date.parse().expect("a date");
        let found = rules.instant(
            &zone.parse().expect("a zone"),
            date,
            time.parse().expect("a time"),
        );
        assert_eq!(found, minute(at), "{line}");
        all += 1;
    }
    assert!(all > 4_000, "{all}");
}
