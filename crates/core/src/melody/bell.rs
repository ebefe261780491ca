//! The instrument: a small bell with the warmth of a marimba.

use std::f64::consts::{PI, TAU};

use super::score::{Score, Tone};

/// One of the vibrations that make up a tone.
struct Partial {
    /// Its frequency as a multiple of the fundamental's.
    ratio: f64,
    /// Its strength at the stroke.
    strength: f64,
    /// The time in which it fades to a third of its strength.
    decay_s: f64,
}

/// The fundamental is by far the strongest, so that a melody is heard by its tones and not by its timbre.
const PARTIALS: [Partial; 4] = [
    Partial {
        ratio: 1.0,
        strength: 1.0,
        decay_s: 0.45,
    },
    Partial {
        ratio: 2.0,
        strength: 0.30,
        decay_s: 0.25,
    },
    Partial {
        ratio: 3.0,
        strength: 0.10,
        decay_s: 0.14,
    },
    Partial {
        ratio: 4.0,
        strength: 0.18,
        decay_s: 0.07,
    },
];

/// A stroke that begins at once would click.
const ATTACK_S: f64 = 0.004;
/// How fast a tone is damped when its time is over.
const RELEASE_S: f64 = 0.025;
/// How long the last tone is heard to die away.
const TAIL_MS: u32 = 120;
/// The last of the tail goes down to nothing.
const FADE_S: f64 = 0.02;
/// The loudest sample; louder ones clip in players that add sounds.
const PEAK: f32 = 0.8;

impl Score {
    /// Returns how long it sounds, in milliseconds, until the last tone has died away.
    #[must_use]
    pub fn duration_ms(&self) -> u32 {
        if self.notes().is_empty() {
            0
        } else {
            self.written_ms() + TAIL_MS
        }
    }

    /// Returns its samples, one channel, between -0.8 and 0.8.
    ///
    /// `rate_hz` is the samples a second, usually 44 100 or 48 000; it is taken as at least 8 000 and at most
    /// 192 000.
    #[must_use]
    pub fn render(&self, rate_hz: u32) -> Vec<f32> {
        let rate_hz = rate_hz.clamp(8_000, 192_000);
        let place = |ms: u32| (u64::from(ms) * u64::from(rate_hz) / 1000) as usize;
        let mut samples = vec![0.0; place(self.duration_ms())];
        let starts = self.starts_ms();
        for (note, times) in self.notes().iter().zip(starts.windows(2)) {
            let (Some(tone), &[start, end]) = (note.tone, times) else {
                continue;
            };
            strike(
                tone,
                &mut samples[place(start)..],
                place(end) - place(start),
                f64::from(rate_hz),
            );
        }
        fade_out(&mut samples, f64::from(rate_hz));
        normalize(&samples)
    }
}

/// Adds a tone that is damped after `held` samples.
fn strike(tone: Tone, samples: &mut [f64], held: usize, rate: f64) {
    // Long bars ring longer.
    let ring = (523.25 / tone.hz()).sqrt().clamp(0.6, 1.6);
    let attack = ATTACK_S * rate;
    let damping = (-1.0 / (RELEASE_S * rate)).exp();
    // A damped tone cannot be heard any more after ten times its release.
    let heard = (10.0 * RELEASE_S * rate) as usize;
    for partial in &PARTIALS {
        let turn = TAU * tone.hz() * partial.ratio / rate;
        if turn > 0.9 * PI {
            continue;
        }
        // A decaying vibration, each sample from the two before it.
        let decay = (-1.0 / (partial.decay_s * ring * rate)).exp();
        let (from_last, from_before) = (2.0 * decay * turn.cos(), -decay * decay);
        let (mut before, mut last) = (-partial.strength * turn.sin() / decay, 0.0);
        let mut gain = 1.0;
        for (index, sample) in samples.iter_mut().enumerate().take(held + heard) {
            let rise = index as f64 / attack;
            let stroke = if rise < 1.0 {
                0.5 * (1.0 - (PI * rise).cos())
            } else {
                1.0
            };
            *sample += last * gain * stroke;
            if index >= held {
                gain *= damping;
            }
            (before, last) = (last, from_last * last + from_before * before);
        }
    }
}

fn fade_out(samples: &mut [f64], rate: f64) {
    let fade = FADE_S * rate;
    for (from_end, sample) in samples.iter_mut().rev().enumerate() {
        if from_end as f64 >= fade {
            break;
        }
        *sample *= from_end as f64 / fade;
    }
}

