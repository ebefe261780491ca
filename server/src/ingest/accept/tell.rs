//! Telling one agent: what is decided, what is written into the log, and what is owed.

use campanile_core::{
    channel::{Channel, Side},
    decide::{self, Circumstances, Focus, Outcome, Reason, Verdict},
    event::{Because, Notice},
    ids::KindId,
    time::{DAY_MS, HOUR_MS},
};
use rusqlite::params;

use super::Accepting;
use crate::{
    refusal::Refusal,
    scopes,
    store::{
        AgentNo,
        log::{Arrival, Stored},
    },
    zones,
};

impl Accepting<'_, '_> {
    /// Tells one agent, unless a more specific notice of the same happening did. Says whether it did.
    pub fn tell(
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
