//! The same rules read plainly, word for word and without a thought for memory or pieces, to compare the parser with.

use campanile_client::sse::Event;

use crate::Outcome;

/// What a finished stream comes to, decoded first as a whole and then taken apart line by line.
pub fn read(stream: &[u8], last_event_id: &str) -> Outcome {
    let text = decode(stream);
    let mut outcome = Outcome {
        events: Vec::new(),
        overflow: None,
        last_event_id: last_event_id.to_owned(),
        retry_ms: None,
    };
    let (mut kind, mut data, mut id) = (String::new(), String::new(), last_event_id.to_owned());
    for line in finished_lines(text.strip_prefix('\u{FEFF}').unwrap_or(&text)) {
        if line.is_empty() {
            outcome.last_event_id = id.clone();
            if let Some(data) = data.strip_suffix('\n') {
                let kind = if kind.is_empty() { "message" } else { &kind };
                outcome.events.push(Event {
                    kind: kind.to_owned(),
                    data: data.to_owned(),
                    id: id.clone(),
                });
            }
            kind.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => kind = value.to_owned(),
            "data" => data += &format!("{value}\n"),
            "id" if !value.contains('\0') => id = value.to_owned(),
            "retry" if value.chars().all(|c| c.is_ascii_digit()) && !value.is_empty() => {
                outcome.retry_ms = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    outcome
}

/// The lines that have an ending, without it.
fn finished_lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    lines.pop();
    lines
}

/// The UTF-8 decoder of the Encoding standard, byte by byte, with its own names.
fn decode(stream: &[u8]) -> String {
    let mut text = String::new();
    let (mut code_point, mut bytes_needed, mut bytes_seen) = (0_u32, 0, 0);
    let (mut lower, mut upper) = (0x80, 0xBF);
    for &byte in stream {
        if bytes_needed > 0 {
            if (lower..=upper).contains(&byte) {
                (lower, upper) = (0x80, 0xBF);
                code_point = code_point << 6 | u32::from(byte & 0x3F);
                bytes_seen += 1;
                if bytes_seen == bytes_needed {
                    text.push(
                        char::from_u32(code_point).expect("the bounds leave only characters"),
                    );
                    (code_point, bytes_needed, bytes_seen) = (0, 0, 0);
                }
                continue;
            }
            // The byte that does not belong here is read again as the first of its own sequence.
            text.push('\u{FFFD}');
            (code_point, bytes_needed, bytes_seen) = (0, 0, 0);
            (lower, upper) = (0x80, 0xBF);
        }
        match byte {
            0x00..=0x7F => text.push(char::from(byte)),
            0xC2..=0xDF => (bytes_needed, code_point) = (1, u32::from(byte & 0x1F)),
            0xE0..=0xEF => {
                lower = if byte == 0xE0 { 0xA0 } else { lower };
                upper = if byte == 0xED { 0x9F } else { upper };
                (bytes_needed, code_point) = (2, u32::from(byte & 0xF));
            }
            0xF0..=0xF4 => {
                lower = if byte == 0xF0 { 0x90 } else { lower };
                upper = if byte == 0xF4 { 0x8F } else { upper };
                (bytes_needed, code_point) = (3, u32::from(byte & 0x7));
            }
            _ => text.push('\u{FFFD}'),
        }
    }
    if bytes_needed > 0 {
        text.push('\u{FFFD}');
    }
    text
}
