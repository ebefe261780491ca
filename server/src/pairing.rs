//! Pairing: a code that is good once and for ten minutes becomes the token of a desk.

use std::sync::{Arc, atomic::AtomicI64};

use campanile_core::{
    ids::DeviceId,
    time::{MINUTE_MS, Timestamp},
};
use campanile_protocol::{pairing::PairAnswer, problem::Code};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use crate::{
    access::Device,
    names,
    refusal::Refusal,
    store::{After, AgentNo, Writing},
    token::{self, TokenHash},
};

/// A code is good for so long.
pub const CODE_LASTS_MS: i64 = 10 * MINUTE_MS;
/// So many desks an agent can have.
const DEVICES_MOST: i64 = 50;

/// Makes a code for an agent.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be kept.
pub fn issue(writing: &Writing<'_>, agent: AgentNo) -> Result<(String, Timestamp), Refusal> {
    let code = token::fresh()?;
    let until = writing.now.plus_ms(CODE_LASTS_MS);
    writing
        .db
        .prepare_cached("DELETE FROM pairing_codes WHERE expires_at <= ?1")?
        .execute([writing.now.ms()])?;
    let sql = "INSERT INTO pairing_codes (hash, agent, expires_at) VALUES (?1, ?2, ?3)";
    writing
        .db
        .prepare_cached(sql)?
        .execute(params![TokenHash::of(&code).0, agent, until.ms()])?;
    Ok((code, until))
}

/// Takes a code for the token of a desk. Of two that come with one code, one gets it.
///
/// # Errors
/// [`Code::PairingCode`] if the code is wrong, used or old; which, is not told. [`Code::DesksFull`] if there are too many
/// desks already: then the code stays good.
pub fn redeem(writing: &mut Writing<'_>, code: &str, name: &str) -> Result<PairAnswer, Refusal> {
    names::check("device_name", name, names::NAME_MOST)?;
    let sql = "DELETE FROM pairing_codes WHERE hash = ?1 AND expires_at > ?2 RETURNING agent";
    let agent: Option<AgentNo> = writing
        .db
        .prepare_cached(sql)?
        .query_row(params![TokenHash::of(code).0, writing.now.ms()], |row| {
            row.get(0)
        })
        .optional()?;
    let agent = agent
        .and_then(|no| writing.directory.agent(no))
        .ok_or_else(|| {
            Refusal::told(
                Code::PairingCode,
                "Ask for another one: a code is good once, and for ten minutes.",
            )
        })?;
    let devices: i64 = writing
        .db
        .prepare_cached("SELECT count(*) FROM devices WHERE agent = ?1")?
        .query_row([agent.no], |row| row.get(0))?;
    if devices >= DEVICES_MOST {
        let told = format!(
            "This agent has {DEVICES_MOST} desks already. Take one out of the list of devices first."
        );
        return Err(Refusal::told(Code::DesksFull, told));
    }
    let token = token::fresh()?;
    let id = DeviceId(uuid::Builder::from_random_bytes(token::random()?).into_uuid());
    let sql =
        "INSERT INTO devices (id, agent, name, token_hash, paired_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let hash = TokenHash::of(&token);
    let no = writing.db.prepare_cached(sql)?.insert(params![
        id.0,
        agent.no,
        name,
        hash.0,
        writing.now.ms()
    ])?;
    let device = Device {
        no: crate::store::DeviceNo(no),
        id,
        agent: agent.no,
        agent_id: agent.id,
        seen_ms: AtomicI64::new(0),
    };
    writing.after.push(After::Paired(hash, Arc::new(device)));
    Ok(PairAnswer {
        token,
        device: id,
        agent: agent.id,
        name: agent.name.clone(),
    })
}

/// Takes a desk's token back, and says whether there was that desk; where an agent is named, whether it was that agent's.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub fn revoke(
    writing: &mut Writing<'_>,
    agent: Option<AgentNo>,
    device: Uuid,
) -> Result<bool, Refusal> {
    let sql = "DELETE FROM devices WHERE id = ?1 AND (?2 IS NULL OR agent = ?2) RETURNING no";
    let no = writing
        .db
        .prepare_cached(sql)?
        .query_row(params![device, agent], |row| row.get(0))
        .optional()?;
    writing.after.extend(no.map(After::Revoked));
    Ok(no.is_some())
}
