//! Frames as the stream sends them. What a single entry lacks does not cost the others.

use std::{fmt, marker::PhantomData};

use campanile_core::{
    change::{Entry, Scopes, Seq},
    ids::Epoch,
    policy::Policy,
};
use campanile_protocol::{
    frame::{ENTRIES, Entries, Frame, PRESENCE, SNAPSHOT},
    snapshot::{DatedCell, Head, Snapshot, SnapshotItem},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// What was read.
#[derive(Debug, PartialEq)]
pub struct Read<T> {
    /// What could be read.
    pub is: T,
    /// How many notices or entries could not.
    pub left_out: u32,
}

/// Reads a frame; `None` where it cannot be read at all and nothing can go on without it.
///
/// An entry or an item that cannot be read is left out, and so is a frame of entries that is no JSON: it would come
/// again with every new connection, and nothing after it would ever be heard (F27).
pub fn read(name: &str, data: &str) -> Option<Read<Frame>> {
    let read = match (name, Frame::read(name, data)) {
        (_, Ok(frame)) => whole(frame),
        (ENTRIES, Err(_)) => entries_of(data),
        (SNAPSHOT, Err(_)) => {
            let Read { is, left_out } = snapshot_of(data)?;
            Read {
                is: Frame::Snapshot(Box::new(is)),
                left_out,
            }
        }
        // It is only true for the moment.
        (PRESENCE, Err(_)) => whole(Frame::Unknown),
        (_, Err(_)) => return None,
    };
    let Read { is, left_out } = read;
    let is = match is {
        Frame::Entries(mut entries) => {
            entries.entries.sort_by_key(|entry| entry.seq);
            Frame::Entries(entries)
        }
        other => other,
    };
    Some(Read { is, left_out })
}

/// Reads a page of a snapshot; `None` where it cannot be read at all.
pub fn page(data: &str) -> Option<Read<Snapshot>> {
    serde_json::from_str(data)
        .map(whole)
        .ok()
        .or_else(|| snapshot_of(data))
}

fn whole<T>(is: T) -> Read<T> {
    Read { is, left_out: 0 }
}

fn entries_of(data: &str) -> Read<Frame> {
    #[derive(Deserialize)]
    struct Lenient {
        entries: Readable<Entry>,
    }
    let read = serde_json::from_str(data).unwrap_or(Lenient {
        entries: Readable {
            parts: Vec::new(),
            left_out: 1,
        },
    });
    warn(read.entries.left_out);
    Read {
        is: Frame::Entries(Entries {
            entries: read.entries.parts,
        }),
        left_out: read.entries.left_out,
    }
}

fn snapshot_of(data: &str) -> Option<Read<Snapshot>> {
    #[derive(Deserialize)]
    struct Lenient {
        epoch: Epoch,
        cursor: String,
        #[serde(default)]
        head: Option<LenientHead>,
        items: Readable<SnapshotItem>,
        #[serde(default)]
        next: Option<String>,
    }
    #[derive(Deserialize)]
    struct LenientHead {
        last: Seq,
        complete_after: Seq,
        scopes: Scopes,
        policy: Policy,
        cells: Readable<DatedCell>,
        unread_rows: u32,
        unread_items: u32,
        availability: String,
    }
    let read: Lenient = serde_json::from_str(data).ok()?;
    warn(read.items.left_out);
    let head = read.head.map(|head| Head {
        last: head.last,
        complete_after: head.complete_after,
        scopes: head.scopes,
        policy: head.policy,
        cells: head.cells.parts,
        unread_rows: head.unread_rows,
        unread_items: head.unread_items,
        availability: head.availability,
    });
    Some(Read {
        is: Snapshot {
            epoch: read.epoch,
            cursor: read.cursor,
            head,
            items: read.items.parts,
            next: read.next,
        },
        left_out: read.items.left_out,
    })
}

fn warn(left_out: u32) {
    if left_out > 0 {
        tracing::warn!(
            left_out,
            "the server sent something that this build cannot read"
        );
    }
}

/// The parts of a list that can be read. Each is taken as its text first: half a surrogate pair, a number beyond all
/// numbers or a nest too deep is JSON by its signs, and shows only where it is read as what it means.
struct Readable<T> {
    parts: Vec<T>,
    left_out: u32,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List(PhantomData))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for List<T> {
    type Value = Readable<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut read = Readable {
            parts: Vec::new(),
            left_out: 0,
        };
        while let Some(text) = list.next_element::<&'de RawValue>()? {
            match serde_json::from_str(text.get()) {
                Ok(part) => read.parts.push(part),
                Err(_) => read.left_out = read.left_out.saturating_add(1),
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
