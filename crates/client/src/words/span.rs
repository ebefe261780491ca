//! Lengths of time in words, in the largest unit that fits.

use campanile_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

use super::{Words, args};

/// The units, the largest first, each with its message.
const UNITS: &[(i64, &str)] = &[
    (DAY_MS, "span-days"),
    (HOUR_MS, "span-hours"),
    (MINUTE_MS, "span-minutes"),
    (SECOND_MS, "span-seconds"),
];

impl Words {
    /// Returns a length of time as people tell it, rounded down: `3 min`. It is not negative.
    #[must_use]
    pub fn span(&self, ms: i64) -> String {
        let fits = UNITS.iter().find(|(unit_ms, _)| ms >= *unit_ms);
        let (unit_ms, id) = fits.unwrap_or(&(SECOND_MS, "span-seconds"));
        self.say_with(id, &args([("count", (ms / unit_ms).into())]))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::words::Language;

    #[test]
    fn a_length_of_time_is_told_in_its_largest_unit() {
        let lengths = [
            0,
            999,
            59_999,
            60_000,
            3_599_999,
            7_200_000,
            86_400_000,
            200_000_000,
            432_000_000,
        ];
        let told: String = [Language::English, Language::Ukrainian]
            .map(Words::new)
            .iter()
            .map(|words| lengths.map(|ms| words.span(ms)).join(", ") + "\n")
            .collect();
        expect![[r#"
            0 s, 0 s, 59 s, 1 min, 59 min, 2 h, 1 day, 2 days, 5 days
            0 с, 0 с, 59 с, 1 хв, 59 хв, 2 год, 1 день, 2 дні, 5 днів
        "#]]
        .assert_eq(&told);
    }
}
