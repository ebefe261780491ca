//! Whatever a server calls a frame, it is read without harm, in order, and what can be read of it is kept.
#![no_main]

use campanile_protocol::frame::{ENTRIES, Frame, GOODBYE, HELLO, PRESENCE, SNAPSHOT};
use libfuzzer_sys::fuzz_target;

// By its file: the client's TLS and SQLite take minutes to build instrumented, and reading needs neither.
#[path = "../../crates/client/src/sync/frames.rs"]
mod frames;

const NAMES: [&str; 6] = [ENTRIES, SNAPSHOT, HELLO, PRESENCE, GOODBYE, "what"];

fuzz_target!(|input: &[u8]| {
    let Some((&name, data)) = input.split_first() else {
        return;
    };
    let Ok(data) = std::str::from_utf8(data) else {
        return;
    };
    let name = NAMES[usize::from(name) % NAMES.len()];
    let strictly = Frame::read(name, data);
    match frames::read(name, data) {
        Some(read) => {
            if let Frame::Entries(entries) = &read.is {
                assert!(entries.entries.is_sorted_by_key(|entry| entry.seq));
                let parts = entries.entries.len() + usize::try_from(read.left_out).unwrap_or(0);
                assert!(parts <= data.len() + 1, "no more parts than signs");
            }
            assert!(strictly.is_err() || read.left_out == 0);
        }
        None => assert!(strictly.is_err(), "what is well formed is read"),
    }
    if let Some(page) = frames::page(data) {
        assert!(page.is.items.len() <= data.len());
    }
});
