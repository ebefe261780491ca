//! Cursors: a place in one agent's log, opaque to the desk and checked when it comes back (design 6).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use campanile_core::{
    change::Seq,
    ids::{AgentId, Epoch},
};

use crate::fnv::fnv1a;

/// A place in the log of one agent, in one life of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The beginning of the epoch's id.
    epoch: [u8; 8],
    /// The end of the agent's id.
    agent: [u8; 8],
    /// The last entry that was seen.
    pub seq: Seq,
    /// A check of that entry.
    check: u32,
}

/// How a cursor is written: 28 bytes as URL-safe base64.
const BYTES: usize = 28;

impl Cursor {
    /// Returns the place after the entry `seq` whose body is `body`; for the place before the first, 0 and nothing.
    #[must_use]
    pub fn after(epoch: Epoch, agent: AgentId, seq: Seq, body: &str) -> Self {
        let part = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).unwrap_or_default();
        Self {
            epoch: part(&epoch.0.as_bytes()[..8]),
            agent: part(&agent.0.as_bytes()[8..]),
            seq,
            check: check(body),
        }
    }

    /// Reads what [`Self::fmt`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; BYTES + 2];
        let read = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        if read != BYTES {
            return None;
        }
        let part = |from: usize| <[u8; 8]>::try_from(&bytes[from..from + 8]).ok();
        Some(Self {
            epoch: part(0)?,
            agent: part(8)?,
            seq: Seq(i64::from_be_bytes(part(16)?)),
            check: u32::from_be_bytes(bytes[24..BYTES].try_into().ok()?),
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&self.epoch);
        bytes[8..16].copy_from_slice(&self.agent);
        bytes[16..24].copy_from_slice(&self.seq.0.to_be_bytes());
        bytes[24..].copy_from_slice(&self.check.to_be_bytes());
        let mut text = [0; BYTES * 4 / 3 + 2];
        let written = URL_SAFE_NO_PAD
            .encode_slice(bytes, &mut text)
            .map_err(|_| std::fmt::Error)?;
        f.write_str(std::str::from_utf8(&text[..written]).map_err(|_| std::fmt::Error)?)
    }
}

/// Tells two entries apart that stand at the same place in two copies of a database. A cursor opens nothing that the token does not, so nobody gains by forging it.
fn check(body: &str) -> u32 {
    let hash = fnv1a(body.as_bytes());
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let (epoch, agent) = (
            Epoch(Uuid::from_u128(7 << 100)),
            AgentId(Uuid::from_u128(9)),
        );
        let cursor = Cursor::after(epoch, agent, Seq(42), "{}");
        let text = cursor.to_string();
        assert_eq!(Cursor::parse(&text), Some(cursor));
        assert_eq!(text.len(), 38);
        for other in [
            Cursor::after(Epoch(Uuid::nil()), agent, Seq(42), "{}"),
            Cursor::after(epoch, AgentId(Uuid::nil()), Seq(42), "{}"),
            Cursor::after(epoch, agent, Seq(43), "{}"),
            Cursor::after(epoch, agent, Seq(42), "{ }"),
        ] {
            assert_ne!(other, cursor);
        }
        for bad in [
            "",
            "x",
            &text[1..],
            &format!("{text}A"),
            "💥",
            &"A".repeat(500),
        ] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
