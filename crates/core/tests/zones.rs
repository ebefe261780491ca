//! Every zone's clock from 2026 to 2031, compared with a table made by another road (`zones/make`).

use std::collections::BTreeSet;

use campanile_core::{
    time::{DAY_MS, HOUR_MS, SECOND_MS, Timestamp},
    zone::{Rules, Transition, WallTime, Zone},
};
use chrono::NaiveDate;

/// One zone of the table.
struct Clock {
    zone: Zone,
    first_offset_s: i32,
    transitions: Vec<Transition>,
}

fn table() -> Vec<Clock> {
    let lines = include_str!("zones/transitions.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    lines.flat_map(read_line).collect()
}

fn read_line(line: &str) -> Vec<Clock> {
    let (names, changes) = line.split_once(" | ").expect("names and changes");
    let mut changes = changes.split(' ');
    let first_offset_s = changes
        .next()
        .expect("an offset")
        .parse()
        .expect("a number");
    let mut before_s = first_offset_s;
    let transitions: Vec<_> = changes
        .map(|change| {
            let (at, after) = change.split_once('=').expect("a time and an offset");
            let (at, after_s) = (
                Timestamp::parse(at).expect("a time"),
                after.parse().expect("a number"),
            );
            Transition {
                at,
                before_s: std::mem::replace(&mut before_s, after_s),
                after_s,
            }
        })
        .collect();
    names
        .split(' ')
        .map(|name| Clock {
            zone: name.parse().expect("a zone"),
            first_offset_s,
            transitions: transitions.clone(),
        })
        .collect()
}

impl Clock {
    fn offset_s(&self, at: Timestamp) -> i32 {
        let past = self
            .transitions
            .iter()
            .take_while(|transition| transition.at <= at);
        past.last()
            .map_or(self.first_offset_s, |transition| transition.after_s)
    }
}

fn first() -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").expect("a time")
}

fn last() -> Timestamp {
    Timestamp::parse("2031-12-31T23:59:59Z").expect("a time")
}

#[test]
fn the_table_holds_every_zone() {
    let names: BTreeSet<_> = table().iter().map(|clock| clock.zone.to_string()).collect();
    let missing: Vec<_> = Zone::names()
        .into_iter()
        .filter(|name| !names.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_offset_is_that_of_the_table() {
    let rules = Rules::built_in();
    let mut compared = 0;
    for clock in table() {
        // 31 h 7 min apart, so that all hours of the day are seen, and around each change.
        let regular = (first().ms()..last().ms())
            .step_by(31 * HOUR_MS as usize + 420_000)
            .map(Timestamp::from_ms);
        let around = clock
            .transitions
            .iter()
            .flat_map(|change| [-1, 0, 1].map(|ms| change.at.plus_ms(ms)));
        for at in regular.chain(around) {
            let local = rules.local(&clock.zone, at);
            assert_eq!(local.offset_s, clock.offset_s(at), "{} at {at}", clock.zone);
            let wall = at
                .plus_ms(i64::from(local.offset_s) * SECOND_MS)
                .to_string();
            let shown = format!(
                "{}T{}:{:02}.{:03}Z",
                local.date,
                local.time(),
                local.second,
                local.ms
            );
            assert_eq!(shown, wall, "{} at {at}", clock.zone);
            compared += 1;
        }
    }
    assert!(compared > 1_000_000, "{compared}");
}

#[test]
fn every_change_of_the_clock_is_told_and_no_other() {
    let rules = Rules::built_in();
    for clock in table() {
        let mut told = Vec::new();
        let mut from = first();
        while let Some(next) = rules
            .next_transition(&clock.zone, from)
            .filter(|next| next.at <= last())
        {
            told.push(next);
            from = next.at;
        }
        assert_eq!(told, clock.transitions, "{}", clock.zone);
    }
}

#[test]
fn a_skipped_time_counts_by_the_offset_before_and_a_repeated_one_the_first_time() {
    let rules = Rules::built_in();
    let (mut skipped, mut repeated) = (0, 0);
    for clock in table() {
        for change in &clock.transitions {
            // Whatever the clock does, the wall time just before the change leads back by the offset before it,
            // for as long as the change lasts; and where it goes forward or back is over, by the offset after it.
            let span_min = i64::from(change.change_s().abs() / 60);
            for minute in -90..span_min + 90 {
                let wall = change.at.plus_ms(
                    i64::from(change.before_s.min(change.after_s)) * SECOND_MS + minute * 60_000,
                );
                let expected_offset_s = if minute < span_min {
                    change.before_s
                } else {
                    change.after_s
                };
                let expected = wall.plus_ms(-i64::from(expected_offset_s) * SECOND_MS);
                let day = wall.ms().div_euclid(DAY_MS);
                let date = NaiveDate::from_epoch_days(day as i32).expect("a date");
                let time = WallTime::from_minutes((wall.ms().rem_euclid(DAY_MS) / 60_000) as u16)
                    .expect("a time");
                assert_eq!(
                    rules.instant(&clock.zone, date, time),
                    expected,
                    "{} {date} {time}",
                    clock.zone
                );
                if (0..span_min).contains(&minute) {
                    *(if change.change_s() > 0 {
                        &mut skipped
                    } else {
                        &mut repeated
                    }) += 1;
                }
            }
        }
    }
    assert!(
        skipped > 50_000 && repeated > 50_000,
        "{skipped} skipped, {repeated} repeated"
    );
}

#[test]
fn the_zones_that_the_compiled_rules_get_wrong_are_right() {
    let rules = Rules::built_in();
    let at = Timestamp::parse("2026-11-21T12:00:00Z").expect("a time");
    for (name, hours) in [
        ("America/Vancouver", -7),
        ("America/Edmonton", -6),
        ("America/Inuvik", -6),
        ("America/Winnipeg", -5),
        ("America/Havana", -4),
        ("Africa/Casablanca", 0),
        ("Africa/El_Aaiun", 0),
        ("Europe/Kyiv", 2),
    ] {
        let zone: Zone = name.parse().expect("a zone");
        assert_eq!(rules.local(&zone, at).offset_s, hours * 3600, "{name}");
    }
}
