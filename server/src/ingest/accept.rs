//! Accepting events: what is kept, who is told, what is owed, all in one transaction.

use std::collections::HashMap;

use campanile_core::{
    change::{Change, Mark},
    channel::{Channel, Side},
    decide::{self, Circumstances, Focus, Outcome, Reason, Verdict},
    event::{Because, Notice},
    ids::{EventId, KindId},
    preferences::Scope,
    time::{DAY_MS, HOUR_MS, Timestamp},
};
use campanile_protocol::{
    event::{Accepted, AcceptedEvent},
    problem::Code,
};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

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
    store::{
        AgentNo, SourceNo, Writing,
        log::{Arrival, Stored, conversation_hash},
    },
    zones,
};

/// The facts that something follows from (R23). Others are kept.
const FACTS: &[&str] = &[
    "message.in",
    "message.out",
    "conversation.read",
    "conversation.assigned",
    rating::FACT,
];
/// The facts by which their actor has read the conversation (R6).
const READING: &[&str] = &["message.out", "conversation.read"];
/// So many ids go into one entry of the log.
const IDS_MOST: usize = 500;

/// What accepting needs to know besides the directory.
#[derive(Clone, Copy, Debug)]
pub struct Circle<'a> {
    /// Who sent the events.
    pub source: SourceNo,
    /// What everybody looks at.
    pub presences: &'a Presences,
}

/// Accepts events: all of them, or none.
///
/// # Errors
/// [`Code::IdReused`] if one has the id of another event; [`Refusal::Store`] if they cannot be kept.
pub fn accept(
    writing: &mut Writing<'_>,
    circle: Circle<'_>,
    events: &[Read],
) -> Result<Accepted, Refusal> {
    let source = writing
        .directory
        .source(circle.source)
        .cloned()
        .ok_or_else(Refusal::not_found)?;
    let earlier = look_back(writing, &source, events)?;
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
            Earlier::Repeated => Ok(find(accepting.writing, &source, read)?
                .map_or_else(|| accepting.one(read), |(answer, _)| Ok(answer))?),
        });
    Ok(Accepted {
        events: answers.collect::<Result<_, _>>()?,
    })
}

/// What there was of an event before.
enum Earlier {
    /// Nothing.
    None,
    /// It was accepted, with this answer.
    Accepted(AcceptedEvent),
    /// It stands twice in one request.
    Repeated,
}

