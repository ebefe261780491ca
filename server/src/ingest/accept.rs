//! Accepting events: what is kept, who is told, what is owed, all in one transaction.

mod earlier;
mod reading;
mod tell;

use campanile_core::{
    channel::Channel,
    decide,
    event::{Because, Notice},
    ids::{EventId, KindId},
    preferences::Scope,
    time::Timestamp,
};
use campanile_protocol::event::{Accepted, AcceptedEvent};
use rusqlite::params;

use super::{
    Read, audience,
    audience::Told,
    known::Filled,
    rating::{self, Rating},
};
use crate::{
    directory::{PlaceKind, Source},
    presence::Presences,
    refusal::Refusal,
    scopes,
    sources::{self, replay::Seen},
    store::{AgentNo, SourceNo, Writing},
};
use earlier::{Earlier, Remarks};

/// The facts that something follows from (R23). Others are kept.
const FACTS: &[&str] = &[
    "message.in",
    "message.out",
    "conversation.read",
    "conversation.assigned",
    rating::FACT,
];

/// What accepting needs to know besides the directory.
#[derive(Clone, Copy, Debug)]
pub struct Circle<'a> {
    /// Who sent the events.
    pub source: SourceNo,
    /// What everybody looks at.
    pub presences: &'a Presences,
}

/// Accepts events: all of them, or none. `seen` is the signed request that they came in, if it was signed.
///
/// Whatever can be refused is refused before anything is written.
///
/// # Errors
/// [`Code::IdReused`](campanile_protocol::problem::Code::IdReused) if one has the id of another event or the request that of another; [`Refusal::Store`] if they cannot be kept.
pub fn accept(
    writing: &mut Writing<'_>,
    circle: Circle<'_>,
    seen: Option<&Seen>,
    events: &[Read],
) -> Result<Accepted, Refusal> {
    let source = writing
        .directory
        .source(circle.source)
        .cloned()
        // It was removed while the request was on its way.
        .ok_or_else(sources::unproven)?;
    let fresh = match seen {
        Some(seen) if !seen.is_known(writing, source.no)? => Some(seen),
        _ => None,
    };
    let earlier = earlier::look_back(writing, &source, events)?;
    if let Some(seen) = fresh {
        seen.keep(writing, source.no)?;
    }
    let mut accepting = Accepting {
        writing,
        source: &source,
        presences: circle.presences,
    };
    let answers = events
        .iter()
        .zip(earlier)
        .map(|(read, earlier)| match earlier {
            Earlier::None => accepting.one(read),
            Earlier::Accepted(answer) => Ok(answer),
            // The one before it is there by now.
            Earlier::Repeated => Ok(earlier::find(accepting.writing, &source, read)?
                .map_or_else(|| accepting.one(read), |(answer, _)| Ok(answer))?),
        });
    Ok(Accepted {
        events: answers.collect::<Result<_, _>>()?,
    })
}

struct Accepting<'a, 'w> {
    writing: &'a mut Writing<'w>,
    source: &'a Source,
    presences: &'a Presences,
}

impl Accepting<'_, '_> {
    fn one(&mut self, read: &Read) -> Result<AcceptedEvent, Refusal> {
        let id = fresh_id(self.writing.now);
        let filled = Filled::read(self.writing.db, self.source.no, &read.event)?;
        self.make_places(&filled)?;
        let rating = Rating::of(
            read.kind.as_str(),
            &read.event.data,
            self.source.negative_percent,
        );
        let mut told = self.whom(read, &filled, rating.as_ref())?;
        if reading::FACTS.contains(&read.kind.as_str()) {
            reading::mark_read(self.writing, self.source, read, &mut told)?;
        }
        let mut notice = self.notice(id, read, &filled);
        let mut json: Vec<(KindId, Because, String)> = Vec::new();
        let mut agents = 0;
        for (agent, because) in &told.agents {
            notice.because = *because;
            if let Some(rating) = &rating {
                notice.kind = self
                    .kind_of_rating(rating, *agent, &notice)
                    .unwrap_or(notice.kind);
            }
            agents += u32::from(self.tell(*agent, &notice, &mut json)?);
        }
        let remarks = Remarks {
            unresolved: told.unresolved,
            warnings: told.warnings,
        };
        self.keep(id, read, rating.as_ref(), agents, &remarks)?;
        filled.keep(self.writing)?;
        let Remarks {
            unresolved,
            warnings,
        } = remarks;
        Ok(AcceptedEvent {
            id: read.event.id.clone(),
            event: id,
            duplicate: false,
            agents,
            unresolved,
            warnings,
        })
    }

