//! How long to wait before the next try: a pure function of what was seen, so that it can be tried out by hand.

use std::time::Duration;

/// No wait is shorter, whatever a server asks for.
pub const LEAST: Duration = Duration::from_secs(1);
/// No wait of our own is longer.
pub const MOST: Duration = Duration::from_secs(5 * 60);
/// No wait that a server asks for is longer.
pub const ASKED_MOST: Duration = Duration::from_secs(15 * 60);
/// A connection that stood so long was a good one: what comes next starts anew.
pub const STABLE: Duration = Duration::from_secs(30);

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing came of it.
    Failed,
    /// It failed, and the server asked to be left alone for so long.
    Asked(Duration),
    /// It stood for so long, then it broke.
    Stood(Duration),
}

/// Waits that grow from [`LEAST`] to [`MOST`], each drawn by lot from the whole of its range:
/// a thousand desks that lost their server together do not come back together.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    tries: u32,
    first: Duration,
}

impl Backoff {
    /// Nothing has failed yet.
    pub const fn new() -> Self {
        Self {
            tries: 0,
            first: LEAST,
        }
    }

    /// Returns how long to wait; `chance` is from 0 up to 1.
    pub fn next(&mut self, outcome: Outcome, chance: f64) -> Duration {
        match outcome {
            Outcome::Stood(stood) if stood >= STABLE => self.tries = 0,
            Outcome::Asked(asked) => {
                self.tries = self.tries.saturating_add(1);
                // A second of spread, as all were asked for the same.
                return asked
                    .clamp(LEAST, ASKED_MOST)
                    .saturating_add(Duration::from_secs(1).mul_f64(chance))
                    .min(ASKED_MOST);
            }
            Outcome::Failed | Outcome::Stood(_) => {}
        }
        let range = self
            .first
            .saturating_mul(1_u32.checked_shl(self.tries).unwrap_or(u32::MAX))
            .min(MOST);
        self.tries = self.tries.saturating_add(1);
        (LEAST + range.mul_f64(chance)).min(MOST)
    }

    /// Takes the server's word for the first range, within [`LEAST`] and [`MOST`].
    pub fn start_at(&mut self, asked_ms: u64) {
        self.first = Duration::from_millis(asked_ms).clamp(LEAST, MOST);
    }

    /// Starts anew: there is reason to believe that the next try will do.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(backoff: &mut Backoff, outcome: Outcome, chance: f64, times: usize) -> Vec<u64> {
        (0..times)
            .map(|_| backoff.next(outcome, chance).as_secs())
            .collect()
    }

    #[test]
    fn waits_double_up_to_five_minutes_and_stay_there() {
        let longest = seconds(&mut Backoff::new(), Outcome::Failed, 1.0, 12);
        assert_eq!(longest, [2, 3, 5, 9, 17, 33, 65, 129, 257, 300, 300, 300]);
        let mut old = Backoff {
            tries: u32::MAX,
            first: MOST,
        };
        assert_eq!(seconds(&mut old, Outcome::Failed, 1.0, 2), [300, 300]);
    }

    #[test]
    fn no_wait_is_shorter_than_a_second() {
        assert_eq!(
            seconds(&mut Backoff::new(), Outcome::Failed, 0.0, 12),
            [1; 12]
        );
    }

    #[test]
    fn a_connection_that_stood_starts_anew_and_one_that_broke_at_once_does_not() {
        let mut backoff = Backoff::new();
        seconds(&mut backoff, Outcome::Failed, 1.0, 5);
        assert_eq!(
            backoff
                .next(Outcome::Stood(STABLE - Duration::from_millis(1)), 1.0)
                .as_secs(),
            33
        );
        assert_eq!(backoff.next(Outcome::Stood(STABLE), 1.0).as_secs(), 2);
    }

    #[test]
    fn a_server_is_left_alone_as_long_as_it_asks_within_a_quarter_of_an_hour() {
        for (asked, waited) in [(0, 1), (7, 7), (600, 600), (900, 900), (1_000_000_000, 900)] {
            let asked = Outcome::Asked(Duration::from_secs(asked));
            assert_eq!(
                Backoff::new().next(asked, 0.0).as_secs(),
                waited,
                "{asked:?}"
            );
        }
        assert_eq!(
            Backoff::new().next(Outcome::Asked(Duration::from_secs(7)), 0.5),
            Duration::from_millis(7_500)
        );
    }

    #[test]
    fn a_server_may_choose_the_first_range_within_bounds() {
        for (asked_ms, first_s) in [(0, 2), (3_000, 4), (u64::MAX, 300)] {
            let mut backoff = Backoff::new();
            backoff.start_at(asked_ms);
            assert_eq!(
                backoff.next(Outcome::Failed, 1.0).as_secs(),
                first_s,
                "{asked_ms}"
            );
        }
    }

    #[test]
    fn a_thousand_desks_spread_over_the_whole_range() {
        let mut waits: Vec<_> = (0..1_000_u32)
            .map(|desk| {
                let mut backoff = Backoff {
                    tries: 9,
                    first: LEAST,
                };
                backoff
                    .next(Outcome::Failed, f64::from(desk) / 1_000.0)
                    .as_secs()
            })
            .collect();
        waits.dedup();
        let most_in_a_second = 1_000 / waits.len();
        assert!(
            most_in_a_second < 50,
            "{most_in_a_second} at once is more than a twentieth"
        );
    }
}
