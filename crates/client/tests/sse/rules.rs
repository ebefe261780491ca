//! The rules for interpreting an event stream, one row each, above all those that clients get wrong.

use campanile_client::sse::{Event, Limits, Parser};

use crate::{case, check, model, named, numbered, read, said};

#[test]
fn bytes_become_text() {
    let bad =
        |name, bytes: &[u8], text| case(name, [b"data:", bytes, b"\n\n"].concat(), [said(text)]);
    check([
        bad("two, three and four bytes", "é€😀".as_bytes(), "é€😀"),
        bad(
            "a byte that UTF-8 never uses",
            b"a\xFFb\xC0c\xF5d",
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}d",
        ),
        bad(
            "a continuation without a start",
            b"a\x80b\xBFc",
            "a\u{FFFD}b\u{FFFD}c",
        ),
        bad(
            "a sequence cut short by another letter is one replacement",
            b"\xE2\x82a",
            "\u{FFFD}a",
        ),
        bad(
            "a sequence cut short by another sequence",
            b"\xE2\x82\xE2\x82\xAC",
            "\u{FFFD}€",
        ),
        bad(
            "a sequence cut short by the end of the line",
            b"a\xF0\x9F\x98",
            "a\u{FFFD}",
        ),
        bad("an overlong slash", b"\xC0\xAF", "\u{FFFD}\u{FFFD}"),
        bad(
            "an overlong sequence of three",
            b"\xE0\x80\xAF",
            "\u{FFFD}\u{FFFD}\u{FFFD}",
        ),
        bad(
            "half of a surrogate pair",
            b"\xED\xA0\x80",
            "\u{FFFD}\u{FFFD}\u{FFFD}",
        ),
        bad(
            "above the last character",
            b"\xF4\x90\x80\x80",
            "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
        ),
        bad("a letter of windows-1252", b"caf\xE9", "caf\u{FFFD}"),
        bad(
            "a next-line character ends nothing",
            "a\u{85}b\u{2028}c\u{B}d\u{C}e".as_bytes(),
            "a\u{85}b\u{2028}c\u{B}d\u{C}e",
        ),
        case(
            "bad bytes in a kind and an id",
            b"event:\xFF\nid:\xE2\x82\ndata\n\n",
            [Event {
                id: "\u{FFFD}".to_owned(),
                ..named("\u{FFFD}", "")
            }],
        ),
        case(
            "a bad byte makes a name unknown",
            b"data\xFF:1\n\xFFdata:2\ndata:3\n\n",
            [said("3")],
        ),
        case(
            "a sequence that the end of the stream cuts",
            b"data:1\n\ndata:\xE2\x82",
            [said("1")],
        ),
    ]);
}

#[test]
fn one_leading_byte_order_mark_is_dropped() {
    check([
        case("before a field", b"\xEF\xBB\xBFdata:1\n\n", [said("1")]),
        case(
            "before a blank line",
            b"\xEF\xBB\xBF\ndata:1\n\n",
            [said("1")],
        ),
        case(
            "before a carriage return",
            b"\xEF\xBB\xBF\r\ndata:1\r\n\r\n",
            [said("1")],
        ),
        case(
            "two: the second belongs to the name",
            b"\xEF\xBB\xBF\xEF\xBB\xBFdata:1\n\ndata:2\n\n",
            [said("2")],
        ),
        case(
            "after a blank line it is no mark",
            b"\n\xEF\xBB\xBFdata:1\n\ndata:2\n\n",
            [said("2")],
        ),
        case(
            "half of one is a bad byte",
            b"\xEF\xBBdata:1\ndata:2\n\n",
            [said("2")],
        ),
        case(
            "half of one alone in its line",
            b"\xEF\xBB\ndata:2\n\n",
            [said("2")],
        ),
        case(
            "the other byte order is not UTF-8",
            b"\xFE\xFFdata:1\ndata:2\n\n",
            [said("2")],
        ),
        case("nothing else in the stream", b"\xEF\xBB\xBF", []),
    ]);
}

