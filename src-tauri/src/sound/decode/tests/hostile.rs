//! Files that were made to break a decoder: every one is refused or short, in time, and draws little memory (S6, F39).

use std::time::Duration;

use proptest::{prelude::*, sample::Index};

use super::{memory::peak_of, tones, wav};
use crate::{
    errand::{Errand, Unfinished},
    sound::{
        decode::{LONGEST_S, Unplayable, decode},
        own::FILE_MOST_BYTES,
        voice::Clip,
    },
};

/// Besides the file itself: ten seconds at the highest rate, twice while the room for them grows, and what a decoder wants.
const MOST_BYTES: usize = 96 * 1024 * 1024;
/// Far beyond the 5 seconds that a person waits: this machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Decodes as the program does, and returns what came of it. A decoder may panic: its thread ends, and the file is refused.
fn tried(case: &str, bytes: Vec<u8>) -> Result<Clip, Unplayable> {
    let room = bytes.len();
    let run = move || peak_of(|| decode(bytes));
    match Errand::default().run(PATIENCE, run) {
        Ok((found, peak_bytes)) => {
            assert!(
                peak_bytes < 2 * room + MOST_BYTES,
                "{case} draws {peak_bytes} bytes"
            );
            if let Ok(clip) = &found {
                assert!(
                    clip.duration() <= Duration::from_secs(u64::from(LONGEST_S)),
                    "{case}"
                );
                assert!(
                    clip.samples.iter().all(|sample| sample.abs() <= 1.0),
                    "{case}"
                );
            }
            found
        }
        Err(Unfinished::Broke) => Err(Unplayable::Damaged),
        Err(Unfinished::Late) => panic!("{case} never ends"),
    }
}

