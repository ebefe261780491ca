//! A clip as it sounds: how loud, how far it is, and that it can be stopped.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use rodio::Source;

/// A voice that is stopped fades, as a sudden end would click.
const FADE: Duration = Duration::from_millis(8);

/// Samples in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// The samples, channel by channel within each frame.
    pub samples: Arc<[f32]>,
    /// One or two.
    pub channels: NonZero<u16>,
    /// How many frames a second.
    pub rate_hz: NonZero<u32>,
}

impl Clip {
    /// Returns how long it sounds.
    pub fn duration(&self) -> Duration {
        let frames = self.samples.len() / usize::from(self.channels.get());
        Duration::from_secs_f64(frames as f64 / f64::from(self.rate_hz.get()))
    }
}

/// Returns the factor for a volume of 0 to 100: the ear hears the square as even steps.
pub fn gain(volume: u8) -> f32 {
    let share = f32::from(volume.min(100)) / 100.0;
    share * share
}

/// What is known of a voice while the device plays it.
#[derive(Debug, Default)]
pub struct Progress {
    place: AtomicUsize,
    is_stopped: AtomicBool,
    has_ended: AtomicBool,
}

impl Progress {
    /// Lets the voice end.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Says whether the voice came to its end; one whose device is gone did not.
    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    /// Returns the index of the sample that is next.
    pub fn place(&self) -> usize {
        self.place.load(Ordering::Relaxed)
    }
}

/// A clip on its way into the device.
pub struct Voice<F: Fn()> {
    clip: Clip,
    gain: f32,
    next: usize,
    fade_frames: usize,
    /// How many frames are left of the fade, once there is one.
    fading: Option<usize>,
    factor: f32,
    progress: Arc<Progress>,
    on_end: F,
}

impl<F: Fn()> Voice<F> {
    /// Begins `clip` at the sample `from`. `on_end` is called once, also where the device ends, on a thread of its own.
    pub fn new(clip: Clip, gain: f32, from: usize, progress: Arc<Progress>, on_end: F) -> Self {
        let next = from - from % usize::from(clip.channels.get());
        let fade_frames = (FADE.as_secs_f64() * f64::from(clip.rate_hz.get())) as usize + 1;
        Self {
            clip,
            gain,
            next,
            fade_frames,
            fading: None,
            factor: gain,
            progress,
            on_end,
        }
    }

    /// Goes on to the next frame; `None` when the fade is over.
    fn step(&mut self) -> Option<()> {
        self.progress.place.store(self.next, Ordering::Relaxed);
        if self.progress.is_stopped.load(Ordering::Relaxed) {
            let left = self.fading.unwrap_or(self.fade_frames).checked_sub(1)?;
            self.fading = Some(left);
            self.factor = self.gain * left as f32 / self.fade_frames as f32;
        }
        Some(())
    }

    fn sample(&mut self) -> Option<f32> {
        // Both sides of a frame are equally loud, and both or none are played.
        if self
            .next
            .is_multiple_of(usize::from(self.clip.channels.get()))
        {
            self.step()?;
        }
        let sample = *self.clip.samples.get(self.next)?;
        self.next += 1;
        Some(sample * self.factor)
    }
}

impl<F: Fn()> Iterator for Voice<F> {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let sample = self.sample();
        if sample.is_none() {
            self.progress.has_ended.store(true, Ordering::Release);
        }
        sample
    }
}

impl<F: Fn()> Source for Voice<F> {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        self.clip.channels
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.clip.rate_hz
    }

    fn total_duration(&self) -> Option<Duration> {
        Some(self.clip.duration())
    }
}

impl<F: Fn()> Drop for Voice<F> {
    fn drop(&mut self) {
        (self.on_end)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: &[f32], channels: u16) -> Clip {
        Clip {
            samples: samples.into(),
            channels: NonZero::new(channels).expect("a channel"),
            rate_hz: NonZero::new(1_000).expect("a rate"),
        }
    }

    #[test]
    fn half_the_volume_is_a_quarter_of_the_strength() {
        for (volume, expected) in [(0, 0.0), (10, 0.01), (50, 0.25), (100, 1.0), (255, 1.0)] {
            assert!((gain(volume) - expected).abs() < 1e-6, "{volume}");
        }
    }

    #[test]
    fn a_voice_plays_its_clip_from_a_whole_frame_on_and_tells_its_end() {
        for (from, expected) in [
            (0, [0.5, -0.5, 0.25, -0.25].as_slice()),
            (3, &[0.25, -0.25]),
            (4, &[]),
            (9, &[]),
        ] {
            let progress = Arc::new(Progress::default());
            let voice = Voice::new(
                clip(&[1.0, -1.0, 0.5, -0.5], 2),
                0.5,
                from,
                progress.clone(),
                || {},
            );
            assert_eq!(voice.collect::<Vec<_>>(), expected, "from {from}");
            assert!(progress.has_ended());
        }
    }

    #[test]
    fn a_voice_whose_device_goes_tells_that_it_goes_and_where_it_was() {
        let (progress, calls) = (Arc::new(Progress::default()), AtomicUsize::new(0));
        let mut voice = Voice::new(clip(&[1.0; 8], 2), 1.0, 0, progress.clone(), || {
            calls.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(voice.by_ref().take(5).count(), 5);
        drop(voice);
        assert_eq!(
            (calls.into_inner(), progress.has_ended(), progress.place()),
            (1, false, 4)
        );
    }

    #[test]
    fn a_voice_that_is_stopped_fades_and_ends() {
        let progress = Arc::new(Progress::default());
        let mut voice = Voice::new(clip(&[1.0; 200], 2), 1.0, 0, progress.clone(), || {});
        assert_eq!(voice.by_ref().take(10).sum::<f32>(), 10.0);
        progress.stop();
        let tail: Vec<f32> = voice.collect();
        assert_eq!(tail.len(), 2 * 9, "8 ms and a frame at 1 kHz");
        assert!(tail.chunks(2).all(|frame| frame[0] == frame[1]), "{tail:?}");
        assert!(tail.chunks(2).is_sorted_by(|a, b| a[0] > b[0]), "{tail:?}");
        assert_eq!(tail.last(), Some(&0.0));
        assert_eq!(progress.place(), 10 + tail.len());
    }
}
