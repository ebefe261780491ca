//! Signed requests that came before: the same once more is harmless, another under the same id is refused.

use campanile_protocol::problem::Code;
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::standard_webhooks::TOLERANCE_S;
use crate::{
    refusal::Refusal,
    store::{SourceNo, Writing},
};

/// An id is remembered so long: twice as long as a signature is good, on both sides of the clock, and some more.
pub const REMEMBERED_MS: i64 = TOLERANCE_S * 1_000 * 5;

/// A signed request.
#[derive(Clone, Debug)]
pub struct Seen {
    id: String,
    hash: [u8; 32],
}

impl Seen {
    /// Returns the request of that id with that body.
    #[must_use]
    pub fn of(id: String, body: &[u8]) -> Self {
        Self {
            id,
            hash: Sha256::digest(body).into(),
        }
    }

    /// Says whether the request came before.
    ///
    /// # Errors
    /// [`Code::IdReused`] if its id came with another body; [`Refusal::Store`] if the database cannot be read.
    pub fn is_known(&self, writing: &Writing<'_>, source: SourceNo) -> Result<bool, Refusal> {
        let known: Option<[u8; 32]> = writing
            .db
            .prepare_cached("SELECT hash FROM webhooks WHERE source = ?1 AND id = ?2")?
            .query_row(params![source, self.id], |row| row.get(0))
            .optional()?;
        match known {
            Some(hash) if hash != self.hash => Err(Refusal::told(
                Code::IdReused,
                "This `webhook-id` came before with another body. Give each request an id of its own.",
            )),
            known => Ok(known.is_some()),
        }
    }

    /// Remembers the request, which is here for the first time.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be kept.
    pub fn keep(&self, writing: &Writing<'_>, source: SourceNo) -> Result<(), Refusal> {
        let sql = "INSERT INTO webhooks (source, id, hash, at) VALUES (?1, ?2, ?3, ?4)";
        writing.db.prepare_cached(sql)?.execute(params![
            source,
            self.id,
            self.hash,
            writing.now.ms()
        ])?;
        Ok(())
    }
}
