//! An event that is taken means the same when it is read again from what was kept of it, and is within every bound.
#![no_main]

use libfuzzer_sys::fuzz_target;

// By their files: the server's listeners and stores take minutes to build instrumented, and reading needs none of them.
#[path = "../../server/src/names.rs"]
#[expect(dead_code, reason = "reading uses a part of it")]
mod names;
#[path = "../../server/src/ingest/read.rs"]
mod read;
#[path = "../../server/src/refusal.rs"]
#[expect(dead_code, reason = "nothing is answered here")]
mod refusal;
#[path = "../../server/src/token.rs"]
#[expect(dead_code, reason = "a refusal names its error")]
mod token;

const TITLE_MOST: usize = 500;
const BODY_MOST: usize = 20_000;

fuzz_target!(|input: &[u8]| {
    match read::read(input) {
        Ok(events) => {
            for taken in events {
                let again = read::read(taken.json.as_bytes()).expect("what was kept is an event");
                let [again] = again.try_into().expect("one event is kept as one");
                assert_eq!(again.json, taken.json);
                assert_eq!(again.hash, taken.hash);
                assert_eq!(again.kind, taken.kind);

                let long = |text: &Option<String>, most| {
                    text.as_ref().is_some_and(|text| text.chars().count() > most)
                };
                assert!(!taken.event.id.is_empty());
                assert!(!long(&taken.event.title, TITLE_MOST));
                assert!(!long(&taken.event.body, BODY_MOST));
                for link in &taken.event.links {
                    let start = link.url.trim_start().get(..4).unwrap_or_default();
                    assert!(start.eq_ignore_ascii_case("http"), "{}", link.url);
                }
            }
        }
        Err(refusal) => assert!(!refusal.problem().detail.is_empty()),
    }
});
