//! What the contract tests for event-stream clients ask of any language: basics, byte-order marks, comments, line endings.

use campanile_client::sse::{Event, Limits, Parser};

use crate::{case, check, named, numbered, read, said};

#[test]
fn the_basics() {
    let greeting = |id: &str, data| Event {
        id: id.to_owned(),
        ..named("greeting", data)
    };
    let many: String = (0..100).map(|n| format!("data: call {n}\n\n")).collect();
    let calls: Vec<Event> = (0..100).map(|n| said(&format!("call {n}"))).collect();
    check([
        case("one line", b"data: Ring\n\n", [said("Ring")]),
        case(
            "two messages",
            b"data: Ring\n\ndata: Dong\n\n",
            [said("Ring"), said("Dong")],
        ),
        case(
            "two lines",
            b"data: Ring\ndata:Dong\n\n",
            [said("Ring\nDong")],
        ),
        case("empty data", b"data:\n\n", [said("")]),
        case(
            "a kind",
            b"event: greeting\ndata: Ring\n\n",
            [named("greeting", "Ring")],
        ),
        case("an id", b"id: e1\ndata: Ring\n\n", [numbered("e1", "Ring")]),
        case(
            "a kind and an id",
            b"event: greeting\nid: e1\ndata: Ring\n\n",
            [greeting("e1", "Ring")],
        ),
        case(
            "the other way round",
            b"data: Ring\nid: e1\nevent: greeting\n\n",
            [greeting("e1", "Ring")],
        ),
        case(
            "an id with NUL",
            b"id: e\x001\ndata: Ring\n\n",
            [said("Ring")],
        ),
        case(
            "an id that stays",
            b"id: e1\ndata: 1\n\ndata: 2\n\n",
            [numbered("e1", "1"), numbered("e1", "2")],
        ),
        case(
            "an id that is emptied",
            b"id: e1\ndata: 1\n\nid: \ndata: 2\n\n",
            [numbered("e1", "1"), said("2")],
        ),
        case(
            "an unknown field",
            b"event: greeting\nhue: red\ndata: Ring\n\n",
            [named("greeting", "Ring")],
        ),
        case(
            "no leading space",
            b"event:greeting\ndata:Ring\n\n",
            [named("greeting", "Ring")],
        ),
        case(
            "an extra leading space",
            b"event:  greeting\ndata:  Ring\n\n",
            [named(" greeting", " Ring")],
        ),
        case(
            "no colon",
            b"data\n\ndata\ndata\n\n",
            [said(""), said("\n")],
        ),
        case(
            "several bytes a letter",
            "data: €дзвін🔔\n\n",
            [said("€дзвін🔔")],
        ),
        case("a hundred in one go, in order", many, calls),
    ]);
}

#[test]
fn byte_order_marks() {
    let marked = |text: &str| format!("\u{FEFF}{text}");
    check([
        case("before an event", marked("data: a\n\n"), [said("a")]),
        case(
            "before a kind",
            marked("event: k\nid: 1\ndata: a\n\n"),
            [Event {
                kind: "k".to_owned(),
                ..numbered("1", "a")
            }],
        ),
        case(
            "before several",
            marked("data: a\n\ndata: b\n\n"),
            [said("a"), said("b")],
        ),
        case(
            "in later data",
            "data: a\n\ndata: \u{FEFF}b\n\n",
            [said("a"), said("\u{FEFF}b")],
        ),
        case(
            "at the start and in data",
            marked("data: \u{FEFF}a\n\n"),
            [said("\u{FEFF}a")],
        ),
        case(
            "in an id",
            marked("id:\u{FEFF}\ndata\n\n"),
            [numbered("\u{FEFF}", "")],
        ),
        case(
            "before two lines",
            marked("data: a\ndata: b\n\n"),
            [said("a\nb")],
        ),
        case(
            "before a comment",
            marked(":note\ndata: a\n\n"),
            [said("a")],
        ),
        case("before empty data", marked("data:\n\n"), [said("")]),
    ]);
}

