//! What desks push: each change taken once, merged by one rule, answered one by one (design 10.7).

mod preferred;

use campanile_core::{
    change::{Change, Filter, Mark, Seq},
    ids::EventId,
    time::Timestamp,
};
use campanile_protocol::{
    changes::{Answer, Deed, Outcome, PUSH_MOST, PushedChange},
    problem::Code,
};
use rusqlite::{OptionalExtension as _, params};

use crate::{
    presence::{AVAILABILITIES, Presences},
    refusal::Refusal,
    store::{AgentNo, DeviceNo, Writing, log::Stored},
};

/// Who pushes.
#[derive(Clone, Copy, Debug)]
pub struct Pusher<'a> {
    /// The desk.
    pub device: DeviceNo,
    /// Its agent.
    pub agent: AgentNo,
    /// Where availability and looks are kept.
    pub presences: &'a Presences,
}

/// Takes the changes of one push, in their order.
///
/// # Errors
/// [`Refusal::Store`] if they cannot be kept; what is wrong with one change is its own answer.
pub fn take(
    writing: &mut Writing<'_>,
    pusher: Pusher<'_>,
    changes: Vec<PushedChange>,
) -> Result<Vec<Answer>, Refusal> {
    let answers = changes.into_iter().map(|change| {
        let id = change.id;
        let outcome = match earlier(writing, pusher, &change)? {
            Some(outcome) => outcome,
            None => {
                let outcome = one(writing, pusher, &change)?;
                remember(writing, pusher, &change, &outcome)?;
                outcome
            }
        };
        Ok(Answer { id, outcome })
    });
    answers.collect()
}

fn earlier(
    writing: &Writing<'_>,
    pusher: Pusher<'_>,
    change: &PushedChange,
) -> Result<Option<Outcome>, Refusal> {
    let outcome: Option<String> = writing
        .db
        .prepare_cached("SELECT outcome FROM pushed WHERE device = ?1 AND change = ?2")?
        .query_row(params![pusher.device, change.id.0], |row| row.get(0))
        .optional()?;
    Ok(outcome
        .map(|json| serde_json::from_str(&json))
        .transpose()?)
}

fn remember(
    writing: &Writing<'_>,
    pusher: Pusher<'_>,
    change: &PushedChange,
    outcome: &Outcome,
) -> Result<(), Refusal> {
    // What is only true for the moment may be said again.
    if matches!(
        change.deed,
        Deed::Availability { .. } | Deed::Presence { .. }
    ) {
        return Ok(());
    }
    let sql = "INSERT INTO pushed (device, change, at, outcome) VALUES (?1, ?2, ?3, ?4)";
    let json = serde_json::to_string(outcome)?;
    writing.db.prepare_cached(sql)?.execute(params![
        pusher.device,
        change.id.0,
        writing.now.ms(),
        json
    ])?;
    Ok(())
}

fn one(
    writing: &mut Writing<'_>,
    pusher: Pusher<'_>,
    change: &PushedChange,
) -> Result<Outcome, Refusal> {
    // Nothing can have been meant in the future.
    let at = change.at.min(writing.now);
    let agent = pusher.agent;
    match &change.deed {
        Deed::Marked { ids, mark } => marked(writing, agent, ids, *mark, at),
        Deed::AllRead { up_to, filter } => all_read(writing, agent, *up_to, filter, at),
        Deed::Preferred { cells } => preferred::take(writing, agent, cells, at),
        Deed::Availability { value } => Ok(if pusher.presences.set_availability(agent, value) {
            Outcome::Accepted
        } else {
            refused(
                Code::BadRequest,
                format!("`value`: expected one of {}", AVAILABILITIES.join(", ")),
            )
        }),
        Deed::Presence {
            conversation,
            focused,
        } => {
            pusher
                .presences
                .set_look(agent, *focused, conversation.clone(), writing.now);
            Ok(Outcome::Accepted)
        }
    }
}

fn marked(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    ids: &[EventId],
    mark: Mark,
    at: Timestamp,
) -> Result<Outcome, Refusal> {
    if ids.is_empty() || ids.len() > PUSH_MOST {
        return Ok(refused(
            Code::BadRequest,
            format!("`ids`: 1 to {PUSH_MOST}"),
        ));
    }
    let by = writing.upcoming(agent);
    let (mut taken, mut known) = (Vec::new(), 0);
    for id in ids {
        // Another agent's notice is not found, like one that was never there.
        let Some(item) = Stored::find(writing.db, agent, *id)? else {
            continue;
        };
        known += 1;
        if mark_one(writing, agent, &item, mark, at, by)? {
            taken.push(*id);
        }
    }
    if known == 0 {
        return Ok(refused(
            Code::NotFound,
            "`ids`: none of these is a notice of yours".to_owned(),
        ));
    }
    if taken.is_empty() {
        return Ok(Outcome::Superseded);
    }
    writing.append(agent, at, Change::Marked { ids: taken, mark })?;
    Ok(Outcome::Accepted)
}

fn all_read(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    up_to: Seq,
    filter: &Filter,
    at: Timestamp,
) -> Result<Outcome, Refusal> {
    let by = writing.upcoming(agent);
    let up_to = up_to.min(Seq(by.0 - 1));
    let mut any = false;
    for item in Stored::live(writing.db, agent)? {
        // The rule of `core::inbox`: what is snoozed was put off on purpose.
        let is_meant = item.seq <= up_to && filter.lets(&item.kind) && item.marked.is_unread(at);
        any |= is_meant && mark_one(writing, agent, &item, Mark::Read, at, by)?;
    }
    if !any {
        return Ok(Outcome::Superseded);
    }
    writing.append(
        agent,
        at,
        Change::AllRead {
            up_to,
            filter: filter.clone(),
        },
    )?;
    Ok(Outcome::Accepted)
}

fn mark_one(
    writing: &Writing<'_>,
    agent: AgentNo,
    item: &Stored,
    mark: Mark,
    at: Timestamp,
    by: Seq,
) -> Result<bool, Refusal> {
    let mut marked = item.marked;
    marked.take(mark, at);
    // The same mark at a later moment is told as well: a mark between the two loses against it everywhere.
    let is_taken = marked != item.marked;
    if is_taken {
        writing.mark(agent, item, marked, by)?;
    }
    Ok(is_taken)
}

fn refused(code: Code, detail: String) -> Outcome {
    Outcome::Refused {
        problem: code.because(detail),
    }
}
