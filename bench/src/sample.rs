//! Figures of many tries, and what is said of them.

use std::time::Duration;

/// Times that were taken, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Takes in one more.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1e3);
    }

    /// Takes in all of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the value that `share` of all do not exceed, in milliseconds; NaN where there is none.
    pub fn quantile(&self, share: f64) -> f64 {
        quantile(&self.0, share)
    }

    /// Returns the middle one.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Says both that are told of a latency.
    pub fn p50_p99(&self) -> String {
        format!("{:.2} / {:.2} ms", self.median(), self.quantile(0.99))
    }
}

impl FromIterator<Duration> for Sample {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut sample = Self::default();
        times.into_iter().for_each(|time| sample.add(time));
        sample
    }
}

/// Returns the middle of `values`; NaN where there is none.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}
