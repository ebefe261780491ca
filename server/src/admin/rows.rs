//! What the owner of the machine is shown: agents, desks and sources, as rows.

use campanile_core::{
    catalogue::Role,
    ids::{AgentId, DeviceId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    refusal::Refusal,
    sources::registry::Settings,
    store::{AgentNo, Writing},
};

/// An agent, as the owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRow {
    /// What the agent is called here.
    pub handle: String,
    /// The name for people.
    pub name: String,
    /// The id.
    pub id: AgentId,
    /// The roles, of all sources.
    pub roles: Vec<Role>,
    /// Who the agent is to which source, as `source=id`.
    pub mapped: Vec<String>,
}

/// A paired desk, as the owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskRow {
    /// Its id.
    pub id: DeviceId,
    /// What it called itself.
    pub name: String,
    /// When it was paired.
    pub paired_at: Timestamp,
    /// When it was last heard of, to some minutes; none for not since it was paired.
    pub seen_at: Option<Timestamp>,
}

/// A source, as the owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// Its id.
    pub id: String,
    /// What is told of it.
    pub settings: Settings,
}

/// Returns an agent's row.
///
/// # Errors
/// [`Code::NotFound`](campanile_protocol::problem::Code::NotFound) if there is no such agent.
pub fn agent_row(writing: &Writing<'_>, no: AgentNo) -> Result<AgentRow, Refusal> {
    let directory = &writing.directory;
    let agent = directory.agent(no).ok_or_else(Refusal::not_found)?;
    let mut mapped: Vec<_> = directory
        .sources()
        .flat_map(|source| {
            directory
                .people(source.no)
                .map(move |(external, person)| (source, external, person))
        })
        .filter(|(_, _, person)| person.agent == no)
        .map(|(source, external, _)| format!("{}={external}", source.id))
        .collect();
    mapped.sort_unstable();
    let roles = directory.scopes_of(agent).roles;
    Ok(AgentRow {
        handle: agent.handle.clone(),
        name: agent.name.clone(),
        id: agent.id,
        roles,
        mapped,
    })
}

/// Returns the desks of an agent, the oldest first.
///
/// # Errors
/// [`Refusal::Store`] if they cannot be read.
pub fn desk_rows(writing: &Writing<'_>, agent: AgentNo) -> Result<Vec<DeskRow>, Refusal> {
    let sql = "SELECT id, name, paired_at, seen_at FROM devices WHERE agent = ?1 ORDER BY no";
    let mut statement = writing.db.prepare_cached(sql)?;
    let rows = statement.query_map([agent], |row| {
        let seen_ms: Option<i64> = row.get(3)?;
        Ok(DeskRow {
            id: DeviceId(row.get(0)?),
            name: row.get(1)?,
            paired_at: Timestamp::from_ms(row.get(2)?),
            seen_at: seen_ms.filter(|ms| *ms > 0).map(Timestamp::from_ms),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns every source, by id.
pub fn source_rows(writing: &Writing<'_>) -> Vec<SourceRow> {
    let row = |source: &crate::directory::Source| SourceRow {
        id: source.id.to_string(),
        settings: Settings {
            name: Some(source.name.clone()),
            link_origins: Some(source.link_origins.clone()),
            kinds: Some(source.kinds.iter().map(ToString::to_string).collect()),
            negative_percent: Some(source.negative_percent),
        },
    };
    let mut rows: Vec<_> = writing.directory.sources().map(row).collect();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows
}
