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
mod tests;