#[test]
fn a_line_is_a_field_a_comment_or_the_end_of_a_block() {
    check([
        case("nothing at all", b"", []),
        case("only blank lines", b"\n\n\r\r\n\n", []),
        case(
            "a field without colon has an empty value",
            b"data\n\n",
            [said("")],
        ),
        case(
            "data joins with line feeds",
            b"data:a\ndata\ndata:b\n\n",
            [said("a\n\nb")],
        ),
        case(
            "two empty ones are one line feed",
            b"data\ndata\n\n",
            [said("\n")],
        ),
        case(
            "one space is dropped and no more",
            b"data: 1\ndata:  2\ndata:\t3\ndata: \n\n",
            [said("1\n 2\n\t3\n")],
        ),
        case(
            "only the first colon divides",
            b"data:a:b: c\n\n",
            [said("a:b: c")],
        ),
        case(
            "a space before the colon is part of the name",
            b"data :1\ndata:2\n\n",
            [said("2")],
        ),
        case(
            "names are exact",
            b"DATA:1\nDatA:2\ndat:3\ndatas:4\ndata:5\n\n",
            [said("5")],
        ),
        case(
            "comments say nothing",
            b":data:1\n: x\n:\ndata:2\n:\n\n:\n\n",
            [said("2")],
        ),
        case("a block of comments is no event", b":1\n\n:2\n\n", []),
        case(
            "a kind without data is no event and is forgotten",
            b"event:a\n\ndata:1\n\n",
            [said("1")],
        ),
        case(
            "the last kind of a block counts",
            b"event:a\nevent:b\ndata:1\n\n",
            [named("b", "1")],
        ),
        case(
            "an empty kind takes back the one before",
            b"event:a\nevent\ndata:1\n\n",
            [said("1")],
        ),
        case(
            "a kind holds for one block",
            b"event:a\ndata:1\n\ndata:2\n\n",
            [named("a", "1"), said("2")],
        ),
    ]);
}

#[test]
fn an_id_counts_once_its_block_is_finished() {
    check([
        case("with data", b"id:7\ndata:1\n\n", [numbered("7", "1")]),
        case("also without data", b"id:7\n\n", []).then_id("7"),
        case(
            "without data it holds for the next event",
            b"id:7\n\ndata:1\n\n",
            [numbered("7", "1")],
        ),
        case(
            "the last one of a block counts",
            b"id:7\ndata:1\nid:8\n\n",
            [numbered("8", "1")],
        ),
        case(
            "an unfinished block is thrown away with its id",
            b"id:7\ndata:1\n\nid:8\ndata:2\n",
            [numbered("7", "1")],
        ),
        case(
            "also when only the blank line is missing its end",
            b"id:7\ndata:1\n",
            [],
        ),
        case(
            "a carriage return finishes a block without waiting for more",
            b"id:7\ndata:1\r\n\r",
            [numbered("7", "1")],
        ),
        case(
            "an empty id resets",
            b"id:7\ndata:1\n\nid:\ndata:2\n\n",
            [numbered("7", "1"), said("2")],
        ),
        case("an id without colon resets", b"id:7\n\nid\n\n", []).then_id(""),
        case(
            "a reset that is not finished does not count",
            b"id:7\n\nid\n",
            [],
        )
        .then_id("7"),
        case(
            "NUL anywhere: as if it were not there",
            b"id:7\nid:8\0\nid:\0\ndata:1\n\n",
            [numbered("7", "1")],
        ),
        case(
            "spaces after the first belong to the id",
            b"id:  7 \ndata:1\n\n",
            [numbered(" 7 ", "1")],
        ),
        case(
            "not only digits",
            "id:п€😀\ndata:1\n\n",
            [numbered("п€😀", "1")],
        ),
    ]);
}

#[test]
fn a_wait_is_decimal_digits_and_counts_at_once() {
    let retry = |value: &str| {
        case(
            &format!("retry {value:?}"),
            format!("retry:{value}\ndata:1\n\n"),
            [said("1")],
        )
    };
    check(
        [
            "", " ", "1000x", "x1000", "-1", "+1", "1.5", "1e3", "0x10", "1 000", "  10", "10 ",
            "١٢", "１", "1\0",
        ]
        .map(retry),
    );
    check([
        retry("0").then_retry_ms(0),
        retry("3").then_retry_ms(3),
        retry(" 10").then_retry_ms(10),
        retry("03000").then_retry_ms(3_000),
        retry("18446744073709551615").then_retry_ms(u64::MAX),
        retry("18446744073709551616").then_retry_ms(u64::MAX),
        retry(&"9".repeat(1_000)).then_retry_ms(u64::MAX),
        case("without colon", b"retry:5\nretry\n", []).then_retry_ms(5),
        case("in a block that is never finished", b"retry:5\n", []).then_retry_ms(5),
        case("a line that is never finished", b"retry:5", []),
        case("the last one counts", b"retry:5\n\nretry:6\nretry:x\n", []).then_retry_ms(6),
    ]);
}

#[test]
fn a_stream_resumed_keeps_its_id_until_it_is_given_another() {
    for (stream, last_event_id) in [
        (&b"data:1\n\n"[..], "…41"),
        (b"", "…41"),
        (b"id:42\ndata:1\n", "…41"),
        (b"id:42\n\n", "42"),
        (b"id\n\n", ""),
    ] {
        let found = read(Parser::resume(Limits::default(), "…41"), [stream]);
        assert_eq!(found.last_event_id, last_event_id, "{stream:?}");
        assert!(
            found.events.iter().all(|event| event.id == last_event_id),
            "{found:?}"
        );
        assert_eq!(found, model::read(stream, "…41"));
    }
}