/// One thing done to a file.
#[derive(Clone, Debug)]
enum Mutation {
    Byte(Index, u8),
    Bit(Index, u8),
    /// A number of four bytes is another, as the length of a part might be.
    Number(Index, u32, bool),
    Cut(Index),
    Remove(Index, Index),
    Repeat(Index, Index, usize),
    Insert(Index, Vec<u8>),
    /// The rest of another format's file follows.
    Graft(Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let numbers = vec![
        0,
        1,
        4,
        0x7fff_ffff,
        0x8000_0000,
        u32::MAX - 1,
        u32::MAX,
        0x0fff_ffff,
    ];
    let place = any::<Index>;
    prop_oneof![
        6 => (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        6 => (place(), 0..8_u8).prop_map(|(at, bit)| Mutation::Bit(at, bit)),
        4 => (place(), prop::sample::select(numbers), any::<bool>()).prop_map(|(at, to, big)| Mutation::Number(at, to, big)),
        1 => place().prop_map(Mutation::Cut),
        1 => (place(), place()).prop_map(|(from, to)| Mutation::Remove(from, to)),
        1 => (place(), place(), 1..40_usize).prop_map(|(from, to, times)| Mutation::Repeat(from, to, times)),
        1 => (place(), prop::collection::vec(any::<u8>(), 1..200)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        1 => (place(), 0..4_usize).prop_map(|(at, other)| Mutation::Graft(at, other)),
    ]
}

fn range(from: &Index, to: &Index, length: usize) -> std::ops::Range<usize> {
    let (from, to) = (from.index(length), to.index(length));
    from.min(to)..from.max(to)
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let length = bytes.len().max(1);
    bytes.resize(length, 0);
    match mutation {
        Mutation::Byte(at, byte) => bytes[at.index(length)] = *byte,
        Mutation::Bit(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Mutation::Number(at, to, big) => {
            let to = if *big {
                to.to_be_bytes()
            } else {
                to.to_le_bytes()
            };
            let at = at.index(length);
            for (byte, to) in bytes[at..].iter_mut().zip(to) {
                *byte = to;
            }
        }
        Mutation::Cut(at) => bytes.truncate(at.index(length)),
        Mutation::Remove(from, to) => drop(bytes.drain(range(from, to, length))),
        Mutation::Repeat(from, to, times) => {
            let part = range(from, to, length);
            let again = bytes[part.clone()].repeat(*times);
            bytes.splice(part, again);
        }
        Mutation::Insert(at, more) => {
            let at = at.index(length);
            bytes.splice(at..at, more.iter().copied());
        }
        Mutation::Graft(at, other) => {
            let (other, _) = tones().swap_remove(*other);
            let at = at.index(length).min(other.len());
            bytes.truncate(at);
            bytes.extend(&other[at..]);
        }
    }
}

proptest! {
    #[test]
    fn a_damaged_file_is_refused_or_short(
        which in 0..4_usize,
        damage in prop::collection::vec(mutation(), 1..40),
    ) {
        let (mut bytes, format) = tones().swap_remove(which);
        for mutation in &damage {
            mutate(&mut bytes, mutation);
        }
        let _ = tried(&format!("{format:?}"), bytes);
    }
}

/// Fills up to the size that a file may have.
fn flood(head: &[u8], part: &[u8]) -> Vec<u8> {
    let mut bytes = head.to_vec();
    while bytes.len() + part.len() <= FILE_MOST_BYTES {
        bytes.extend(part);
    }
    bytes
}

/// A page of Ogg, whole to its checksum.
fn page(kind: u8, position: u64, number: u32, body: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(kind);
    page.extend(position.to_le_bytes());
    page.extend(1_u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    let segments: Vec<u8> = body.chunks(255).map(|chunk| chunk.len() as u8).collect();
    page.push(segments.len() as u8);
    page.extend(segments);
    page.extend(body);
    let crc = page.iter().fold(0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    page[22..26].copy_from_slice(&crc.to_le_bytes());
    page
}

/// The first page of the tone: Vorbis, one channel, 16 kHz.
fn vorbis_head() -> Vec<u8> {
    let mut head = b"\x01vorbis\0\0\0\0\x01".to_vec();
    head.extend(16_000_u32.to_le_bytes());
    head.extend([0; 12]);
    head.extend(b"\xb8\x01");
    page(2, 0, 0, &head)
}

fn flac(blocks: &[u8], min_block: u16, max_block: u16, rate_hz: u32) -> Vec<u8> {
    let mut file = b"fLaC\0\0\0\x22".to_vec();
    file.extend(min_block.to_be_bytes());
    file.extend(max_block.to_be_bytes());
    file.extend([0; 6]);
    file.extend((rate_hz << 12 | 15 << 4).to_be_bytes());
    file.extend([0; 4]);
    file.extend([0; 16]);
    file.extend(blocks);
    file
}

#[test]
fn a_file_that_was_made_to_break_a_decoder_is_refused_in_time() {
    let (mp3, ogg) = (tones().swap_remove(2).0, tones().swap_remove(0).0);
    let whole = wav(1, 16_000, &[0; 16_000]);
    let with = |at: usize, number: u32| {
        let mut file = whole.clone();
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
        file
    };
    let chunk = |name: &[u8; 4], length: u32| [&name[..], &length.to_le_bytes()].concat();
    let comments = |count: u32, length: u32| {
        let body = [
            0_u32.to_le_bytes(),
            count.to_le_bytes(),
            length.to_le_bytes(),
        ]
        .concat();
        [&b"\x84\0\0\x0c"[..], &body].concat()
    };
    let long_comment = [
        &b"\x03vorbis"[..],
        &[0; 4],
        &1_u32.to_le_bytes(),
        &u32::MAX.to_le_bytes(),
        b"x\x01",
    ]
    .concat();
    let tag = b"ID3\x04\0\0\0\0\0\0";
    let mut longest_tag = b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec();
    longest_tag.extend(&mp3);
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("RIFF that is nothing long", with(4, 0)),
        ("RIFF without end", with(4, u32::MAX)),
        ("a form of no length", with(16, 0)),
        ("a form without end", with(16, u32::MAX)),
        ("a form a byte too long", with(16, 17)),
        ("sound without end", with(40, u32::MAX)),
        ("sound of an odd length", with(40, 31_999)),
        ("frames of no bytes", with(32, 0)),
        ("frames of 64 KiB", with(32, 0xffff)),
        ("as many bits as there are", with(34, 0x6461_ffff)),
        ("chunks of nothing", flood(&whole[..36], &chunk(b"junk", 0))),
        ("lists of nothing", flood(&whole[..36], &chunk(b"LIST", 4))),
        (
            "lists within lists",
            flood(
                &whole[..12],
                &[&chunk(b"LIST", 0x7fff_fff0)[..], b"INFO"].concat(),
            ),
        ),
        ("forms upon forms", flood(&whole[..12], &whole[12..36])),
        (
            "twenty megabytes of silence",
            flood(&with(40, 20_000_000), &[0; 4_096]),
        ),
        ("pages of nothing", flood(&ogg, &page(0, 0, 7, b""))),
        ("pages without a head", flood(b"", &page(0, 0, 0, b""))),
        (
            "a head and pages of nothing",
            flood(&vorbis_head(), &page(0, 0, 1, b"")),
        ),
        (
            "a comment that never ends",
            flood(&vorbis_head(), &page(1, u64::MAX, 1, &[255; 255 * 255])),
        ),
        (
            "a comment of four gigabytes in a page",
            [vorbis_head(), page(0, 0, 1, &long_comment)].concat(),
        ),
        (
            "a value of four gigabytes in a list",
            [
                &whole[..36],
                &chunk(b"LIST", 16),
                b"INFO",
                &chunk(b"INAM", u32::MAX),
                b"what",
                &whole[36..],
            ]
            .concat(),
        ),
        ("heads upon heads", flood(b"", &vorbis_head())),
        ("pages that all begin anew", flood(&ogg, &ogg)),
        (
            "blocks of nothing",
            flood(&flac(b"", 16, 16, 16_000), b"\x01\0\0\0"),
        ),
        (
            "a block without end",
            flac(b"\x81\xff\xff\xff", 16, 16, 16_000),
        ),
        (
            "four thousand million comments",
            flac(&comments(u32::MAX, 0), 16, 16, 16_000),
        ),
        (
            "a comment of four gigabytes",
            flac(&comments(1, u32::MAX), 16, 16, 16_000),
        ),
        (
            "a picture of four gigabytes",
            flac(
                &[&b"\x86\0\0\x20"[..], &[0xff; 32]].concat(),
                16,
                16,
                16_000,
            ),
        ),
        (
            "blocks of no samples",
            flac(b"\x81\0\0\0\xff\xf8\x69\x18\0\0", 0, 0, 16_000),
        ),
        (
            "blocks of all samples",
            flood(
                &flac(b"\x81\0\0\0", 65_535, 65_535, 16_000),
                b"\xff\xf8\x79\x18\0\xff\xff\0\0\0\0",
            ),
        ),
        ("tags upon tags", flood(b"", tag)),
        (
            "tags upon tags before a sound",
            [tag.repeat(100_000), mp3.clone()].concat(),
        ),
        ("a tag longer than the file", longest_tag),
        ("sync words", flood(b"", b"\xff\xfb\x90\x64")),
        ("sync words of no rate", flood(b"", b"\xff\xfb\x0f\xff")),
        (
            "frames that lie about their length",
            flood(&mp3, b"\xff\xfb\xe0\x64"),
        ),
        ("an hour of a tone", flood(&mp3, &mp3)),
    ];
    for (case, bytes) in table {
        let plays = [
            "RIFF that is nothing long",
            "RIFF without end",
            "sound of an odd length",
            "tags upon tags before a sound",
            "a value of four gigabytes in a list",
        ];
        let is_played = tried(case, bytes).is_ok();
        assert_eq!(is_played, plays.contains(&case), "{case}");
    }
}
