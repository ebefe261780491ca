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

    /// Remembers the request, and says whether it is here for the first time.
    ///
    /// # Errors
    /// [`Code::IdReused`] if the id came before with another body; [`Refusal::Store`] if it cannot be kept.
    pub fn remember(&self, writing: &Writing<'_>, source: SourceNo) -> Result<bool, Refusal> {
        let known: Option<[u8; 32]> = writing
            .db
            .prepare_cached("SELECT hash FROM webhooks WHERE source = ?1 AND id = ?2")?
            .query_row(params![source, self.id], |row| row.get(0))
            .optional()?;
        match known {
            Some(hash) if hash == self.hash => Ok(false),
            Some(_) => Err(Refusal::told(
                Code::IdReused,
                "This `webhook-id` came before with another body. Give each request an id of its own.",
            )),
            None => {
                let sql = "INSERT INTO webhooks (source, id, hash, at) VALUES (?1, ?2, ?3, ?4)";
                writing.db.prepare_cached(sql)?.execute(params![
                    source,
                    self.id,
                    self.hash,
                    writing.now.ms()
                ])?;
                Ok(true)
            }
        }
    }
}
