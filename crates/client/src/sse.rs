//! The stream of server-sent events: bytes go in as they arrive, events come out, and nothing grows without bound.

use std::mem;

/// How much a server may make the desk hold.
///
/// Memory stays near the sum of these whatever is sent: a byte that is not UTF-8 takes three when it is replaced,
/// and a growing buffer has up to as much again in reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// One line as sent, without its ending; comments and unknown fields count as well.
    pub line_bytes: usize,
    /// The data of one event as UTF-8, with the line feeds that join its lines.
    pub data_bytes: usize,
    /// An event's id as UTF-8. It is sent back in a header, and servers refuse headers of more than a few KiB.
    pub id_bytes: usize,
}

impl Default for Limits {
    /// 1 MiB a line, 8 MiB of data, 1 KiB an id.
    fn default() -> Self {
        Self {
            line_bytes: 1 << 20,
            data_bytes: 8 << 20,
            id_bytes: 1 << 10,
        }
    }
}

/// One event as the WHATWG rules dispatch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The `event` field; `message` where the server named none. Never empty.
    pub kind: String,
    /// The `data` fields joined by line feeds; may be empty.
    pub data: String,
    /// The last id the server gave, in this block or an earlier one; empty where it gave none or took it back.
    pub id: String,
}

/// The server sent more than the desk is willing to hold.
///
/// The stream cannot be read on: close it and open it again after the usual backoff, with the last event id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Overflow {
    /// A line is longer than [`Limits::line_bytes`].
    #[error("the server sent a line that is too long; the stream has to be opened again")]
    Line,
    /// The data of one event is longer than [`Limits::data_bytes`].
    #[error("the server sent an event that is too large; the stream has to be opened again")]
    Data,
    /// An id is longer than [`Limits::id_bytes`].
    #[error("the server sent an event id that is too long; the stream has to be opened again")]
    Id,
}

/// Reads one connection's stream, by the WHATWG rules for interpreting an event stream.
///
/// How the bytes are cut into chunks makes no difference.
/// What the server has not finished with a blank line is thrown away with the parser, its id included.
#[derive(Debug)]
pub struct Parser {
    limits: Limits,
    /// What the chunks so far hold of a line that has not ended.
    line: Vec<u8>,
    /// The first line may begin with a byte-order mark.
    at_start: bool,
    /// A line feed that comes next belongs to the line ending that was already taken.
    after_carriage_return: bool,
    kind: String,
    /// `None` until the block has a `data` field: only then is there an event to dispatch.
    data: Option<String>,
    /// The block's id, which counts once the block is finished.
    id: Option<String>,
    last_event_id: String,
    retry_ms: Option<u64>,
    lines: u64,
    overflowed: bool,
}

impl Parser {
    /// A parser for the first connection, where there is no last event id.
    pub fn new(limits: Limits) -> Self {
        Self::resume(limits, "")
    }

    /// A parser for a connection that was opened with this `Last-Event-ID`.
    /// Events carry it until the server gives another.
    pub fn resume(limits: Limits, last_event_id: &str) -> Self {
        Self {
            limits,
            line: Vec::new(),
            at_start: true,
            after_carriage_return: false,
            kind: String::new(),
            data: None,
            id: None,
            last_event_id: last_event_id.to_owned(),
            retry_ms: None,
            lines: 0,
            overflowed: false,
        }
    }