/// Looks before anything is written, so that a refusal costs nothing.
fn look_back(
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
fn find(
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

struct Accepting<'a, 'w> {
    writing: &'a mut Writing<'w>,
    source: &'a Source,
    presences: &'a Presences,
}

/// What a source is told of an event beyond its id, as it is kept for the next time.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Remarks {
    unresolved: Vec<String>,
    warnings: Vec<String>,
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
        if READING.contains(&read.kind.as_str()) {
            self.mark_read(read, &mut told)?;
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
            read.json,
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

    /// Who read or answered a conversation has read what told of it (R6).
    fn mark_read(&mut self, read: &Read, told: &mut Told) -> Result<(), Refusal> {
        let (Some(actor), Some(conversation)) = (&read.event.actor, &read.event.conversation)
        else {
            told.warnings.push(format!(
                "`{}` needs `actor` and `conversation` to mark anything read",
                read.kind
            ));
            return Ok(());
        };
        let Some(agent) = self
            .writing
            .directory
            .person(self.source.no, &actor.id)
            .map(|person| person.agent)
        else {
            told.unresolved.push(actor.id.clone());
            return Ok(());
        };
        let now = self.writing.now;
        let read_at = read.event.time.unwrap_or(now);
        let hash = conversation_hash(self.source.id.as_str(), &conversation.id);
        let before = Stored::live_in(self.writing.db, agent, hash)?
            .into_iter()
            .filter(|item| item.time <= read_at);
        for chunk in before.collect::<Vec<_>>().chunks(IDS_MOST) {
            let by = self.writing.upcoming(agent);
            let mut ids = Vec::with_capacity(chunk.len());
            for item in chunk {
                let mut marked = item.marked;
                if marked.take(Mark::Read, now) {
                    self.writing.mark(agent, item.seq, marked, by)?;
                    ids.push(item.event);
                }
            }
            if !ids.is_empty() {
                self.writing.append(
                    agent,
                    now,
                    Change::Marked {
                        ids,
                        mark: Mark::Read,
                    },
                )?;
            }
        }
        Ok(())
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

    /// Tells one agent, unless a more specific notice of the same happening did. Says whether it did.
    fn tell(
        &mut self,
        agent: AgentNo,
        notice: &Notice,
        json: &mut Vec<(KindId, Because, String)>,
    ) -> Result<bool, Refusal> {
        let verdict = self.decide(agent, notice)?;
        let bell = verdict.fires(Channel::Bell);
        let prior = self.prior(agent, notice)?;
        if let Some(prior) = &prior
            && !takes_the_place_of(prior, bell, notice.because)
        {
            return Ok(false);
        }
        scopes::welcome(self.writing, agent, self.source, notice)?;
        let known = json
            .iter()
            .position(|(kind, because, _)| *kind == notice.kind && *because == notice.because);
        let at = match known {
            Some(at) => at,
            None => {
                json.push((
                    notice.kind.clone(),
                    notice.because,
                    serde_json::to_string(notice)?,
                ));
                json.len() - 1
            }
        };
        let offered: Vec<_> = verdict
            .rulings
            .iter()
            .filter(|ruled| ruled.reason != Reason::NotOffered)
            .collect();
        let arrival = Arrival {
            notice,
            json: &json[at].2,
            bell,
            replaces: prior.map(|prior| prior.event),
            rulings: &serde_json::to_string(&offered)?,
        };
        self.writing.arrive(agent, arrival)?;
        self.owe(agent, notice, &verdict)?;
        Ok(true)
    }

    fn decide(&self, agent: AgentNo, notice: &Notice) -> Result<Verdict, Refusal> {
        let now = self.writing.now;
        let look = self.presences.look(agent, now);
        let preferences = &self
            .writing
            .directory
            .agent(agent)
            .ok_or_else(Refusal::not_found)?
            .preferences;
        let hold = preferences.quiet().hold(now, zones::rules());
        let circumstances = Circumstances {
            now,
            preferences,
            policy: &self.writing.directory.policy,
            hold: hold.as_ref(),
            focus: look.as_ref().map_or(Focus::Elsewhere, |look| look.focus()),
        };
        Ok(decide::decide(notice, Side::Server, &circumstances))
    }

    /// Returns the agent's notice of the same happening, if there is one.
    fn prior(&self, agent: AgentNo, notice: &Notice) -> Result<Option<Stored>, Refusal> {
        let Some(cause) = &notice.cause else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT {} FROM log WHERE event IN (SELECT id FROM events WHERE source = ?1 AND cause = ?2) AND agent = ?3",
            Stored::COLUMNS
        );
        let mut statement = self.writing.db.prepare_cached(&sql)?;
        let found = statement.query_map(params![self.source.no, cause, agent], Stored::read)?;
        // The last one has taken the place of those before it.
        let found: Vec<_> = found.collect::<Result<_, _>>()?;
        Ok(found.into_iter().max_by_key(|item| item.seq))
    }

    /// Writes down what is owed on the server's channels.
    fn owe(&self, agent: AgentNo, notice: &Notice, verdict: &Verdict) -> Result<(), Refusal> {
        let now = self.writing.now;
        let sql = "INSERT INTO deliveries (agent, event, channel, due_at, expires_at, summary) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        for ruled in verdict
            .rulings
            .iter()
            .filter(|ruled| ruled.channel != Channel::Bell)
        {
            let (due, summary) = match (&ruled.outcome, &ruled.reason) {
                (Outcome::Silent, _) => continue,
                (Outcome::Waits, Reason::Held { hold }) => {
                    (hold.until.unwrap_or(now.plus_ms(HOUR_MS)), true)
                }
                _ => (now, false),
            };
            let end = due.plus_ms(lasts_ms(ruled.channel));
            let end = notice.expires_at.map_or(end, |expires| expires.min(end));
            self.writing.db.prepare_cached(sql)?.execute(params![
                agent,
                notice.id.0,
                ruled.channel.id(),
                due.ms(),
                end.ms(),
                summary,
            ])?;
        }
        Ok(())
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

/// One that stands in the unread list before one that does not, then the more specific (R24).
fn takes_the_place_of(prior: &Stored, bell: bool, because: Because) -> bool {
    let earlier = serde_json::from_value(prior.because.clone().into()).unwrap_or(Because::Other);
    if bell == prior.bell {
        because < earlier
    } else {
        bell
    }
}

/// For so long is it worth sending something on a channel.
const fn lasts_ms(channel: Channel) -> i64 {
    match channel {
        Channel::Email | Channel::Webhook => 3 * DAY_MS,
        _ => DAY_MS,
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