#[test]
fn comments_are_told_as_lines_and_disturb_nothing() {
    for (stream, lines, events) in [
        (":ding\n", 1, vec![]),
        (":ding\n:dong\n", 2, vec![]),
        (":ding\ndata: a\n\n", 3, vec![said("a")]),
        ("data: a\n\n:ding\n", 3, vec![said("a")]),
        ("data: a\n:ding\r\ndata: b\r\n\r\n", 4, vec![said("a\nb")]),
        (":a comment that has not ended yet", 0, vec![]),
    ] {
        for size in [stream.len(), 1, 2, 7] {
            let mut parser = Parser::new(Limits::default());
            let mut found = Vec::new();
            for chunk in stream.as_bytes().chunks(size) {
                found.extend(
                    parser
                        .feed(chunk)
                        .map(|event| event.expect("nothing here is too long")),
                );
            }
            assert_eq!(
                (parser.lines(), &found),
                (lines, &events),
                "{stream:?} in pieces of {size} bytes"
            );
        }
    }
}

#[test]
fn every_line_ending_ends_every_kind_of_line() {
    let scripts: [(&str, &[&str], &[&str]); 6] = [
        ("one line", &["data: a", ""], &["a"]),
        (
            "one line, then two",
            &["data: a", "", "data: b", "data: c", ""],
            &["a", "b\nc"],
        ),
        (
            "an empty line at the beginning",
            &["data:", "data: b", "data: c", ""],
            &["\nb\nc"],
        ),
        (
            "an empty line in the middle",
            &["data: a", "data:", "data: c", ""],
            &["a\n\nc"],
        ),
        (
            "one blank line too many",
            &["data: a", "", "", "data: b", ""],
            &["a", "b"],
        ),
        (
            "two blank lines too many",
            &["data: a", "", "", "", "data: b", ""],
            &["a", "b"],
        ),
    ];
    for ending in ["\n", "\r\n", "\r"] {
        check(scripts.map(|(name, lines, events)| {
            let stream: String = lines.iter().flat_map(|line| [*line, ending]).collect();
            let events: Vec<Event> = events.iter().map(|data| said(data)).collect();
            case(&format!("{name}, each ended by {ending:?}"), stream, events)
        }));
    }
    check([
        case(
            "all three in one stream",
            b"data:a\ndata:b\rdata:c\r\n\r\ndata:d\r\rdata:e\n\r",
            [said("a\nb\nc"), said("d"), said("e")],
        ),
        case(
            "a line feed, then a carriage return, are two",
            b"data:a\n\rdata:b\n\n",
            [said("a"), said("b")],
        ),
        case(
            "two carriage returns, then a line feed, are two",
            b"data:a\r\r\ndata:b\r\r\n",
            [said("a"), said("b")],
        ),
    ]);
}

#[test]
fn a_carriage_return_may_end_one_piece_and_its_line_feed_begin_the_next() {
    let pieces: [&[u8]; 7] = [
        b"data: a\r",
        b"\ndata: b\r",
        b"\n\r\ndata: c\r",
        b"\n",
        b"",
        b"\r",
        b"\n",
    ];
    let found = read(Parser::new(Limits::default()), pieces);
    assert_eq!(found.events, [said("a\nb"), said("c")]);
}

#[test]
fn sizes_around_those_of_buffers_arrive_whole() {
    for size in [
        1,
        128,
        1_023,
        1_024,
        1_025,
        4_094,
        4_096,
        8_189,
        8_192,
        16_384,
        65_536,
        262_144,
        (1 << 20) - 6,
    ] {
        let data = "x".repeat(size);
        let stream = format!("data: {data}\n\n");
        for piece in [stream.len(), 16_384, 4_096] {
            let found = read(
                Parser::new(Limits::default()),
                stream.as_bytes().chunks(piece),
            );
            assert_eq!(found.overflow, None);
            assert!(
                found.events == [said(&data)],
                "{size} bytes in pieces of {piece}"
            );
        }
    }
}
