//! Frames as the stream sends them. What a single entry lacks does not cost the others.

use campanile_protocol::{
    frame::{ENTRIES, Entries, Frame, SNAPSHOT},
    snapshot::Snapshot,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a frame; `None` where it cannot be read at all.
///
/// An entry or an item that cannot be read is left out: it would come again with every new connection,
/// and nothing after it would ever be heard.
pub fn read(name: &str, data: &str) -> Option<Frame> {
    let frame = match Frame::read(name, data) {
        Ok(frame) => frame,
        Err(_) if name == ENTRIES => Frame::Entries(without_unreadable::<
            Entries,
            campanile_core::change::Entry,
        >(data, "entries")?),
        Err(_) if name == SNAPSHOT => {
            let snapshot = without_unreadable::<
                Snapshot,
                campanile_protocol::snapshot::SnapshotItem,
            >(data, "items")?;
            Frame::Snapshot(Box::new(snapshot))
        }
        Err(_) => return None,
    };
    Some(match frame {
        Frame::Entries(mut entries) => {
            entries.entries.sort_by_key(|entry| entry.seq);
            Frame::Entries(entries)
        }
        other => other,
    })
}

fn without_unreadable<T: DeserializeOwned, Part: DeserializeOwned>(
    data: &str,
    list: &str,
) -> Option<T> {
    let mut value: Value = serde_json::from_str(data).ok()?;
    let parts = value.get_mut(list)?.as_array_mut()?;
    let all = parts.len();
    parts.retain(|part| Part::deserialize(part).is_ok());
    tracing::warn!(
        left_out = all - parts.len(),
        "the server sent something that this build cannot read"
    );
    serde_json::from_value(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str =
        r#"{"seq":SEQ,"at":"2026-11-21T08:30:00.000Z","change":{"type":"all_read","up_to":1}}"#;

    fn entries(parts: &[String]) -> Option<Vec<i64>> {
        match read(ENTRIES, &format!(r#"{{"entries":[{}]}}"#, parts.join(",")))? {
            Frame::Entries(entries) => {
                Some(entries.entries.iter().map(|entry| entry.seq.0).collect())
            }
            _ => None,
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_does_not_cost_the_others() {
        let good = |seq: i64| ENTRY.replace("SEQ", &seq.to_string());
        let bad = r#"{"seq":2,"at":"yesterday","change":{"type":"arrived"}}"#.to_owned();
        assert_eq!(entries(&[good(1), bad, good(3)]), Some(vec![1, 3]));
    }

    #[test]
    fn entries_are_put_in_the_order_of_the_log() {
        let parts: Vec<_> = [3, 1, 2]
            .iter()
            .map(|seq: &i64| ENTRY.replace("SEQ", &seq.to_string()))
            .collect();
        assert_eq!(entries(&parts), Some(vec![1, 2, 3]));
    }

    #[test]
    fn a_frame_that_is_no_frame_is_none() {
        for (name, data) in [
            ("hello", "{}"),
            ("entries", "[]"),
            ("entries", "{"),
            ("snapshot", "null"),
            ("presence", "1"),
        ] {
            assert_eq!(read(name, data), None, "{name} {data}");
        }
        assert_eq!(read("painted", "whatever"), Some(Frame::Unknown));
    }
}
