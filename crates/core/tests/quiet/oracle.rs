//! Arbitrary weeks against an oracle that only ever looks at the wall.

use campanile_core::{
    quiet::{Quiet, QuietHours, TimedMute, Weekdays, Window},
    time::{DAY_MS, MINUTE_MS, Timestamp},
    zone::{Rules, WallTime, Zone},
};
use chrono::{Datelike, NaiveDate, Weekday};
use proptest::prelude::*;

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