    fn keep(
        &self,
        id: EventId,
        read: &Read,
        rating: Option<&Rating>,
        agents: u32,
        remarks: &Remarks,
    ) -> Result<(), Refusal> {
        let silent = remarks.unresolved.is_empty() && remarks.warnings.is_empty();
        let remarks = if silent {
            None
        } else {
            Some(serde_json::to_string(remarks)?)
        };
        // The logs of those who were told have it already.
        let body = (agents == 0).then_some(&read.json);
        let sql = "INSERT INTO events (id, source, external, hash, accepted_at, kind, cause, rating, agents, remarks, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        self.writing.db.prepare_cached(sql)?.execute(params![
            id.0,
            self.source.no,
            read.event.id,
            read.hash,
            self.writing.now.ms(),
            read.kind.as_str(),
            read.event.cause,
            rating.and_then(|rating| rating.id.as_deref()),
            agents,
            remarks,
            body,
        ])?;
        Ok(())
    }

    fn whom(
        &self,
        read: &Read,
        filled: &Filled<'_>,
        rating: Option<&Rating>,
    ) -> Result<Told, Refusal> {
        let kind = read.kind.as_str();
        if let Some(rating) = rating {
            if self.was_told(rating)? {
                let warnings =
                    vec!["this rating was told before; a rating makes one notification".to_owned()];
                return Ok(Told {
                    warnings,
                    ..Told::default()
                });
            }
            return Ok(audience::find(
                self.writing.directory,
                self.source,
                rating::RECEIVED,
                filled,
            ));
        }
        if !kind.contains('.') {
            return Ok(audience::find(
                self.writing.directory,
                self.source,
                kind,
                filled,
            ));
        }
        let unknown = (!FACTS.contains(&kind))
            .then(|| format!("`{kind}` is a fact that nothing follows from; it is kept"));
        Ok(Told {
            warnings: unknown.into_iter().collect(),
            ..Told::default()
        })
    }

    fn was_told(&self, rating: &Rating) -> Result<bool, Refusal> {
        let Some(id) = &rating.id else {
            return Ok(false);
        };
        let sql = "SELECT 1 FROM events WHERE source = ?1 AND rating = ?2";
        Ok(self
            .writing
            .db
            .prepare_cached(sql)?
            .exists(params![self.source.no, id])?)
    }

    /// Negative where the score is and the agent has that row on, else plain (R9).
    fn kind_of_rating(&self, rating: &Rating, agent: AgentNo, notice: &Notice) -> Option<KindId> {
        let agent = self.writing.directory.agent(agent)?;
        let scopes = Scope::of(notice);
        let is_on = Channel::ALL.iter().any(|channel| {
            decide::ticked(
                rating::NEGATIVE,
                *channel,
                &scopes,
                &agent.preferences,
                &self.writing.directory.policy,
            )
            .0
        });
        rating.kind(is_on)
    }

    fn notice(&self, id: EventId, read: &Read, filled: &Filled<'_>) -> Notice {
        let event = read.event.clone();
        let place = |kind| filled.reference(kind).map(std::borrow::Cow::into_owned);
        Notice {
            id,
            source: self.source.id.clone(),
            kind: read.kind.clone(),
            time: event
                .time
                .map_or(self.writing.now, |time| time.min(self.writing.now)),
            because: Because::Other,
            cause: event.cause,
            actor: event.actor,
            conversation: event.conversation,
            contact: event.contact,
            line: place(PlaceKind::Line),
            inbox: place(PlaceKind::Inbox),
            team: place(PlaceKind::Team),
            title: event.title,
            body: event.body,
            lang: event.lang,
            links: event.links,
            collapse: event.collapse,
            expires_at: event.expires_at,
            data: event.data,
        }
    }

    /// Makes lines, inboxes and teams that nobody has told of (design 10.3).
    fn make_places(&mut self, filled: &Filled<'_>) -> Result<(), Refusal> {
        for kind in PlaceKind::ALL {
            if let (Some(key), Some(reference)) = (filled.place(*kind), filled.reference(*kind)) {
                scopes::make_place(self.writing, key, reference.name.as_deref())?;
            }
        }
        Ok(())
    }
}

/// Ids grow with time, so that the newest lie together in the tables.
fn fresh_id(now: Timestamp) -> EventId {
    thread_local! {
        static CONTEXT: uuid::ContextV7 = const { uuid::ContextV7::new() };
    }
    let ms = now.ms().max(0).cast_unsigned();
    let nanos = u32::try_from(ms % 1_000).unwrap_or_default() * 1_000_000;
    CONTEXT.with(|context| {
        EventId(uuid::Uuid::new_v7(uuid::Timestamp::from_unix(
            context,
            ms / 1_000,
            nanos,
        )))
    })
}
