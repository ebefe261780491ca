//! Writing entries into an agent's log.

use campanile_core::{
    change::{Change, Entry, Mark, Seq},
    event::Notice,
    ids::EventId,
    time::Timestamp,
};
use rusqlite::params;

use super::Stored;
use crate::{
    fnv::fnv1a,
    refusal::Refusal,
    store::{AgentNo, Rung, Writing},
};

/// A notice that arrives in one agent's log.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// The notice as JSON: the same for all who are told for the same reason.
    pub json: &'a str,
    /// Whether it stands in the unread list.
    pub bell: bool,
    /// The notice that it takes the place of.
    pub replaces: Option<EventId>,
    /// What the server decided for its channels, as JSON.
    pub rulings: &'a str,
}

impl Writing<'_> {
    /// Writes an entry into an agent's log.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn append(
        &mut self,
        agent: AgentNo,
        at: Timestamp,
        change: Change,
    ) -> Result<Seq, Refusal> {
        let seq = self.next(agent)?;
        let body = serde_json::to_string(&Entry { seq, at, change })?;
        self.db
            .prepare_cached(
                "INSERT INTO log (agent, seq, at, body, live) VALUES (?1, ?2, ?3, ?4, 0)",
            )?
            .execute(params![agent, seq.0, at.ms(), body])?;
        self.rung.push(Rung { agent, seq, body });
        Ok(seq)
    }

    /// Writes the arrival of a notice into an agent's log.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub fn arrive(&mut self, agent: AgentNo, arrival: Arrival<'_>) -> Result<Seq, Refusal> {
        let Arrival {
            notice,
            json,
            bell,
            replaces,
            rulings,
        } = arrival;
        let (seq, now) = (self.next(agent)?, self.now);
        if let Some(old) = replaces
            .map(|old| Stored::find(self.db, agent, old))
            .transpose()?
            .flatten()
        {
            let mut marked = old.marked;
            marked.take(Mark::Removed, now);
            self.mark(agent, &old, marked, seq)?;
        }
        let body = arrival_json(seq, now, json, bell, replaces);
        let source = notice.source.as_str();
        let conversation = notice
            .conversation
            .as_ref()
            .map_or(0, |c| conversation_hash(source, &c.id));
        let because = serde_json::to_value(notice.because)?;
        self.db
            .prepare_cached(
                "INSERT INTO log (agent, seq, at, body, event, kind, time, because, conversation, row, bell, mark, \
                 marked_at, marked_by, live, rulings) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?3, ?12, 1, ?13)",
            )?
            .execute(params![
                agent,
                seq.0,
                now.ms(),
                body,
                notice.id.0,
                notice.kind.as_str(),
                notice.time.ms(),
                because.as_str(),
                conversation,
                hash(&[&notice.row().0]),
                bell,
                seq.0,
                rulings,
            ])?;
        self.rung.push(Rung { agent, seq, body });
        Ok(seq)
    }

    /// Returns the place that the next entry of an agent's log will have.
    #[must_use]
    pub fn upcoming(&self, agent: AgentNo) -> Seq {
        Seq(self.directory.agent(agent).map_or(0, |agent| agent.head.0) + 1)
    }

    fn next(&mut self, agent: AgentNo) -> Result<Seq, Refusal> {
        let agent = self
            .directory
            .agent_mut(agent)
            .ok_or_else(Refusal::not_found)?;
        agent.head.0 += 1;
        Ok(agent.head)
    }
}

/// Writes an arrival around a notice that is JSON already.
fn arrival_json(
    seq: Seq,
    at: Timestamp,
    notice: &str,
    bell: bool,
    replaces: Option<EventId>,
) -> String {
    let replaces = replaces.map_or_else(String::new, |id| format!(",\"replaces\":\"{id}\""));
    let seq = seq.0;
    format!(
        r#"{{"seq":{seq},"at":"{at}","change":{{"type":"arrived","notice":{notice},"bell":{bell}{replaces}}}}}"#
    )
}

/// Returns the hash by which the notices of a conversation are found; never 0, which stands for none.
#[must_use]
pub fn conversation_hash(source: &str, conversation: &str) -> i64 {
    match hash(&[source, conversation]) {
        0 => 1,
        hash => hash,
    }
}

fn hash(parts: &[&str]) -> i64 {
    fnv1a(parts.join("\u{1f}").as_bytes()).cast_signed()
}

#[cfg(test)]
mod tests {
    use campanile_core::{
        event::Because,
        ids::{KindId, SourceId},
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_arrival_is_written_as_serde_would_write_it() {
        let notice: Notice = serde_json::from_value(serde_json::json!({
            "id": Uuid::from_u128(1), "source": "shop", "kind": "sla_expired", "time": "2026-11-21T08:30:00.000Z",
            "because": "assigned", "title": "\"quoted\" & \u{1f514}",
        }))
        .expect("a notice");
        assert_eq!(notice.because, Because::Assigned);
        assert_eq!(
            (notice.kind.clone(), notice.source.clone()),
            (
                KindId::new("sla_expired").expect("a name"),
                SourceId::new("shop").expect("a name")
            )
        );
        let at = Timestamp::from_ms(1_795_000_000_000);
        for replaces in [None, Some(EventId(Uuid::from_u128(2)))] {
            let change = Change::Arrived {
                notice: Box::new(notice.clone()),
                bell: true,
                replaces,
            };
            let expected = serde_json::to_string(&Entry {
                seq: Seq(3),
                at,
                change,
            })
            .expect("writes");
            let json = serde_json::to_string(&notice).expect("writes");
            assert_eq!(arrival_json(Seq(3), at, &json, true, replaces), expected);
        }
    }
}
