//! What a stream says, however it is cut: the rules one by one, a plain reading of them to compare with, and the bounds.

mod bounds;
mod chance;
mod contract;
mod cuts;
mod model;
mod rules;
mod web_platform;

use campanile_client::sse::{Event, Limits, Overflow, Parser};
use proptest::test_runner::{Config, RngSeed};

/// All that a stream comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome {
    events: Vec<Event>,
    overflow: Option<Overflow>,
    last_event_id: String,
    retry_ms: Option<u64>,
}

/// Feeds the chunks one after another, as a connection would.
fn read<'a>(mut parser: Parser, chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let (mut events, mut overflow) = (Vec::new(), None);
    for chunk in chunks {
        for event in parser.feed(chunk) {
            match event {
                Ok(event) => events.push(event),
                Err(error) => assert_eq!(
                    overflow.replace(error),
                    None,
                    "an overflow is reported once"
                ),
            }
        }
    }
    Outcome {
        events,
        overflow,
        last_event_id: parser.last_event_id().to_owned(),
        retry_ms: parser.retry_ms(),
    }
}

/// A stream and what has to come of it.
struct Case {
    name: String,
    stream: Vec<u8>,
    outcome: Outcome,
}

/// The last event id is taken to be that of the last event; [`Case::then_id`] says otherwise.
fn case(name: &str, stream: impl Into<Vec<u8>>, events: impl Into<Vec<Event>>) -> Case {
    let events = events.into();
    let last_event_id = events
        .last()
        .map_or_else(String::new, |event| event.id.clone());
    let outcome = Outcome {
        events,
        overflow: None,
        last_event_id,
        retry_ms: None,
    };
    Case {
        name: name.to_owned(),
        stream: stream.into(),
        outcome,
    }
}

impl Case {
    fn then_id(mut self, id: &str) -> Self {
        self.outcome.last_event_id = id.to_owned();
        self
    }

    fn then_retry_ms(mut self, retry_ms: u64) -> Self {
        self.outcome.retry_ms = Some(retry_ms);
        self
    }
}

/// An event of the default kind, without an id.
fn said(data: &str) -> Event {
    named("message", data)
}

fn named(kind: &str, data: &str) -> Event {
    Event {
        kind: kind.to_owned(),
        data: data.to_owned(),
        id: String::new(),
    }
}

fn numbered(id: &str, data: &str) -> Event {
    Event {
        id: id.to_owned(),
        ..said(data)
    }
}

/// Every case whole and in pieces of 1, 2 and 7 bytes; the plain reading of the rules has to agree, too.
fn check(cases: impl IntoIterator<Item = Case>) {
    for Case {
        name,
        stream,
        outcome,
    } in cases
    {
        for size in [stream.len().max(1), 1, 2, 7] {
            let found = read(Parser::new(Limits::default()), stream.chunks(size));
            assert_eq!(found, outcome, "{name}, in pieces of {size} bytes");
        }
        assert_eq!(
            model::read(&stream, ""),
            outcome,
            "{name}, by the plain reading"
        );
    }
}

/// The same streams in every run, so that a failure comes back; to look further is what the fuzzer is for.
fn same_every_time(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..Config::default()
    }
}
