//! The texts of notices that are likely to be wanted again: to be shown, opened, or to return from a snooze.

use std::{
    collections::{HashMap, VecDeque},
    io,
};

use campanile_core::{event::Notice, ids::EventId};

/// How many are held; the store has the rest.
const MOST: usize = 300;
/// So many bytes of them are held, as JSON counts them: more than so many that are good, and what a server that means
/// no good can make a desk hold (S25).
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The notices that came last.
#[derive(Debug, Default)]
pub struct Texts {
    by_id: HashMap<EventId, Text>,
    order: VecDeque<EventId>,
    bytes: usize,
}

#[derive(Debug)]
struct Text {
    notice: Box<Notice>,
    bytes: usize,
}

impl Texts {
    /// Holds a notice, and lets the oldest go. One is held however large it is.
    pub fn hold(&mut self, notice: &Notice) {
        let text = Text {
            notice: Box::new(notice.clone()),
            bytes: bytes_of(notice),
        };
        self.bytes += text.bytes;
        match self.by_id.insert(notice.id, text) {
            Some(before) => self.bytes -= before.bytes,
            None => self.order.push_back(notice.id),
        }
        while (self.order.len() > MOST || self.bytes > MOST_BYTES)
            && self.order.len() > 1
            && let Some(oldest) = self.order.pop_front()
        {
            let gone = self.by_id.remove(&oldest);
            self.bytes -= gone.map_or(0, |gone| gone.bytes);
        }
    }

    /// Returns a notice that is still held.
    pub fn find(&self, id: EventId) -> Option<&Notice> {
        self.by_id.get(&id).map(|text| text.notice.as_ref())
    }
}

fn bytes_of(notice: &Notice) -> usize {
    let mut counted = Counted(0);
    // Counting does not fail, and neither does writing what was read.
    let _ = serde_json::to_writer(&mut counted, notice);
    counted.0
}

struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn notice(number: usize, bytes: usize) -> Notice {
        serde_json::from_value(json!({
            "id": Uuid::from_u128(number as u128),
            "source": "acme",
            "kind": "sla_expired",
            "time": "2026-11-21T08:30:00.000Z",
            "because": "assigned",
            "body": "x".repeat(bytes),
        }))
        .expect("a notice")
    }

    fn body_bytes(texts: &Texts) -> usize {
        let bodies = texts.by_id.values();
        bodies
            .filter_map(|text| Some(text.notice.body.as_ref()?.len()))
            .sum()
    }

    #[test]
    fn however_many_and_however_large_the_notices_no_more_is_held_than_what_is_good() {
        for (bytes, held) in [
            (100, 300),
            (64 * 1024, 300),
            (MIB, 31),
            (8 * MIB, 3),
            (40 * MIB, 1),
        ] {
            let mut texts = Texts::default();
            for number in 0..400_usize.min(2 + 64 * MIB / bytes) {
                texts.hold(&notice(number, bytes));
                assert!(texts.find(notice(number, 0).id).is_some(), "the last one");
            }
            assert_eq!(
                (texts.order.len(), texts.by_id.len()),
                (held, held),
                "{bytes}"
            );
            assert!(body_bytes(&texts) <= MOST_BYTES.max(bytes), "{bytes}");
        }
    }

    #[test]
    fn one_that_comes_again_counts_once_and_as_it_came_last() {
        let mut texts = Texts::default();
        texts.hold(&notice(1, 100));
        for bytes in [16 * MIB, 30 * MIB, 20 * MIB, 10] {
            texts.hold(&notice(2, bytes));
        }
        texts.hold(&notice(3, 10));
        for number in [1, 2, 3] {
            assert!(texts.find(notice(number, 0).id).is_some(), "{number}");
        }
        assert!(texts.bytes < MIB, "{}", texts.bytes);
    }
}