    /// Takes the next bytes of the stream and gives the events that they complete.
    ///
    /// An [`Overflow`] comes once, after the events before it; the parser ignores all that follows.
    pub fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> Events<'a> {
        Events {
            parser: self,
            rest: chunk,
        }
    }

    /// The id to send as `Last-Event-ID` on the next connection: the last one whose block was finished,
    /// with or without data. Empty means: send no header.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// How long the server last asked to wait before reconnecting, in milliseconds.
    /// Whatever it likes, 0 and [`u64::MAX`] included: the caller sets the bounds.
    pub fn retry_ms(&self) -> Option<u64> {
        self.retry_ms
    }

    /// How many lines have ended so far, comments and blank lines included.
    /// A stream whose count stands still is silent, even while single bytes trickle in.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Reads up to the end of the next event; `rest` is what has not been looked at.
    fn next_event(&mut self, rest: &mut &[u8]) -> Result<Option<Event>, Overflow> {
        while let Some(&first) = rest.first() {
            if mem::take(&mut self.after_carriage_return) && first == b'\n' {
                *rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r');
            let (part, tail) = rest.split_at(end.unwrap_or(rest.len()));
            if self.line.len() + part.len() > self.limits.line_bytes {
                return Err(Overflow::Line);
            }
            let Some((&ending, tail)) = tail.split_first() else {
                self.line.extend_from_slice(part);
                *rest = tail;
                break;
            };
            *rest = tail;
            self.after_carriage_return = ending == b'\r';
            if let Some(event) = self.end_line(part)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// A line that lies within one chunk, as nearly all do, is read where it lies.
    fn end_line(&mut self, part: &[u8]) -> Result<Option<Event>, Overflow> {
        self.lines += 1;
        if self.line.is_empty() {
            return self.read_line(part);
        }
        let mut line = mem::take(&mut self.line);
        line.extend_from_slice(part);
        let event = self.read_line(&line);
        line.clear();
        line.shrink_to(KEPT_LINE_BYTES);
        self.line = line;
        event
    }

    fn read_line(&mut self, line: &[u8]) -> Result<Option<Event>, Overflow> {
        let mark: &[u8] = if mem::take(&mut self.at_start) {
            BYTE_ORDER_MARK
        } else {
            b""
        };
        let line = line.strip_prefix(mark).unwrap_or(line);
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (name, value) = match line.iter().position(|&byte| byte == b':') {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        // The name is compared as bytes: one with a bad byte is unknown either way. A comment has an empty name.
        match name {
            b"data" => self.add_data(value)?,
            b"event" => self.kind = String::from_utf8_lossy(value).into_owned(),
            b"id" => self.take_id(value)?,
            b"retry" => self.take_retry(value),
            _ => {}
        }
        Ok(None)
    }

    fn add_data(&mut self, value: &[u8]) -> Result<(), Overflow> {
        let value = String::from_utf8_lossy(value);
        let length = self.data.as_ref().map_or(0, |data| data.len() + 1) + value.len();
        if length > self.limits.data_bytes {
            return Err(Overflow::Data);
        }
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(&value);
            }
            None => self.data = Some(value.into_owned()),
        }
        Ok(())
    }

    fn take_id(&mut self, value: &[u8]) -> Result<(), Overflow> {
        if value.contains(&0) {
            return Ok(());
        }
        let id = String::from_utf8_lossy(value);
        if id.len() > self.limits.id_bytes {
            return Err(Overflow::Id);
        }
        self.id = Some(id.into_owned());
        Ok(())
    }

    fn take_retry(&mut self, value: &[u8]) {
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return;
        }
        let digits = value.iter().map(|digit| u64::from(digit - b'0'));
        self.retry_ms = Some(digits.fold(0, |ms: u64, digit| {
            ms.saturating_mul(10).saturating_add(digit)
        }));
    }

    fn dispatch(&mut self) -> Option<Event> {
        if let Some(id) = self.id.take() {
            self.last_event_id = id;
        }
        let kind = mem::take(&mut self.kind);
        let data = self.data.take()?;
        let kind = if kind.is_empty() {
            "message".to_owned()
        } else {
            kind
        };
        Some(Event {
            kind,
            data,
            id: self.last_event_id.clone(),
        })
    }

    fn give_up(&mut self) {
        self.overflowed = true;
        self.line = Vec::new();
        self.kind = String::new();
        self.data = None;
        self.id = None;
    }
}

/// The events that one chunk completes, read as they are asked for.
///
/// It has to be run to its end or to an [`Overflow`]: bytes that were not reached are lost.
#[derive(Debug)]
#[must_use = "the chunk is read only as far as its events are taken"]
pub struct Events<'a> {
    parser: &'a mut Parser,
    rest: &'a [u8],
}

impl Iterator for Events<'_> {
    type Item = Result<Event, Overflow>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.parser.overflowed {
            return None;
        }
        let event = self.parser.next_event(&mut self.rest);
        if event.is_err() {
            self.parser.give_up();
        }
        event.transpose()
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What is kept of a long line's buffer, so that one large event does not weigh on the desk for ever.
const KEPT_LINE_BYTES: usize = 16 << 10;
