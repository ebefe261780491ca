//! A stream says the same in any pieces, and never more than its limits allow.
#![no_main]

use libfuzzer_sys::fuzz_target;

use crate::sse::{Event, Limits, Overflow, Parser};

// By its file: the parser needs none of the client's crates, and TLS and SQLite take minutes to build instrumented.
#[path = "../../crates/client/src/sse.rs"]
mod sse;

fuzz_target!(|input: &[u8]| {
    let Some((&size, stream)) = input.split_first() else {
        return;
    };
    for limits in [
        Limits::default(),
        Limits {
            line_bytes: 32,
            data_bytes: 64,
            id_bytes: 8,
        },
    ] {
        let whole = read(limits, stream.chunks(stream.len().max(1)));
        assert_eq!(read(limits, stream.chunks(1)), whole);
        assert_eq!(read(limits, stream.chunks(usize::from(size).max(2))), whole);

        let (events, last_event_id, ..) = whole;
        assert!(
            events
                .iter()
                .flatten()
                .all(|event| event.data.len() <= limits.data_bytes && !event.kind.is_empty())
        );
        assert!(
            events
                .iter()
                .flatten()
                .all(|event| event.id.len() <= limits.id_bytes)
        );
        assert!(last_event_id.len() <= limits.id_bytes && !last_event_id.contains('\0'));
        assert!(
            events.iter().rev().skip(1).all(Result::is_ok),
            "nothing follows an overflow"
        );
    }
});

/// Everything that can be seen of a parser once the chunks went through it.
type Seen = (Vec<Result<Event, Overflow>>, String, Option<u64>, u64);

fn read<'a>(limits: Limits, chunks: impl Iterator<Item = &'a [u8]>) -> Seen {
    let mut parser = Parser::new(limits);
    let mut events = Vec::new();
    for chunk in chunks {
        events.extend(parser.feed(chunk));
    }
    (
        events,
        parser.last_event_id().to_owned(),
        parser.retry_ms(),
        parser.lines(),
    )
}
