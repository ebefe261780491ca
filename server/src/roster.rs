//! Rosters: a source's whole directory, taken in one go (R25).

use std::collections::{HashMap, HashSet};

use campanile_protocol::{
    problem::Code,
    roster::{Roster, RosterAgent, RosterPlace, Taken},
};
use rusqlite::{OptionalExtension as _, params};

use crate::{
    agents::{self, NewAgent},
    directory::{Part, PlaceKind},
    names::{self, ID_MOST, NAME_MOST},
    refusal::Refusal,
    scopes,
    store::{AgentNo, SourceNo, Writing},
};

/// Takes a source's directory. What is missing from it is removed: an agent then is nobody to this source any more, and stays.
///
/// # Errors
/// [`Code::BadRequest`], naming the path of what is wrong; nothing of it is taken then.
pub fn take(
    writing: &mut Writing<'_>,
    source: SourceNo,
    roster: &Roster,
) -> Result<Taken, Refusal> {
    check(roster)?;
    let mut made = Vec::new();
    let mut agents: HashMap<&str, AgentNo> = HashMap::new();
    for (number, new) in roster.agents.iter().enumerate() {
        let known = writing
            .directory
            .person(source, &new.id)
            .map(|person| person.agent);
        let named = match (&new.agent, known) {
            (Some(handle), _) => {
                let found = writing
                    .directory
                    .agents()
                    .find(|agent| agent.handle == *handle);
                let told = || {
                    bad(format!(
                        "`agents[{number}].agent`: there is no agent `{handle}` here; leave it out to make one"
                    ))
                };
                Some(found.map(|agent| agent.no).ok_or_else(told)?)
            }
            (None, known) => known,
        };
        let agent = match named {
            Some(agent) => agent,
            None => {
                let name = new.name.clone();
                let agent = agents::add(
                    writing,
                    &NewAgent {
                        name,
                        ..NewAgent::default()
                    },
                )?;
                made.extend(
                    writing
                        .directory
                        .agent(agent)
                        .map(|agent| agent.handle.clone()),
                );
                agent
            }
        };
        describe(writing, source, agent, new)?;
        agents::map(writing, source, &new.id, agent, &new.roles)?;
        agents.insert(&new.id, agent);
    }
    let removed = forget_others(writing, source, &agents)?;
    for (kind, places) in kinds(roster) {
        replace_places(writing, source, kind, places, &agents)?;
    }
    writing.directory.reload(writing.db)?;
    scopes::tell_all(writing)?;
    Ok(Taken { made, removed })
}

fn kinds(roster: &Roster) -> [(PlaceKind, &[RosterPlace]); 3] {
    [
        (PlaceKind::Team, &roster.teams),
        (PlaceKind::Line, &roster.lines),
        (PlaceKind::Inbox, &roster.inboxes),
    ]
}

/// A source tells the name of those that no other source knows, too.
fn describe(
    writing: &Writing<'_>,
    source: SourceNo,
    agent: AgentNo,
    told: &RosterAgent,
) -> Result<(), Refusal> {
    let elsewhere = writing
        .db
        .prepare_cached("SELECT 1 FROM people WHERE agent = ?1 AND source != ?2")?
        .exists(params![agent, source])?;
    if !elsewhere {
        let sql = "UPDATE agents SET name = ?2 WHERE no = ?1";
        writing
            .db
            .prepare_cached(sql)?
            .execute(params![agent, told.name])?;
    }
    Ok(())
}

fn forget_others(
    writing: &Writing<'_>,
    source: SourceNo,
    stay: &HashMap<&str, AgentNo>,
) -> Result<u32, Refusal> {
    let gone = writing
        .directory
        .people(source)
        .filter(|(external, _)| !stay.contains_key(external));
    let mut removed = 0;
    for (external, _) in gone {
        let sql = "DELETE FROM people WHERE source = ?1 AND external = ?2";
        removed += writing
            .db
            .prepare_cached(sql)?
            .execute(params![source, external])?;
    }
    Ok(u32::try_from(removed).unwrap_or(u32::MAX))
}

fn replace_places(
    writing: &Writing<'_>,
    source: SourceNo,
    kind: PlaceKind,
    places: &[RosterPlace],
    agents: &HashMap<&str, AgentNo>,
) -> Result<(), Refusal> {
    let stay: HashSet<_> = places.iter().map(|place| place.id.as_str()).collect();
    let known: Vec<(i64, String)> = {
        let sql = "SELECT no, external FROM places WHERE source = ?1 AND kind = ?2";
        let mut statement = writing.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![source, kind.id()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        rows.collect::<Result<_, _>>()?
    };
    for (no, _) in known
        .iter()
        .filter(|(_, external)| !stay.contains(external.as_str()))
    {
        writing
            .db
            .prepare_cached("DELETE FROM places WHERE no = ?1")?
            .execute([no])?;
    }
    for place in places {
        let sql = "INSERT INTO places (source, kind, external, name) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (source, kind, external) DO UPDATE SET name = excluded.name RETURNING no";
        let no: Option<i64> = writing
            .db
            .prepare_cached(sql)?
            .query_row(params![source, kind.id(), place.id, place.name], |row| {
                row.get(0)
            })
            .optional()?;
        let no = no.ok_or_else(|| Refusal::Store("a place was not kept".into()))?;
        let sql = "DELETE FROM members WHERE place = ?1 AND part != ?2";
        writing
            .db
            .prepare_cached(sql)?
            .execute(params![no, Part::Guest.id()])?;
        let parts = [
            (Part::Member, place.members.as_slice()),
            (Part::Owner, place.owner.as_slice()),
            (Part::Follower, place.followers.as_slice()),
        ];
        for (part, people) in parts {
            for agent in people
                .iter()
                .filter_map(|person| agents.get(person.as_str()))
            {
                scopes::join(writing, no, *agent, part)?;
            }
        }
    }
    Ok(())
}

fn check(roster: &Roster) -> Result<(), Refusal> {
    let mut known = HashSet::new();
    for (number, agent) in roster.agents.iter().enumerate() {
        names::check(&format!("agents[{number}].id"), &agent.id, ID_MOST)?;
        names::check(&format!("agents[{number}].name"), &agent.name, NAME_MOST)?;
        if !known.insert(agent.id.as_str()) {
            return Err(bad(format!(
                "`agents[{number}].id`: `{}` stands there twice",
                agent.id
            )));
        }
    }
    for (kind, places) in kinds(roster) {
        let mut ids = HashSet::new();
        for (number, place) in places.iter().enumerate() {
            let path = format!("{}[{number}]", plural(kind));
            names::check(&format!("{path}.id"), &place.id, ID_MOST)?;
            names::check(&format!("{path}.name"), &place.name, NAME_MOST)?;
            if !ids.insert(place.id.as_str()) {
                return Err(bad(format!(
                    "`{path}.id`: `{}` stands there twice",
                    place.id
                )));
            }
            let people = place
                .members
                .iter()
                .chain(&place.owner)
                .chain(&place.followers);
            if let Some(nobody) = people
                .into_iter()
                .find(|person| !known.contains(person.as_str()))
            {
                return Err(bad(format!(
                    "`{path}`: `{nobody}` is not one of the agents"
                )));
            }
        }
    }
    Ok(())
}

const fn plural(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Line => "lines",
        PlaceKind::Inbox => "inboxes",
        PlaceKind::Team => "teams",
    }
}

fn bad(told: impl Into<String>) -> Refusal {
    Refusal::told(Code::BadRequest, told)
}
