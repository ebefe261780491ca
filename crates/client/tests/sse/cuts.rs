//! A connection may be cut, or merely split, at any byte.

use campanile_client::sse::{Event, Limits, Parser};

use crate::{model, named, numbered, read};

const STREAMS: [&str; 3] = [
    "\u{FEFF}id:1\ndata:a\n\nid:2\ndata:b\ndata:c\n\nid:3\ndata:d\n\n",
    ":\r\nevent:k\r\nid:1\r\ndata:€\r\n\r\nevent:k\r\nid:2\r\ndata:🔔\r\n\r\nid:3\r\n\r\n:\r\n",
    "id:1\rdata:a\r\rretry:10\rdata:b\r\rid\rdata:c\r\r",
];

#[test]
fn a_stream_split_at_any_byte_says_the_same() {
    for stream in STREAMS.map(str::as_bytes) {
        let whole = read(Parser::new(Limits::default()), [stream]);
        assert_eq!(whole, model::read(stream, ""));
        for cut in 0..=stream.len() {
            let (before, after) = stream.split_at(cut);
            assert_eq!(
                read(Parser::new(Limits::default()), [before, after]),
                whole,
                "split at {cut}"
            );
        }
    }
}

#[test]
fn a_stream_cut_at_any_byte_keeps_what_was_finished_and_nothing_else() {
    for stream in STREAMS.map(str::as_bytes) {
        for end in 0..=stream.len() {
            let found = read(Parser::new(Limits::default()), [&stream[..end]]);
            assert_eq!(found, model::read(&stream[..end], ""), "cut at {end}");
        }
    }
}

#[test]
fn a_desk_that_resumes_after_any_cut_misses_and_repeats_nothing() {
    let events = [
        numbered("1", "a"),
        Event {
            id: "2".to_owned(),
            ..named("k", "b\n")
        },
        numbered("3", ""),
    ];
    let stream_after = |id: &str| -> Vec<u8> {
        let sent = id.parse::<usize>().unwrap_or(0);
        events[sent..]
            .iter()
            .flat_map(|event| {
                let lines: String = event
                    .data
                    .split('\n')
                    .map(|line| format!("data:{line}\r\n"))
                    .collect();
                format!(
                    "id:{}\r\nevent:{}\r\n{lines}\r\n:\r\n",
                    event.id, event.kind
                )
                .into_bytes()
            })
            .collect()
    };
    for cut in 0..=stream_after("").len() {
        let first = read(Parser::new(Limits::default()), [&stream_after("")[..cut]]);
        let rest = stream_after(&first.last_event_id);
        let second = read(
            Parser::resume(Limits::default(), &first.last_event_id),
            [&rest[..]],
        );
        assert_eq!(
            [first.events, second.events].concat(),
            events,
            "cut at {cut}"
        );
    }
}
