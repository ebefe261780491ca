//! An ear on the sound device: which tones are really played.

use std::{
    io::Read as _,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use campanile_core::melody::Melody;

use super::deadline;

const RATE_HZ: f32 = 48_000.0;
/// How much is listened to at once: long enough to tell neighbouring notes apart, short enough for an eighth.
const WINDOW: usize = 2_400;

/// A recording of the null sink, from the moment it is made.
pub struct Sink {
    recorder: Child,
    windows: mpsc::Receiver<Vec<f32>>,
}

impl Sink {
    pub fn record() -> Result<Self> {
        let sink = std::env::var("CAMPANILE_SINK").context("run the tests by scripts/desktop")?;
        let mut recorder = Command::new("parec")
            .args([
                "--device",
                &format!("{sink}.monitor"),
                "--format=s16le",
                "--rate=48000",
                "--channels=1",
                "--latency-msec=20",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .context("start parec")?;
        let mut sound = recorder.stdout.take().context("parec has an output")?;
        let (heard, windows) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = vec![0; WINDOW * 2];
            while sound.read_exact(&mut bytes).is_ok() {
                let samples = bytes
                    .chunks_exact(2)
                    .map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0);
                if heard.send(samples.collect()).is_err() {
                    return;
                }
            }
        });
        let sink = Self { recorder, windows };
        // The null sink is never silent to a recorder: the first window says that recording has begun.
        sink.window(deadline())?;
        Ok(sink)
    }

    /// Waits until `tones_hz` were the loudest of `candidates_hz`, one after the other.
    pub fn hear(&self, tones_hz: &[f32], candidates_hz: &[f32]) -> Result<()> {
        let limit = deadline();
        let mut heard: Vec<f32> = Vec::new();
        let mut next = 0;
        while next < tones_hz.len() {
            let Ok(window) = self.window(limit) else {
                bail!("waited for the tones {tones_hz:?}; heard {heard:?}");
            };
            let Some(tone) = loudest(&window, candidates_hz) else {
                continue;
            };
            if heard.last() != Some(&tone) {
                heard.push(tone);
            }
            if same(tone, tones_hz[next]) {
                next += 1;
            }
        }
        Ok(())
    }

    /// Says whether anything at all was played since the last look.
    pub fn heard_anything(&self) -> bool {
        self.windows
            .try_iter()
            .any(|window| window.iter().any(|sample| sample.abs() > 0.01))
    }

    fn window(&self, limit: Instant) -> Result<Vec<f32>> {
        Ok(self
            .windows
            .recv_timeout(limit.saturating_duration_since(Instant::now()))?)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.recorder.kill();
        let _ = self.recorder.wait();
    }
}

/// Every tone that any melody plays, so that the right ones stand out against all others.
pub fn tones() -> Vec<f32> {
    let mut tones: Vec<f32> = Melody::ALL.iter().flat_map(tones_of).collect();
    tones.sort_by(f32::total_cmp);
    tones.dedup();
    tones
}

/// The tones of a melody, one after the other.
pub fn tones_of(melody: &Melody) -> Vec<f32> {
    let score = melody.notes();
    let mut tones: Vec<f32> = score
        .notes()
        .iter()
        .filter_map(|note| note.tone)
        .map(|tone| tone.hz() as f32)
        .collect();
    // A tone that is struck again sounds on: the ear tells only another one.
    tones.dedup();
    tones
}

fn same(a: f32, b: f32) -> bool {
    (a - b).abs() < 0.5
}

fn loudest(window: &[f32], candidates_hz: &[f32]) -> Option<f32> {
    let loud = window.iter().map(|sample| sample * sample).sum::<f32>() / window.len() as f32;
    if loud < 1e-6 {
        return None;
    }
    candidates_hz
        .iter()
        .copied()
        .max_by(|a, b| power(window, *a).total_cmp(&power(window, *b)))
}

/// Goertzel's algorithm: the power of one frequency.
fn power(window: &[f32], hz: f32) -> f32 {
    let turn = 2.0 * (std::f32::consts::TAU * hz / RATE_HZ).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in window {
        (last, before) = (sample + turn * last - before, last);
    }
    last * last + before * before - turn * last * before
}