fn normalize(samples: &[f64]) -> Vec<f32> {
    let loudest = samples
        .iter()
        .fold(0.0_f64, |loudest, sample| loudest.max(sample.abs()));
    let gain = if loudest > 0.0 {
        f64::from(PEAK) / loudest
    } else {
        0.0
    };
    samples
        .iter()
        .map(|sample| (sample * gain) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::melody::Melody;

    const RATES_HZ: [u32; 2] = [44_100, 48_000];

    /// Returns the strength of one frequency in the samples (Goertzel's algorithm).
    fn strength(samples: &[f32], hz: f64, rate: f64) -> f64 {
        let turn = TAU * hz / rate;
        let (mut last, mut before) = (0.0, 0.0);
        for sample in samples {
            (before, last) = (last, f64::from(*sample) + 2.0 * turn.cos() * last - before);
        }
        last * last + before * before - 2.0 * turn.cos() * last * before
    }

    /// Returns the number in MIDI of the tone that is heard most.
    fn heard(samples: &[f32], rate: f64) -> u8 {
        let hz = |number: u8| 440.0 * ((f64::from(number) - 69.0) / 12.0).exp2();
        let loudness = |number: &u8| strength(samples, hz(*number), rate);
        (48..=100)
            .max_by(|a, b| loudness(a).total_cmp(&loudness(b)))
            .expect("some tone")
    }

    #[test]
    fn the_tones_of_the_score_are_heard_in_its_order() {
        for melody in Melody::ALL {
            let score = melody.notes();
            for rate in RATES_HZ {
                let samples = melody.render(rate);
                let place = |ms: u32| (ms * (rate / 50) / 20) as usize;
                for (note, times) in score.notes().iter().zip(score.starts_ms().windows(2)) {
                    let sounding = &samples[place(times[0])..place(times[1])];
                    let stroke = &sounding[..sounding.len().min(place(120))];
                    match note.tone {
                        Some(tone) => assert_eq!(
                            heard(stroke, f64::from(rate)),
                            tone.number(),
                            "{} at {times:?} ms",
                            melody.id
                        ),
                        None => {
                            let late = &sounding[sounding.len() * 9 / 10..];
                            assert!(
                                late.iter().all(|sample| sample.abs() < 0.1),
                                "{} rests at {times:?} ms",
                                melody.id
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_melody_begins_and_ends_in_silence_and_is_as_loud_as_any_other() {
        for melody in Melody::ALL.iter().filter(|melody| melody.id != "silent") {
            for rate in RATES_HZ {
                let samples = melody.render(rate);
                let peak = samples
                    .iter()
                    .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
                assert!((peak - PEAK).abs() < 1e-6, "{} peaks at {peak}", melody.id);
                assert_eq!(
                    (samples.first(), samples.last()),
                    (Some(&0.0), Some(&0.0)),
                    "{}",
                    melody.id
                );
                let edge = (rate / 2000) as usize;
                for quiet in [&samples[..edge], &samples[samples.len() - edge..]] {
                    assert!(
                        quiet.iter().all(|sample| sample.abs() < 0.05 * PEAK),
                        "{}",
                        melody.id
                    );
                }
            }
        }
    }

    #[test]
    fn no_stroke_and_no_damping_makes_a_click() {
        // A click is a corner in the curve, sharper than the tone that sounds there can make one.
        let rate_hz = 48_000;
        let sharpest = |tone: Tone| {
            let corner = |partial: &Partial| {
                partial.strength * (TAU * tone.hz() * partial.ratio / f64::from(rate_hz)).powi(2)
            };
            f64::from(PEAK) * PARTIALS.iter().map(corner).sum::<f64>()
        };
        for melody in Melody::ALL {
            let (samples, score) = (melody.render(rate_hz), melody.notes());
            let tones: Vec<Tone> = score.notes().iter().filter_map(|note| note.tone).collect();
            let limit = tones
                .into_iter()
                .map(sharpest)
                .fold(f64::INFINITY, f64::min);
            for (at_ms, place) in score
                .starts_ms()
                .into_iter()
                .map(|ms| (ms, (ms * rate_hz / 1000) as usize))
            {
                let around = &samples[place.saturating_sub(10)..(place + 20).min(samples.len())];
                for three in around.windows(3) {
                    let corner = f64::from(three[2] - 2.0 * three[1] + three[0]).abs();
                    assert!(
                        corner < limit * 0.7,
                        "{} clicks at {at_ms} ms: {}",
                        melody.id,
                        corner / limit
                    );
                }
            }
        }
    }

    #[test]
    fn it_lasts_as_long_as_it_says_at_every_rate() {
        for melody in Melody::ALL {
            for rate in [0, 8_000, 44_100, 48_000, 192_000, u32::MAX] {
                let samples = melody.render(rate).len() as u64;
                let rate = u64::from(rate.clamp(8_000, 192_000));
                let expected = u64::from(melody.duration_ms()) * rate / 1000;
                assert_eq!(samples, expected, "{} at {rate} Hz", melody.id);
            }
        }
    }
}
