//! Agents: made, mapped and removed.

use std::collections::HashSet;

use campanile_core::{catalogue::Role, change::Scopes, ids::AgentId};
use campanile_protocol::problem::Code;
use rusqlite::params;

use crate::{
    directory::Directory,
    names::{self, NAME_MOST},
    refusal::Refusal,
    store::{After, AgentNo, SourceNo, Writing, log},
    token,
};

/// An agent to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAgent {
    /// What the command line and rosters call the agent; made of the name if it is missing.
    pub handle: Option<String>,
    /// The name for people.
    pub name: String,
    /// The roles that hold for every source.
    pub roles: Vec<Role>,
}

/// Makes an agent. The log does not tell of it yet: `scopes::tell` does, once all is known.
///
/// # Errors
/// [`Code::BadRequest`] if something of it cannot be; [`Refusal::Store`] if it cannot be kept.
pub fn add(writing: &mut Writing<'_>, new: &NewAgent) -> Result<AgentNo, Refusal> {
    names::check("name", &new.name, NAME_MOST)?;
    let handle = match &new.handle {
        Some(handle) => {
            check_handle(handle)?;
            if writing
                .directory
                .agents()
                .any(|agent| agent.handle == *handle)
            {
                return Err(bad(format!("there is an agent `{handle}` already")));
            }
            handle.clone()
        }
        None => free_handle(writing.directory, &new.name),
    };
    let id = AgentId(uuid::Builder::from_random_bytes(token::random()?).into_uuid());
    let unknown = Scopes {
        agent: id,
        name: new.name.clone(),
        roles: Vec::new(),
        places: Vec::new(),
        sources: Vec::new(),
    };
    let sql = "INSERT INTO agents (id, handle, name, roles, scopes, pruned_to) \
               VALUES (?1, ?2, ?3, ?4, ?5, 0)";
    let roles = serde_json::to_string(&new.roles)?;
    let no = writing.db.prepare_cached(sql)?.insert(params![
        id.0,
        handle,
        new.name,
        roles,
        serde_json::to_string(&unknown)?
    ])?;
    writing.directory.put_agent(
        AgentNo(no),
        id,
        handle,
        new.name.clone(),
        new.roles.clone(),
        unknown,
    );
    Ok(AgentNo(no))
}

/// Says who an agent is to a source.
///
/// # Errors
/// [`Code::BadRequest`] if `external` cannot be an id; [`Refusal::Store`] if it cannot be kept.
pub fn map(
    writing: &mut Writing<'_>,
    source: SourceNo,
    external: &str,
    agent: AgentNo,
    roles: &[Role],
) -> Result<(), Refusal> {
    names::check("id", external, names::ID_MOST)?;
    let sql =
        "INSERT OR REPLACE INTO people (source, external, agent, roles) VALUES (?1, ?2, ?3, ?4)";
    writing.db.prepare_cached(sql)?.execute(params![
        source,
        external,
        agent,
        serde_json::to_string(roles)?
    ])?;
    writing.directory.put_person(source, external, agent, roles);
    Ok(())
}

/// Removes an agent with everything that is the agent's, and shuts the agent's desks out.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub fn remove(writing: &mut Writing<'_>, agent: AgentNo) -> Result<(), Refusal> {
    let devices = {
        let mut statement = writing
            .db
            .prepare_cached("SELECT no FROM devices WHERE agent = ?1")?;
        statement
            .query_map([agent], |row| row.get(0))?
            .collect::<Result<Vec<_>, _>>()?
    };
    writing
        .after
        .extend(devices.into_iter().map(After::Revoked));
    log::erase(writing.db, agent)?;
    writing
        .db
        .prepare_cached("DELETE FROM deliveries WHERE agent = ?1")?
        .execute([agent])?;
    writing
        .db
        .prepare_cached("DELETE FROM agents WHERE no = ?1")?
        .execute([agent])?;
    writing.directory.reload(writing.db)
}

fn free_handle(directory: &Directory, name: &str) -> String {
    let taken: HashSet<_> = directory
        .agents()
        .map(|agent| agent.handle.as_str())
        .collect();
    let words = name.to_ascii_lowercase();
    let words: Vec<_> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let plain = if words.is_empty() {
        "agent".to_owned()
    } else {
        words.join("-")
    };
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    std::iter::once(plain.clone())
        .chain(numbered)
        .find(|handle| !taken.contains(handle.as_str()))
        .unwrap_or_default()
}

fn check_handle(handle: &str) -> Result<(), Refusal> {
    let is_plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    if handle.is_empty() || handle.len() > NAME_MOST || !handle.bytes().all(is_plain) {
        return Err(bad(format!(
            "a handle has 1 to {NAME_MOST} characters of a-z, 0-9, '.', '_' and '-'"
        )));
    }
    Ok(())
}

fn bad(told: impl Into<String>) -> Refusal {
    Refusal::told(Code::BadRequest, told)
}
