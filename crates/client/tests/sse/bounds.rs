//! A server may send what it likes: the parser says no in time, holds little, and does not slow down.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::iter;

use campanile_client::sse::{Limits, Overflow, Parser};
use proptest::prelude::*;

use crate::{Outcome, numbered, read, said, same_every_time};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

#[test]
fn a_keep_alive_costs_no_memory() {
    let mut parser = Parser::resume(Limits::default(), &"k".repeat(KIB));
    let drawn = Memory::drawn_by(|| {
        for _ in 0..1_000 {
            assert!(parser.feed(b":\n\n").next().is_none());
        }
    });
    assert_eq!((drawn.total_bytes, parser.lines()), (0, 2_000));

    // One that arrives in pieces is put together in a buffer that stays.
    let mut pieces = || {
        for piece in [&b": st"[..], b"ill he", b"re\r", b"\n\r\n"] {
            assert!(parser.feed(piece).next().is_none());
        }
    };
    pieces();
    assert_eq!(
        Memory::drawn_by(|| (0..1_000).for_each(|_| pieces())).total_bytes,
        0
    );
}

#[test]
fn a_million_empty_lines_comments_or_fields_cost_no_memory() {
    for flood in [
        "\n",
        "\r\n",
        "\r",
        ":\n",
        ": still here\n",
        "unknown\n",
        "\0\n",
        "retry:1\n",
    ] {
        let chunk = flood.repeat(1_000);
        let mut parser = Parser::new(Limits::default());
        assert!(
            parser
                .feed(format!("id:{}\n\n", "k".repeat(KIB)).as_bytes())
                .next()
                .is_none()
        );
        let drawn = Memory::drawn_by(|| {
            for _ in 0..1_000 {
                assert!(parser.feed(chunk.as_bytes()).next().is_none());
            }
        });
        assert_eq!(
            (drawn.total_bytes, parser.lines()),
            (0, 1_000_002),
            "{flood:?}"
        );
        assert_eq!(parser.last_event_id().len(), KIB);
    }
}

#[test]
fn ten_megabytes_byte_by_byte_are_read_once() {
    let line = format!("data:{}\n\n", "x".repeat(MIB - 5));
    let mut events = 0;
    let drawn = Memory::drawn_by(|| {
        let mut parser = Parser::new(Limits::default());
        for byte in line.repeat(10).as_bytes().chunks(1) {
            events += parser.feed(byte).filter(|event| event.is_ok()).count();
        }
    });
    assert_eq!(events, 10);
    // The input itself, the buffer's doublings, the data: a copy for each byte would be millions of times as much.
    assert!(
        drawn.total_bytes < 60 * MIB && drawn.peak_bytes < 15 * MIB,
        "{drawn:?}"
    );
}

#[test]
fn a_line_beyond_the_limit_is_refused_in_any_pieces() {
    let limits = Limits {
        line_bytes: 16,
        ..Limits::default()
    };
    let fits = b"id:1\ndata:23456789abc\n\n:23456789abcdefg\r\n\xEF\xBB\xBFid:7890123456\n\n";
    for (tail, why) in [
        (&b"data:6789abcdef01\ndata:2\n\n"[..], "a field"),
        (b":23456789abcdef01\n\n", "a comment"),
        (b"unknown9abcdef012345\n\n", "an unknown field"),
        (
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "a line that never ends",
        ),
        (
            b"data:1\nid:2\nevent:789abcdef01\n\n",
            "a block with an id that is lost with it",
        ),
    ] {
        let stream = [fits, tail].concat();
        for size in [stream.len(), 1, 2, 7] {
            let found = read(Parser::new(limits), stream.chunks(size));
            let expected = Outcome {
                events: vec![numbered("1", "23456789abc")],
                overflow: Some(Overflow::Line),
                last_event_id: "1".to_owned(),
                retry_ms: None,
            };
            assert_eq!(found, expected, "{why}, in pieces of {size} bytes");
        }
    }
}

