//! Streams that nobody would write, cut where nobody would cut them.

use campanile_client::sse::{Limits, Parser};
use proptest::prelude::*;

use crate::{model, read, same_every_time};

/// Small enough that a short stream meets all three.
const TIGHT: Limits = Limits {
    line_bytes: 24,
    data_bytes: 16,
    id_bytes: 8,
};

proptest! {
    #![proptest_config(same_every_time(2_000))]

    #[test]
    fn any_bytes_are_read_as_the_rules_say(stream in prop::collection::vec(any::<u8>(), 0..200), id in "[a-z]{0,3}") {
        prop_assert_eq!(read(Parser::resume(Limits::default(), &id), [&stream[..]]), model::read(&stream, &id));
    }

    #[test]
    fn any_fields_are_read_as_the_rules_say(stream in stream(), id in "[a-z]{0,3}") {
        prop_assert_eq!(read(Parser::resume(Limits::default(), &id), [&stream[..]]), model::read(&stream, &id));
    }

    #[test]
    fn any_pieces_say_what_the_whole_says(stream in stream(), sizes in prop::collection::vec(0_usize..9, 1..40)) {
        for limits in [Limits::default(), TIGHT] {
            let whole = read(Parser::new(limits), [&stream[..]]);
            prop_assert_eq!(read(Parser::new(limits), pieces(&stream, &sizes)), whole.clone());
            prop_assert_eq!(read(Parser::new(limits), stream.chunks(1)), whole);
        }
    }

    #[test]
    fn what_comes_out_is_within_the_limits(stream in stream()) {
        let found = read(Parser::new(TIGHT), stream.chunks(3));
        for event in &found.events {
            prop_assert!(event.data.len() <= TIGHT.data_bytes && event.id.len() <= TIGHT.id_bytes);
        }
        prop_assert!(found.last_event_id.len() <= TIGHT.id_bytes);
        // Up to the overflow, the limits change nothing.
        let unlimited = model::read(&stream, "");
        prop_assert_eq!(&found.events[..], &unlimited.events[..found.events.len()]);
        if found.overflow.is_none() {
            prop_assert_eq!(found, unlimited);
        }
    }
}

/// Fields, endings and rubbish in any order, so that blocks are made, broken and finished.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "data", "data:", "data: ", "event:", "id:", "id", "retry:", ":", " ", "\n", "\n\n", "\r",
        "\r\n", "\0", "\u{FEFF}", "7", "abc", "€", "🔔", "unknown:",
    ]);
    let part = prop_oneof![
        6 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::sample::select(vec![b"\xEF".to_vec(), b"\xE2\x82".to_vec(), b"\xF0\x9F".to_vec(), b"\xFF".to_vec()]),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// The stream in pieces of these sizes, over and over; a piece may be empty.
fn pieces<'a>(mut stream: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle().take(stream.len() + sizes.len()) {
        let (piece, rest) = stream.split_at((*size).min(stream.len()));
        pieces.push(piece);
        stream = rest;
    }
    pieces.push(stream);
    pieces
}
