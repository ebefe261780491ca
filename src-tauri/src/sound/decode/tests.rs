//! Files of each format, whole and damaged.

use std::time::Duration;

use super::*;
use crate::errand::Errand;

mod hostile;
mod memory;

/// 0.4 s of 440 Hz at half the strength, at 16 kHz in one channel.
const TONES: [(&[u8], Format); 3] = [
    (include_bytes!("tone.ogg"), Format::Ogg),
    (include_bytes!("tone.flac"), Format::Flac),
    (include_bytes!("tone.mp3"), Format::Mp3),
];

fn tones() -> Vec<(Vec<u8>, Format)> {
    let samples: Vec<i16> = (0..6_400)
        .map(|at| {
            (16_384.0 * (f64::from(at) * 440.0 / 16_000.0 * std::f64::consts::TAU).sin()) as i16
        })
        .collect();
    let wav = (wav(1, 16_000, &samples), Format::Wav);
    TONES
        .iter()
        .map(|(bytes, format)| (bytes.to_vec(), *format))
        .chain([wav])
        .collect()
}

fn wav(channels: u16, rate_hz: u32, samples: &[i16]) -> Vec<u8> {
    let bytes = u32::try_from(samples.len() * 2).expect("a short sound");
    let frame = channels * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate_hz.to_le_bytes());
    file.extend((rate_hz * u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[test]
fn each_format_is_known_by_its_bytes_and_gives_its_tone() {
    for (bytes, format) in tones() {
        assert_eq!(Format::of(&bytes), Some(format));
        let clip = decode(bytes).unwrap_or_else(|error| panic!("{format:?}: {error:?}"));
        assert_eq!(
            (clip.channels.get(), clip.rate_hz.get()),
            (1, 16_000),
            "{format:?}"
        );
        let length_ms = clip.duration().as_millis();
        assert!(
            (380..=520).contains(&length_ms),
            "{format:?} lasts {length_ms} ms"
        );
        let middle = &clip.samples[1_600..4_800];
        let crossings = middle
            .windows(2)
            .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
            .count();
        assert!(
            (86..=90).contains(&crossings),
            "{format:?} has {crossings} waves in 0.2 s"
        );
        let peak = middle
            .iter()
            .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.45..0.55).contains(&peak), "{format:?} peaks at {peak}");
    }
}

#[test]
fn a_tag_before_mp3_is_passed_over() {
    let (tone, _) = TONES[2];
    // A picture in the tag would pass for sound: it is full of sync words.
    let mut tagged = b"ID3\x04\0\0\0\0\x0f\x50".to_vec();
    tagged.extend([0xff, 0xfb, 0x90, 0x64].repeat(500));
    tagged.extend(tone);
    assert_eq!(Format::of(&tagged), Some(Format::Mp3));
    assert_eq!(decode(tagged), decode(tone.to_vec()));
}

#[test]
fn a_room_of_loudspeakers_becomes_its_front_two() {
    let clip = decode(wav(4, 8_000, &[8_192, -8_192, 1, 2].repeat(100))).expect("a clip");
    assert_eq!(clip.channels.get(), 2);
    assert_eq!(*clip.samples, [0.25, -0.25].repeat(100));
}

#[test]
fn what_is_no_melody_is_refused() {
    let second = vec![0; 8_000];
    let truncated = |format: Format| {
        let (mut bytes, _) = tones()
            .into_iter()
            .find(|(_, of)| *of == format)
            .expect("a tone");
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    let mut lying = wav(1, 8_000, &second);
    lying[40..44].copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
    for (case, bytes, expected) in [
        ("nothing", vec![], Unplayable::Format),
        ("a text", b"not a sound at all".to_vec(), Unplayable::Format),
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n".to_vec(),
            Unplayable::Format,
        ),
        ("MP4", b"\0\0\0\x20ftypM4A ".to_vec(), Unplayable::Format),
        ("a header alone", wav(1, 8_000, &[]), Unplayable::Damaged),
        (
            "eleven seconds",
            wav(1, 8_000, &second.repeat(11)),
            Unplayable::TooLong,
        ),
        ("a length that lies", lying, Unplayable::Damaged),
        ("1 Hz", wav(1, 1, &[0; 4]), Unplayable::Damaged),
        ("384 kHz", wav(1, 384_000, &second), Unplayable::Damaged),
        ("no channel", wav(0, 8_000, &second), Unplayable::Damaged),
        (
            "a hundred channels",
            wav(100, 8_000, &second),
            Unplayable::Damaged,
        ),
        (
            "a WAV that was cut",
            truncated(Format::Wav),
            Unplayable::Damaged,
        ),
        (
            "a FLAC that was cut",
            truncated(Format::Flac),
            Unplayable::Damaged,
        ),
        (
            "a tag without a sound",
            b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(),
            Unplayable::Damaged,
        ),
    ] {
        let found = Errand::default().run(Duration::from_secs(60), || decode(bytes));
        assert_eq!(
            found.expect("no panic").map(|clip| clip.duration()),
            Err(expected),
            "{case}"
        );
    }
}

#[test]
fn a_sample_that_is_no_number_is_silence() {
    let mut samples = Samples::default();
    samples
        .add(&[f32::NAN, f32::INFINITY, -7.0, 0.5], 1, 8_000)
        .expect("a form");
    assert_eq!(samples.samples, [0.0, 0.0, -1.0, 0.5]);
}
