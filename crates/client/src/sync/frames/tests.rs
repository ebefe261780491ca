//! Frames that cannot be read, wholly or in part.

use super::*;

#[path = "../../../../../tests/data/json.rs"]
mod json;

const ENTRY: &str =
    r#"{"seq":SEQ,"at":"2026-11-21T08:30:00.000Z","change":{"type":"all_read","up_to":1}}"#;

/// Returns the places that could be read, and how many could not.
fn entries(data: &str) -> Option<(Vec<i64>, u32)> {
    let read = read(ENTRIES, data)?;
    match read.is {
        Frame::Entries(entries) => Some((
            entries.entries.iter().map(|entry| entry.seq.0).collect(),
            read.left_out,
        )),
        _ => None,
    }
}

fn list(parts: &[String]) -> String {
    format!(r#"{{"entries":[{}]}}"#, parts.join(","))
}

#[test]
fn an_entry_that_cannot_be_read_does_not_cost_the_others() {
    let good = |seq: i64| ENTRY.replace("SEQ", &seq.to_string());
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for bad in [
        r#"{"seq":2,"at":"yesterday","change":{"type":"arrived"}}"#,
        r#"{"seq":2,"at":"\ud800"}"#,
        r#"{"seq":1e400}"#,
        "null",
        &deep,
    ] {
        let told = list(&[good(1), bad.to_owned(), good(3), bad.to_owned()]);
        assert_eq!(entries(&told), Some((vec![1, 3], 2)), "{bad}");
    }
}

#[test]
fn a_frame_of_entries_that_is_no_json_is_one_that_could_not_be_read() {
    for data in [
        "",
        "{",
        "[]",
        r#"{"entries":{}}"#,
        r#"{"entries":[{"seq":1,,}]}"#,
    ] {
        assert_eq!(entries(data), Some((vec![], 1)), "{data}");
    }
}

#[test]
fn entries_are_put_in_the_order_of_the_log() {
    let parts: Vec<_> = [3, 1, 2]
        .iter()
        .map(|seq: &i64| ENTRY.replace("SEQ", &seq.to_string()))
        .collect();
    assert_eq!(entries(&list(&parts)), Some((vec![1, 2, 3], 0)));
}

/// Returns the text that the stream's decoder makes of these bytes.
fn text(case: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(case)
}

#[test]
fn whatever_json_an_entry_has_the_others_are_read_and_it_is_counted() {
    let good = |seq: i64| ENTRY.replace("SEQ", &seq.to_string());
    let painted = |case: &str| {
        let entry = good(2).replace("all_read", "painted");
        entry.replace("\"up_to\"", &format!("\"x\":{case},\"up_to\""))
    };
    for case in json::TAKEN {
        let told = list(&[good(1), painted(&text(case)), good(3)]);
        assert_eq!(entries(&told), Some((vec![1, 2, 3], 0)), "{}", text(case));
    }
    let refused = json::REFUSED.iter().map(|case| case.to_vec());
    for case in refused.chain(json::deep(10_000)) {
        let told = list(&[good(1), painted(&text(&case)), good(3)]);
        let (read, left_out) = entries(&told).expect("the stream goes on");
        assert!(left_out > 0 || read == [1, 2, 3], "{}", text(&case));
    }
    for case in json::EITHER {
        let told = list(&[good(1), painted(&text(case)), good(3)]);
        let (read, left_out) = entries(&told).expect("the stream goes on");
        assert!(left_out == 1 || read == [1, 2, 3], "{}", text(case));
    }
}

#[test]
fn whatever_stands_where_an_entry_or_an_item_should_is_counted() {
    let good = |seq: i64| ENTRY.replace("SEQ", &seq.to_string());
    // What cannot stand within JSON at all costs the whole frame.
    let within = json::EITHER.iter().filter(|case| case[0].is_ascii());
    for case in json::TAKEN.iter().chain(within) {
        let told = list(&[good(1), text(case).into_owned(), good(3)]);
        let (read, left_out) = entries(&told).expect("the stream goes on");
        assert!(left_out == 1 && read == [1, 3], "{} {read:?}", text(case));
        let page = format!(
            r#"{{"epoch":"00000000-0000-0000-0000-000000000001","cursor":"c","items":[{}]}}"#,
            text(case)
        );
        let page = super::page(&page).expect("a page");
        assert_eq!(
            (page.is.items.len(), page.left_out),
            (0, 1),
            "{}",
            text(case)
        );
    }
}

#[test]
fn a_frame_that_is_no_frame_is_none() {
    for (name, data) in [("hello", "{}"), ("hello", ""), ("snapshot", "null")] {
        assert_eq!(read(name, data), None, "{name} {data}");
    }
    for (name, data) in [("painted", "whatever"), ("presence", "1")] {
        assert_eq!(
            read(name, data),
            Some(whole(Frame::Unknown)),
            "{name} {data}"
        );
    }
}