#[test]
fn a_line_of_exactly_the_limit_is_read() {
    let data = "x".repeat(MIB - 5);
    let found = read(
        Parser::new(Limits::default()),
        [format!("data:{data}\r\n\r\n").as_bytes()],
    );
    assert!(found.overflow.is_none() && found.events == [said(&data)]);
    let found = read(
        Parser::new(Limits::default()),
        [format!("data:{data}x").as_bytes()],
    );
    assert_eq!(found.overflow, Some(Overflow::Line));
}

#[test]
fn a_hundred_megabytes_in_one_line_take_no_more_than_three() {
    for start in ["", "data:", "id:", ":", "unknown"] {
        let chunk = vec![b'x'; 64 * KIB];
        let chunks = iter::once(start.as_bytes()).chain(iter::repeat_n(&chunk[..], 1_600));
        let mut found = None;
        let drawn = Memory::drawn_by(|| found = Some(read(Parser::new(Limits::default()), chunks)));
        assert_eq!(
            found.and_then(|found| found.overflow),
            Some(Overflow::Line),
            "{start}"
        );
        assert!(drawn.peak_bytes <= 3 * MIB, "{start}: {drawn:?}");
    }
}

#[test]
fn an_id_beyond_the_limit_is_refused_and_the_one_before_stands() {
    let ids = |length: usize| format!("id:1\n\nid:{}\ndata:2\n\n", "k".repeat(length));
    let found = read(Parser::new(Limits::default()), [ids(KIB).as_bytes()]);
    assert_eq!((found.overflow, found.last_event_id.len()), (None, KIB));
    for (length, overflow) in [
        (KIB + 1, Overflow::Id),
        (MIB - 3, Overflow::Id),
        (10 * MIB, Overflow::Line),
    ] {
        let stream = ids(length);
        for size in [stream.len(), 4_096] {
            let found = read(
                Parser::new(Limits::default()),
                stream.as_bytes().chunks(size),
            );
            assert_eq!(
                (found.overflow, &*found.last_event_id, found.events.len()),
                (Some(overflow), "1", 0)
            );
        }
    }
    // A bad byte counts as the three bytes that replace it; an id that is ignored may be of any length.
    let small = Limits {
        id_bytes: 3,
        ..Limits::default()
    };
    assert_eq!(
        read(Parser::new(small), [&b"id:\xFF\n\n"[..]]).last_event_id,
        "\u{FFFD}"
    );
    assert_eq!(
        read(Parser::new(small), [&b"id:\xFF\xFF\n\n"[..]]).overflow,
        Some(Overflow::Id)
    );
    assert_eq!(
        read(Parser::new(small), [&b"id:1234\0\n\n"[..]]).overflow,
        None
    );
}

#[test]
fn an_event_of_many_lines_is_refused_when_it_grows_too_large() {
    let limits = Limits {
        data_bytes: 10,
        ..Limits::default()
    };
    let of = |stream: &[u8]| read(Parser::new(limits), [stream]);
    assert_eq!(
        of(b"data:1234\ndata:67890\n\n").events,
        [said("1234\n67890")]
    );
    assert_eq!(
        of(b"data:1234\ndata:678901\n\n").overflow,
        Some(Overflow::Data)
    );
    assert_eq!(of("data:€€€\n\n".as_bytes()).events, [said("€€€")]);
    assert_eq!(
        of(b"data:\xFF\xFF\xFF\xFF\n\n").overflow,
        Some(Overflow::Data)
    );
    // Line feeds count: eleven empty lines are ten of them.
    assert_eq!(of("data\n".repeat(11).as_bytes()).overflow, None);
    assert_eq!(
        of("data\n".repeat(12).as_bytes()).overflow,
        Some(Overflow::Data)
    );
    // The count begins anew with each block.
    assert_eq!(
        of("data:123456789\n\n".repeat(3).as_bytes()).events.len(),
        3
    );

    let line = format!("data:{}\n", "x".repeat(64 * KIB));
    let drawn = Memory::drawn_by(|| {
        let found = read(
            Parser::new(Limits::default()),
            iter::repeat_n(line.as_bytes(), 1_600),
        );
        assert_eq!(found.overflow, Some(Overflow::Data));
    });
    assert!(drawn.peak_bytes <= 25 * MIB, "{drawn:?}");
}

