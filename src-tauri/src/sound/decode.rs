//! Reads a sound file from anywhere: four formats, within bounds (S6, F39).

mod bare;

use std::{io::Cursor, num::NonZero};

use symphonia::{
    core::{
        audio::SampleBuffer,
        codecs::DecoderOptions,
        errors::Error,
        formats::{FormatOptions, FormatReader},
        io::{MediaSourceStream, MediaSourceStreamOptions},
    },
    default::{
        formats::{FlacReader, MpaReader, OggReader, WavReader},
        get_codecs,
    },
};

use super::voice::Clip;

/// What follows is refused, and so is the whole file: a melody is short.
const LONGEST_S: u32 = 10;
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;
const CHANNELS_MOST: usize = 8;
/// How many broken packets are passed over: real files of MP3 often begin with one.
const BROKEN_MOST: usize = 8;

/// The formats, as the first bytes tell them: what a file is called proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Wav,
    Ogg,
    Flac,
    Mp3,
}

/// Why the bytes are no melody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplayable {
    /// None of the formats.
    Format,
    /// Longer than [`LONGEST_S`].
    TooLong,
    /// Damaged, empty, or with a rate or channels that no melody has.
    Damaged,
}

impl Format {
    /// Returns the format of a file that begins so.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'A',
                b'V',
                b'E',
                ..,
            ] => Some(Self::Wav),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [b'f', b'L', b'a', b'C', ..] => Some(Self::Flac),
            // A tag, or the sync word of MPEG's layer III.
            [b'I', b'D', b'3', ..] => Some(Self::Mp3),
            [0xff, second, ..] if second & 0xe6 == 0xe2 => Some(Self::Mp3),
            _ => None,
        }
    }

    /// Says whether a file's name ends as that of one of the formats.
    pub fn has_ending(name: &str) -> bool {
        let all = [Self::Wav, Self::Ogg, Self::Flac, Self::Mp3];
        name.rsplit_once('.')
            .is_some_and(|(_, ending)| all.iter().any(|format| format.ending() == ending))
    }

    /// Returns the ending of such a file's name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Ogg => "ogg",
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
        }
    }
}

/// Reads a whole file. It may take long and may panic, as decoders of strangers' bytes do: call it on an errand.
///
/// # Errors
/// [`Unplayable`].
pub fn decode(bytes: Vec<u8>) -> Result<Clip, Unplayable> {
    let format = Format::of(&bytes).ok_or(Unplayable::Format)?;
    let damaged = |_| Unplayable::Damaged;
    let bytes = bare::bare(format, bytes).ok_or(Unplayable::Damaged)?;
    let mut reader = open(format, bytes).map_err(damaged)?;
    let track = reader.default_track().ok_or(Unplayable::Damaged)?.clone();
    let promised = track.codec_params.n_frames.unwrap_or(0);
    if let Some(rate_hz) = track.codec_params.sample_rate
        && promised > u64::from(rate_hz) * u64::from(LONGEST_S)
    {
        return Err(Unplayable::TooLong);
    }
    let codecs = get_codecs();
    let mut decoder = codecs
        .make(&track.codec_params, &DecoderOptions::default())
        .map_err(damaged)?;

    let mut samples = Samples::default();
    let mut broken = 0;
    loop {
        let packet = match reader.next_packet() {
            Ok(packet) if packet.track_id() == track.id => packet,
            Ok(_) => continue,
            // So ends every file, a whole one and one that was cut short.
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                break;
            }
            Err(_) => return Err(Unplayable::Damaged),
        };
        match decoder.decode(&packet) {
            Ok(audio) => {
                let spec = *audio.spec();
                let mut frames = SampleBuffer::<f32>::new(audio.capacity() as u64, spec);
                frames.copy_interleaved_ref(audio);
                samples.add(frames.samples(), spec.channels.count(), spec.rate)?;
            }
            Err(Error::DecodeError(_)) if broken < BROKEN_MOST => broken += 1,
            Err(_) => return Err(Unplayable::Damaged),
        }
    }
    samples.into_clip(promised)
}

fn open(format: Format, bytes: Vec<u8>) -> Result<Box<dyn FormatReader>, Error> {
    // The reader is chosen here and not by symphonia's probe, which would also look into tags and their pictures.
    let source = MediaSourceStream::new(
        Box::new(Cursor::new(bytes)),
        MediaSourceStreamOptions::default(),
    );
    let options = FormatOptions {
        enable_gapless: true,
        ..FormatOptions::default()
    };
    Ok(match format {
        Format::Wav => Box::new(WavReader::try_new(source, &options)?),
        Format::Ogg => Box::new(OggReader::try_new(source, &options)?),
        Format::Flac => Box::new(FlacReader::try_new(source, &options)?),
        Format::Mp3 => Box::new(MpaReader::try_new(source, &options)?),
    })
}

/// What was decoded so far.
#[derive(Debug, Default)]
struct Samples {
    samples: Vec<f32>,
    /// Channels and rate; a file in which they change is none of ours.
    form: Option<(usize, u32)>,
}

impl Samples {
    fn add(&mut self, frames: &[f32], channels: usize, rate_hz: u32) -> Result<(), Unplayable> {
        let form = *self.form.get_or_insert((channels, rate_hz));
        if form != (channels, rate_hz)
            || !(1..=CHANNELS_MOST).contains(&channels)
            || !RATES_HZ.contains(&rate_hz)
        {
            return Err(Unplayable::Damaged);
        }
        let kept = channels.min(2);
        let most = kept * (rate_hz * LONGEST_S) as usize;
        if self.samples.len() + frames.len() / channels * kept > most {
            return Err(Unplayable::TooLong);
        }
        // Of a room full of loudspeakers the front two are kept. A sample that is no number would deafen.
        let clean = |sample: f32| {
            if sample.is_finite() {
                sample.clamp(-1.0, 1.0)
            } else {
                0.0
            }
        };
        for frame in frames.chunks_exact(channels) {
            self.samples
                .extend(frame.iter().take(kept).copied().map(clean));
        }
        Ok(())
    }

    fn into_clip(self, promised: u64) -> Result<Clip, Unplayable> {
        let (channels, rate_hz) = self.form.ok_or(Unplayable::Damaged)?;
        let kept = channels.min(2);
        let frames = (self.samples.len() / kept) as u64;
        // A tenth is left to encoders that count their own padding.
        if frames == 0 || frames * 10 < promised * 9 {
            return Err(Unplayable::Damaged);
        }
        Ok(Clip {
            samples: self.samples.into(),
            channels: u16::try_from(kept)
                .ok()
                .and_then(NonZero::new)
                .ok_or(Unplayable::Damaged)?,
            rate_hz: NonZero::new(rate_hz).ok_or(Unplayable::Damaged)?,
        })
    }
}

#[cfg(test)]
mod tests;
