//! What came before: an event is taken once, and told again as it was answered then.

use std::collections::HashMap;

use campanile_core::ids::EventId;
use campanile_protocol::{event::AcceptedEvent, problem::Code};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::super::Read;
use crate::{directory::Source, refusal::Refusal, store::Writing};

/// What there was of an event before.
pub enum Earlier {
    /// Nothing.
    None,
    /// It was accepted, with this answer.
    Accepted(AcceptedEvent),
    /// It stands twice in one request.
    Repeated,
}

/// Looks before anything is written, so that a refusal costs nothing.
pub fn look_back(
    writing: &Writing<'_>,
    source: &Source,
    events: &[Read],
) -> Result<Vec<Earlier>, Refusal> {
    let mut seen: HashMap<&str, [u8; 32]> = HashMap::new();
    let earlier = events.iter().map(|read| {
        let id = read.event.id.as_str();
        let (earlier, hash) = match seen.get(id) {
            Some(hash) => (Earlier::Repeated, *hash),
            None => match find(writing, source, read)? {
                Some((answer, hash)) => (Earlier::Accepted(answer), hash),
                None => (Earlier::None, read.hash),
            },
        };
        if hash != read.hash {
            let told = format!("The event id `{id}` came before with another body. Give each event an id of its own.");
            return Err(Refusal::told(Code::IdReused, told));
        }
        if events.len() > 1 {
            seen.insert(id, read.hash);
        }
        Ok(earlier)
    });
    earlier.collect()
}

/// Returns the answer that an event got when it came before, and the hash of its body.
pub fn find(
    writing: &Writing<'_>,
    source: &Source,
    read: &Read,
) -> Result<Option<(AcceptedEvent, [u8; 32])>, Refusal> {
    let sql = "SELECT id, agents, remarks, hash FROM events WHERE source = ?1 AND external = ?2";
    let row = writing
        .db
        .prepare_cached(sql)?
        .query_row(params![source.no, read.event.id], |row| {
            Ok((
                EventId(row.get(0)?),
                row.get(1)?,
                row.get::<_, Option<String>>(2)?,
                row.get(3)?,
            ))
        })
        .optional()?;
    let Some((event, agents, remarks, hash)) = row else {
        return Ok(None);
    };
    let remarks: Remarks = remarks
        .map(|json| serde_json::from_str(&json))
        .transpose()?
        .unwrap_or_default();
    let Remarks {
        unresolved,
        warnings,
    } = remarks;
    let answer = AcceptedEvent {
        id: read.event.id.clone(),
        event,
        duplicate: true,
        agents,
        unresolved,
        warnings,
    };
    Ok(Some((answer, hash)))
}

/// What a source is told of an event beyond its id, as it is kept for the next time.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Remarks {
    pub unresolved: Vec<String>,
    pub warnings: Vec<String>,
}
