//! The desk's clock: the only place that reads the time of day, and the one alarm that is set by it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use campanile_core::time::{SECOND_MS, Timestamp};
use tokio::time::sleep;

/// The clocks are compared at least so often: a timer stands still while the machine sleeps, and the person may put the clock.
/// Each time wakes the processor, up to three times for one long timer.
const COMPARED_EVERY: Duration = Duration::from_secs(120);
/// By more than this, the clock on the wall has jumped or the machine has slept.
const JUMP_MS: i64 = 5 * SECOND_MS;

/// Returns the present by the clock on the wall.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Why the alarm rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Its moment has come.
    Due,
    /// The clock on the wall and the one that counts have drifted apart: whatever was reckoned must be reckoned anew.
    Jumped,
}

/// One alarm on the clock on the wall.
pub struct Alarm {
    due: Option<Timestamp>,
    compared: (Timestamp, Instant),
}

impl Alarm {
    /// Returns an alarm that is not set.
    pub fn new() -> Self {
        Self {
            due: None,
            compared: (now(), Instant::now()),
        }
    }

    /// Sets it. It rings once, and an earlier setting is forgotten.
    pub fn set(&mut self, at: Timestamp) {
        self.due = Some(at);
    }

    /// Waits until it rings. A wait that was given up loses nothing.
    pub async fn ring(&mut self) -> Rung {
        loop {
            let (wall, counted) = (now(), Instant::now());
            if let Some(rung) = self.look(wall, counted) {
                return rung;
            }
            let until_due = self
                .due
                .map(|due| Duration::from_millis(due.since_ms(wall).unsigned_abs()));
            sleep(until_due.unwrap_or(COMPARED_EVERY).min(COMPARED_EVERY)).await;
        }
    }

    fn look(&mut self, wall: Timestamp, counted: Instant) -> Option<Rung> {
        let (wall_before, counted_before) = std::mem::replace(&mut self.compared, (wall, counted));
        let counted_ms =
            i64::try_from(counted.duration_since(counted_before).as_millis()).unwrap_or(i64::MAX);
        if (wall.since_ms(wall_before) - counted_ms).abs() > JUMP_MS {
            return Some(Rung::Jumped);
        }
        self.due.take_if(|due| *due <= wall).map(|_| Rung::Due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rings_when_due_and_when_the_clocks_part() {
        let (start, base) = (Timestamp::from_ms(1_000_000), Instant::now());
        let mut alarm = Alarm {
            due: Some(start.plus_ms(90_000)),
            compared: (start, base),
        };
        for (wall_ms, counted_ms, rung) in [
            (60_000, 60_000, None),
            (89_999, 89_999, None),
            (90_000, 90_001, Some(Rung::Due)),
            (150_000, 150_000, None),
            // An hour of sleep.
            (3_750_000, 151_000, Some(Rung::Jumped)),
            (3_751_000, 152_000, None),
            // Somebody put the clock back by ten minutes.
            (3_151_000, 153_000, Some(Rung::Jumped)),
            // A clock that is slewed is no jump.
            (3_210_000, 213_000, None),
        ] {
            let counted = base + Duration::from_millis(counted_ms);
            assert_eq!(
                alarm.look(start.plus_ms(wall_ms), counted),
                rung,
                "{wall_ms} {counted_ms}"
            );
        }
    }
}
