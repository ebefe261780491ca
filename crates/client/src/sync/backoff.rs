//! How long to wait before the next try: a pure function of what was seen, so that it can be tried out by hand.

use std::time::Duration;

/// No wait is shorter, whatever a server asks for.
pub const LEAST: Duration = Duration::from_secs(1);
/// No wait of our own is longer.
pub const MOST: Duration = Duration::from_secs(5 * 60);
/// No wait that a server asks for is longer, but for the spread.
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
///
/// How wide the first range is, the server says by `retry:` in its streams: it alone knows how many desks it has, and a
/// few need not wait for their turn.
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
        if matches!(outcome, Outcome::Stood(stood) if stood >= STABLE) {
            self.tries = 0;
        }
        let range = self
            .first
            .saturating_mul(1_u32.checked_shl(self.tries).unwrap_or(u32::MAX))
            .min(MOST);
        self.tries = self.tries.saturating_add(1);
        let spread = range.mul_f64(chance);
        match outcome {
            // All were asked for the same: what a desk waits of its own comes on top.
            Outcome::Asked(asked) => asked.clamp(LEAST, ASKED_MOST) + spread,
            Outcome::Failed | Outcome::Stood(_) => (LEAST + spread).min(MOST),
        }
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

    /// Chance, the same at each run: SplitMix64.
    fn chance(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = *state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns the most tries of a thousand desks that fall into any one second, where each had a stream that stood until
    /// the server went away for `down`; `told` is what a try meets meanwhile.
    fn most_in_a_second(retry_ms: u64, down: Duration, told: Outcome) -> usize {
        let mut tries_at: Vec<Duration> = (0..1_000_u64)
            .flat_map(|desk| {
                let mut seed = desk;
                let mut backoff = Backoff::new();
                backoff.start_at(retry_ms);
                let mut at = Duration::ZERO;
                let mut tries = Vec::new();
                let mut outcome = Outcome::Stood(STABLE);
                while tries.last().is_none_or(|last| *last < down) {
                    at += backoff.next(outcome, chance(&mut seed));
                    tries.push(at);
                    outcome = told;
                }
                tries
            })
            .collect();
        tries_at.sort();
        let in_a_second = |first: usize| {
            let end = tries_at[first] + Duration::from_secs(1);
            tries_at[first..].partition_point(|at| *at < end)
        };
        (0..tries_at.len()).map(in_a_second).max().unwrap_or(0)
    }

    #[test]
    fn of_a_thousand_desks_less_than_a_twentieth_comes_back_in_any_second() {
        // What a server with a thousand streams tells in each of them.
        let retry_ms = 50_000;
        let asked = |seconds| Outcome::Asked(Duration::from_secs(seconds));
        for down_s in [0, 2, 10, 60, 600] {
            for told in [Outcome::Failed, asked(5), asked(60), asked(900)] {
                let most = most_in_a_second(retry_ms, Duration::from_secs(down_s), told);
                assert!(most < 50, "{most} at once after {down_s} s of {told:?}");
            }
        }
    }

    #[test]
    fn a_desk_of_a_small_server_is_back_within_two_seconds() {
        let mut backoff = Backoff::new();
        backoff.start_at(1_000);
        assert_eq!(backoff.next(Outcome::Stood(STABLE), 1.0).as_secs(), 2);
    }
}
