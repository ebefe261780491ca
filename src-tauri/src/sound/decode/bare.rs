//! A sound file without all that is no sound: a reader believes every length in tags and comments, and asks for so much memory.

use std::collections::HashMap;

use super::Format;

/// The most bytes of the part of a WAV that says what its samples are.
const FORM_MOST_BYTES: usize = 64;
const STREAM_INFO_BYTES: usize = 34;

/// Returns what is left of a file; none where it is not what it says.
pub fn bare(format: Format, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    match format {
        Format::Wav => wav(&bytes),
        Format::Flac => flac(&bytes),
        Format::Ogg => is_plain_ogg(&bytes).then_some(bytes),
        Format::Mp3 => {
            bytes.drain(..tag_bytes(&bytes).min(bytes.len()));
            Some(bytes)
        }
    }
}

/// Keeps what the samples are, and the samples.
fn wav(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = b"RIFF\0\0\0\0WAVE".to_vec();
    let mut at = 12;
    loop {
        let head = bytes.get(at..at + 8)?;
        let length = u32::from_le_bytes(head[4..].try_into().ok()?);
        let body = at + 8;
        let end = body.checked_add(length as usize)?;
        match &head[..4] {
            b"fmt " if kept.len() == 12 => {
                let form = bytes.get(body..end)?;
                if form.len() > FORM_MOST_BYTES {
                    return None;
                }
                kept.extend(head);
                kept.extend(form);
            }
            b"data" if kept.len() > 12 => {
                let there = (bytes.len() - body) as u64;
                // As much as [`super::Samples::into_clip`] leaves to encoders.
                if there * 10 < u64::from(length) * 9 {
                    return None;
                }
                let whole = u32::try_from(kept.len()).ok()?.saturating_add(length);
                kept[4..8].copy_from_slice(&whole.to_le_bytes());
                kept.extend(head);
                kept.extend(&bytes[body..end.min(bytes.len())]);
                return Some(kept);
            }
            _ => {}
        }
        // A part of an odd length is followed by one byte more.
        at = end.checked_add(end % 2)?;
    }
}

/// Keeps what the samples are, and the samples.
fn flac(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = b"fLaC".to_vec();
    let mut at = 4;
    loop {
        let head: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize;
        let body = bytes.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        if head[0] & 0x7f == 0 && kept.len() == 4 {
            if length != STREAM_INFO_BYTES {
                return None;
            }
            kept.extend([0x80, 0, 0, 34]);
            kept.extend(body);
        }
        if head[0] & 0x80 != 0 {
            break;
        }
    }
    kept.extend(&bytes[at..]);
    Some(kept)
}

/// Says whether a file is pages of Vorbis and nothing else, page after page and each of them whole, and whether all comments lie
/// within their packets.
fn is_plain_ogg(bytes: &[u8]) -> bool {
    let crc = crc_table();
    let mut packets: HashMap<[u8; 4], Packets> = HashMap::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(page) = Page::read(rest, &crc) else {
            return false;
        };
        if !packets.entry(page.stream).or_default().take(&page) {
            return false;
        }
        rest = &rest[page.bytes..];
    }
    true
}

struct Page<'a> {
    bytes: usize,
    goes_on: bool,
    stream: [u8; 4],
    segments: &'a [u8],
    body: &'a [u8],
}

impl<'a> Page<'a> {
    fn read(from: &'a [u8], crc: &[u32; 256]) -> Option<Self> {
        let head = from.get(..27).filter(|head| head.starts_with(b"OggS\0"))?;
        let segments = from.get(27..27 + usize::from(head[26]))?;
        let start = 27 + segments.len();
        let length: usize = segments.iter().map(|segment| usize::from(*segment)).sum();
        let body = from.get(start..start + length)?;
        let signed = head[..22].iter().chain(&[0; 4]).chain(&head[26..]);
        let found = signed.chain(segments).chain(body).fold(0, |sum, byte| {
            sum << 8 ^ crc[(sum >> 24 ^ u32::from(*byte)) as usize]
        });
        (head[22..26] == u32::to_le_bytes(found)).then_some(Self {
            bytes: start + length,
            goes_on: head[5] & 1 != 0,
            stream: head[14..18].try_into().ok()?,
            segments,
            body,
        })
    }
}

/// The packets of one stream.
#[derive(Default)]
struct Packets {
    open: Vec<u8>,
    seen: bool,
}

impl Packets {
    /// Takes in the packets that end on a page, and says whether all is well with them.
    fn take(&mut self, page: &Page<'_>) -> bool {
        if !page.goes_on {
            self.open.clear();
        }
        let mut body = page.body;
        for segment in page.segments {
            let (part, rest) = body.split_at(usize::from(*segment));
            body = rest;
            self.open.extend(part);
            if *segment < 255 {
                let packet = std::mem::take(&mut self.open);
                let is_first = !std::mem::replace(&mut self.seen, true);
                if is_first && !packet.starts_with(b"\x01vorbis") {
                    return false;
                }
                if packet.starts_with(b"\x03vorbis") && !has_plain_comments(&packet[7..]) {
                    return false;
                }
            }
        }
        true
    }
}

fn has_plain_comments(packet: &[u8]) -> bool {
    let mut rest = packet;
    let mut number = |is_length: bool| {
        let (four, after) = rest.split_first_chunk::<4>()?;
        let number = u32::from_le_bytes(*four) as usize;
        rest = if is_length {
            after.get(number..)?
        } else {
            after
        };
        Some(number)
    };
    let whole = number(true).and_then(|_| {
        let count = number(false)?;
        (0..count).try_for_each(|_| number(true).map(drop))
    });
    whole.is_some()
}

fn crc_table() -> [u32; 256] {
    std::array::from_fn(|byte| {
        (0..8).fold((byte as u32) << 24, |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

/// Returns how many bytes an ID3v2 tag takes at the beginning.
fn tag_bytes(bytes: &[u8]) -> usize {
    match *bytes {
        [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] => {
            // Seven bits of each byte, so that no sync word comes about.
            let size = [a, b, c, d]
                .iter()
                .fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            10 + size + footer
        }
        _ => 0,
    }
}
