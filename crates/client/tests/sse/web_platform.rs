//! What the web-platform-tests of `eventsource/` ask of a parser, as bytes; the file each row answers is its name.

use crate::{case, check, named, numbered, said};

#[test]
fn the_wire_cases_of_the_web_platform_tests() {
    let long_comment = format!(":{}", "y".repeat(2_048));
    let comments = format!(
        "data:a\r:\0\n:\r\ndata:b\n{long_comment}\rdata:c\n:data:no\r{long_comment}\ndata:d\n\n"
    );
    check([
        case(
            "event-data",
            b"data:one\n:note\nother:two\ndata: three\n\ndata:four\nData: no\n\nevent:\ndata:five\n\n",
            [said("one\nthree"), said("four"), said("five")],
        ),
        case("format-bom", b"\xEF\xBB\xBFdata:a\n\n\xEF\xBB\xBFdata:b\n\ndata:c\n\n", [said("a"), said("c")]),
        case("format-bom-2", b"\xEF\xBB\xBF\xEF\xBB\xBFdata:a\n\ndata:b\n\ndata:c\n\n", [said("b"), said("c")]),
        case("format-comments", comments, [said("a\nb\nc\nd")]),
        case(
            "format-data-before-final-empty-line",
            b"retry:1000\ndata:a\n\nid:x\ndata:b\n",
            [said("a")],
        )
        .then_retry_ms(1_000),
        case("format-field-data", b"data:\n\ndata\ndata\n\ndata:x\n\n", [said(""), said("\n"), said("x")]),
        case("format-field-event", b"event:knock\ndata:a\n\ndata:a\n\n", [named("knock", "a"), said("a")]),
        case("format-field-event-empty", b"event: \ndata:a\n\n", [said("a")]),
        case("format-field-id", "id: …\nretry:200\ndata:a\n\n", [numbered("…", "a")]).then_retry_ms(200),
        case(
            "format-field-id-3, persists",
            b"id: 5\ndata: a\n\ndata: b\n\nid: 6\ndata: c\n\ndata: d\n\n",
            [numbered("5", "a"), numbered("5", "b"), numbered("6", "c"), numbered("6", "d")],
        ),
        case(
            "format-field-id-3, resets",
            b"id: 5\ndata: a\n\nid:\ndata: b\n\ndata: c\n\n",
            [numbered("5", "a"), said("b"), said("c")],
        ),
        case(
            "format-field-id-3, resets without colon",
            b"id: 5\ndata: a\n\nid\ndata: b\n\ndata: c\n\n",
            [numbered("5", "a"), said("b"), said("c")],
        ),
        case("format-field-id-null, two", b"id:\0\0\ndata:a\n\n", [said("a")]),
        case("format-field-id-null, at the end", b"id:k\0\ndata:a\n\n", [said("a")]),
        case("format-field-id-null, at the beginning", b"id:\0k\ndata:a\n\n", [said("a")]),
        case("format-field-id-null, in the middle", b"id:k\0k\ndata:a\n\n", [said("a")]),
        case("format-field-id-null, after a space", b"id: \0\ndata:a\n\n", [said("a")]),
        case(
            "format-field-parsing",
            b"data:\0\ndata:  b\rData:no\ndata\0:no\ndata:c\r\0data:no\nda-ta:no\rdata_5\ndata:d\rdata:\r\n data:no\ndata:e\n\n",
            [said("\0\n b\nc\nd\n\ne")],
        ),
        case("format-field-retry", b"retry:03000\ndata:a\n\n", [said("a")]).then_retry_ms(3_000),
        case("format-field-retry-bogus", b"retry:3000\nretry:1000x\ndata:a\n\n", [said("a")]).then_retry_ms(3_000),
        case("format-field-retry-empty", b"retry\ndata:a\n\n", [said("a")]),
        case("format-field-unknown", b"data:a\n data:no\ndata\ntest:no\ndata:b\n\n", [said("a\n\nb")]),
        case("format-leading-space", b"data:\ta\rdata: \ndata:b\n\n", [said("\ta\n\nb")]),
        case("format-newlines", b"data:a\r\ndata\ndata:b\r\n\r", [said("a\n\nb")]),
        case("format-null-character", b"data:\0\n\n", [said("\0")]),
        case("format-utf-8", "data:ok…\n\n", [said("ok…")]),
    ]);
}
