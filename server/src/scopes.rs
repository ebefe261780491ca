//! Scopes: telling an agent's log who the agent is and where it belongs, whenever that is another thing than it last told.

use campanile_core::{change::Change, event::Notice};
use campanile_protocol::problem::Code;
use rusqlite::params;

use crate::{
    catchup::PAGE_MOST_BYTES,
    directory::{Part, Place, PlaceKey, PlaceKind, Source},
    refusal::Refusal,
    store::{AgentNo, Writing},
};

/// So many lines, inboxes and teams a source can have; events that tell of more are accepted, but nobody can choose for those.
const PLACES_MOST: usize = 10_000;
/// An agent is a guest in so many places at the most.
const GUEST_MOST: usize = 500;
/// An agent whose scopes have more bytes becomes a guest nowhere: an event must not be refused for want of room.
const GUEST_MOST_BYTES: usize = PAGE_MOST_BYTES / 2;

/// Makes a place that is not there yet, and gives a name to one that has none.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub fn make_place(
    writing: &mut Writing<'_>,
    key: PlaceKey,
    name: Option<&str>,
) -> Result<(), Refusal> {
    match writing.directory.place(&key) {
        Some(place) if place.name.is_none() && name.is_some() => {
            writing
                .db
                .prepare_cached("UPDATE places SET name = ?2 WHERE no = ?1")?
                .execute(params![place.no, name])?;
            writing.directory.name_place(&key, name.unwrap_or_default());
        }
        Some(_) => {}
        None if writing.directory.places_of(key.source) >= PLACES_MOST => {}
        None => {
            let sql = "INSERT INTO places (source, kind, external, name) VALUES (?1, ?2, ?3, ?4)";
            let no = writing.db.prepare_cached(sql)?.insert(params![
                key.source,
                key.kind.id(),
                key.external,
                name
            ])?;
            writing.directory.put_place(
                key,
                Place {
                    no,
                    name: name.map(str::to_owned),
                    ..Place::default()
                },
            );
        }
    }
    Ok(())
}

/// Lets an agent make choices for the places of a notice that is about to arrive.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub fn welcome(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    source: &Source,
    notice: &Notice,
) -> Result<(), Refusal> {
    let mut is_new = false;
    for kind in PlaceKind::ALL {
        let reference = match kind {
            PlaceKind::Line => &notice.line,
            PlaceKind::Inbox => &notice.inbox,
            PlaceKind::Team => &notice.team,
        };
        let Some(reference) = reference else { continue };
        let key = PlaceKey {
            source: source.no,
            kind: *kind,
            external: reference.id.clone(),
        };
        let Some(no) = writing
            .directory
            .place(&key)
            .filter(|place| !place.has(agent))
            .map(|place| place.no)
        else {
            continue;
        };
        if writing.directory.count_places_around(agent) >= GUEST_MOST
            || scopes_bytes(writing, agent)? > GUEST_MOST_BYTES
        {
            continue;
        }
        join(writing, no, agent, Part::Guest)?;
        writing.directory.put_part(&key, agent, Part::Guest);
        is_new = true;
    }
    if is_new { tell(writing, agent) } else { Ok(()) }
}

fn scopes_bytes(writing: &Writing<'_>, agent: AgentNo) -> Result<usize, Refusal> {
    let known = writing.directory.agent(agent);
    Ok(match known {
        Some(known) => serde_json::to_vec(&known.scopes)?.len(),
        None => 0,
    })
}

/// Gives an agent a part in a place, in the tables only.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub fn join(writing: &Writing<'_>, place: i64, agent: AgentNo, part: Part) -> Result<(), Refusal> {
    let sql = "INSERT OR IGNORE INTO members (place, agent, part) VALUES (?1, ?2, ?3)";
    writing
        .db
        .prepare_cached(sql)?
        .execute(params![place, agent, part.id()])?;
    Ok(())
}

/// Writes an agent's scopes into the log, if they are others than it last told.
///
/// # Errors
/// [`Code::TooLarge`] if they fit no frame; [`Refusal::Store`] if they cannot be written.
pub fn tell(writing: &mut Writing<'_>, agent: AgentNo) -> Result<(), Refusal> {
    let Some(known) = writing.directory.agent(agent) else {
        return Ok(());
    };
    let scopes = writing.directory.scopes_of(known);
    if scopes == known.scopes {
        return Ok(());
    }
    let json = serde_json::to_string(&scopes)?;
    if json.len() > PAGE_MOST_BYTES {
        let told = format!(
            "`{}` belongs to more lines, inboxes and teams than fit {PAGE_MOST_BYTES} bytes. Take the agent out of some.",
            known.handle
        );
        return Err(Refusal::told(Code::TooLarge, told));
    }
    let sql = "UPDATE agents SET scopes = ?2 WHERE no = ?1";
    writing
        .db
        .prepare_cached(sql)?
        .execute(params![agent, json])?;
    if let Some(known) = writing.directory.agent_mut(agent) {
        known.scopes = scopes.clone();
    }
    writing.append(
        agent,
        writing.now,
        Change::Scopes {
            scopes: Box::new(scopes),
        },
    )?;
    Ok(())
}

/// Does the same for everybody.
///
/// # Errors
/// As [`tell`].
pub fn tell_all(writing: &mut Writing<'_>) -> Result<(), Refusal> {
    let mut agents: Vec<_> = writing.directory.agents().map(|agent| agent.no).collect();
    agents.sort_unstable();
    agents
        .into_iter()
        .try_for_each(|agent| tell(writing, agent))
}
