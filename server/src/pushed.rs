//! What desks push: each change taken once, merged by one rule, answered one by one (design 10.7).

mod preferred;

use std::collections::{BTreeMap, BTreeSet};

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
    names,
    presence::{AVAILABILITIES, LooksAt, Presences},
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
    // It may be said again.
    if change.deed.is_for_the_moment() {
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
    let (agent, at) = (pusher.agent, change.at);
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
        Deed::Active {} => {
            pusher.presences.set_active(agent, at, writing.now);
            Ok(Outcome::Accepted)
        }
        Deed::Presence {
            source,
            conversation,
            focused,
        } => {
            if conversation
                .as_ref()
                .is_some_and(|id| !names::is_plain(id, names::ID_MOST))
            {
                let told = format!("`conversation`: {}", names::rule(names::ID_MOST));
                return Ok(refused(Code::BadRequest, told));
            }
            if conversation.is_some() && source.is_none() {
                let told = "`source`: name the source that the conversation is of".to_owned();
                return Ok(refused(Code::BadRequest, told));
            }
            let at = focused.then(|| LooksAt {
                source: source.clone(),
                conversation: conversation.clone(),
            });
            pusher.presences.set_look(agent, at, writing.now);
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
    let mut items = Vec::with_capacity(ids.len());
    for id in ids.iter().collect::<BTreeSet<_>>() {
        // Another agent's notice is not found, like one that was never there.
        items.extend(Stored::find(writing.db, agent, *id)?);
    }
    if items.is_empty() {
        return Ok(refused(
            Code::NotFound,
            "`ids`: none of these is a notice of yours".to_owned(),
        ));
    }
    let any = mark_all(writing, agent, &items, mark, at)?;
    Ok(outcome(any))
}

fn all_read(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    up_to: Seq,
    filter: &Filter,
    meant: Timestamp,
) -> Result<Outcome, Refusal> {
    let at = meant.min(writing.now);
    let by = writing.upcoming(agent);
    let up_to = up_to.min(Seq(by.0 - 1));
    let (mut any, mut later) = (false, Vec::new());
    for item in Stored::live(writing.db, agent)? {
        // The rule of `core::inbox`: what is snoozed was put off on purpose.
        let is_meant = item.seq <= up_to && filter.lets(&item.kind) && item.marked.is_unread(at);
        if is_meant && item.moment(meant, writing.now) > at {
            later.push(item);
        } else {
            any |= is_meant && mark_one(writing, agent, &item, Mark::Read, at, by)?;
        }
    }
    if any {
        let filter = filter.clone();
        writing.append(agent, at, Change::AllRead { up_to, filter })?;
    }
    // By the clock these were not there yet, but whoever read all up to that place has seen them.
    any |= mark_all(writing, agent, &later, Mark::Read, meant)?;
    Ok(outcome(any))
}

/// Marks notices and tells the log, once for each moment at which it holds; says whether anything was taken.
fn mark_all(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    items: &[Stored],
    mark: Mark,
    meant: Timestamp,
) -> Result<bool, Refusal> {
    let mut by_moment: BTreeMap<Timestamp, Vec<&Stored>> = BTreeMap::new();
    for item in items {
        let at = item.moment(meant, writing.now);
        by_moment.entry(at).or_default().push(item);
    }
    let mut any = false;
    for (at, items) in by_moment {
        let by = writing.upcoming(agent);
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            if mark_one(writing, agent, item, mark, at, by)? {
                ids.push(item.event);
            }
        }
        if !ids.is_empty() {
            any = true;
            writing.append(agent, at, Change::Marked { ids, mark })?;
        }
    }
    Ok(any)
}

fn outcome(any: bool) -> Outcome {
    if any {
        Outcome::Accepted
    } else {
        Outcome::Superseded
    }
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