#[test]
fn an_overflow_is_told_once_and_frees_what_was_held() {
    let mut parser = Parser::resume(Limits::default(), "7");
    let drawn = Memory::drawn_by(|| {
        assert!(parser.feed(b"event:k\ndata:1\nid:8\n").next().is_none());
        let line = vec![b'x'; MIB];
        assert!(parser.feed(&line).next().is_none());
        let mut events = parser.feed(&line);
        assert_eq!(events.next(), Some(Err(Overflow::Line)));
        assert_eq!(events.next(), None);
        assert_eq!(parser.feed(b"\n\nid:9\ndata:2\n\n").next(), None);
    });
    assert_eq!((parser.last_event_id(), drawn.kept_bytes), ("7", 0));
}

#[test]
fn a_large_event_leaves_little_behind() {
    let mut parser = Parser::new(Limits::default());
    let stream = format!("data:{}\n\n", "x".repeat(MIB - 5));
    let drawn = Memory::drawn_by(|| {
        for chunk in stream.as_bytes().chunks(4_096) {
            parser.feed(chunk).for_each(drop);
        }
    });
    assert!(drawn.kept_bytes <= 16 * KIB as isize, "{drawn:?}");
}

proptest! {
    #![proptest_config(same_every_time(500))]

    #[test]
    fn the_parser_never_holds_more_than_its_limits_allow(
        parts in prop::collection::vec(prop::sample::select(vec![
            &b"data:"[..], b"event:", b"id:", b"\n", b"\n\n", b"xxxxxxxxxxxx", b"\xFF\xFF\xFF\xFF\xFF\xFF", b"\xEF\xBB\xBF",
        ]), 0..400),
    ) {
        let limits = Limits { line_bytes: 64, data_bytes: 256, id_bytes: 16 };
        let mut parser = Parser::new(limits);
        let drawn = Memory::drawn_by(|| {
            for part in parts {
                parser.feed(part).for_each(drop);
            }
        });
        // Buffers double; a line's bad bytes triple, in the kind that is kept and in the value that is being read.
        let allowed = 2 * limits.line_bytes + 2 * 3 * limits.line_bytes + 2 * limits.data_bytes + 2 * limits.id_bytes;
        // While a buffer moves to a larger place, both exist.
        prop_assert!(drawn.kept_bytes <= allowed as isize && drawn.peak_bytes <= 2 * allowed, "{:?}", drawn);
    }
}

/// What the allocator was asked for while something ran, on this thread alone.
#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    /// Everything that was handed out, whether given back or not.
    total_bytes: usize,
    /// The most that was held at one time.
    peak_bytes: usize,
    /// What is still held; less than nothing if older memory was given back.
    kept_bytes: isize,
}

thread_local! {
    static MEMORY: Cell<Memory> = const { Cell::new(Memory { total_bytes: 0, peak_bytes: 0, kept_bytes: 0 }) };
}

impl Memory {
    fn drawn_by(run: impl FnOnce()) -> Self {
        MEMORY.set(Self::default());
        run();
        MEMORY.get()
    }

    fn count(change: isize) {
        let mut memory = MEMORY.get();
        memory.kept_bytes += change;
        memory.total_bytes += change.max(0).unsigned_abs();
        memory.peak_bytes = memory
            .peak_bytes
            .max(memory.kept_bytes.max(0).unsigned_abs());
        MEMORY.set(memory);
    }
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every request is passed on unchanged to the system's allocator; counting touches a thread-local cell
// that needs neither memory nor a destructor. A growing buffer moves by the trait's own way: allocate, copy, free.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Memory::count(layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        Memory::count(-layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}
