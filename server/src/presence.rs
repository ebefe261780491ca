//! Presence: whether new chats are welcome, and what the agent looks at. Held in memory, in no log.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use campanile_core::{decide::Focus, ids::SourceId, time::Timestamp};
use campanile_protocol::frame::{self, Presence};

use crate::store::AgentNo;

/// What can be said of new chats, the first before anybody said anything (R19).
pub const AVAILABILITIES: &[&str] = &["available", "busy", "away"];
/// Looking at something lasts so long unless it is said again (R5).
const LOOK_MS: i64 = 30_000;

/// Input at a desk keeps the agent active for so long (R5).
const ACTIVE_MS: i64 = 120_000;

/// What is known of everybody for the moment.
#[derive(Debug, Default)]
pub struct Presences(Mutex<HashMap<AgentNo, Known>>);

#[derive(Clone, Debug)]
struct Known {
    availability: &'static str,
    look: Option<Look>,
    active_until: Option<Timestamp>,
}

/// What an agent looks at, and until when that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    until: Timestamp,
    at: LooksAt,
}

/// A page of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LooksAt {
    /// The source whose page it is.
    pub source: Option<SourceId>,
    /// The conversation on screen, by the source's own id.
    pub conversation: Option<String>,
}

impl Look {
    /// Returns it as a decision needs it.
    #[must_use]
    pub fn focus(&self) -> Focus<'_> {
        match (&self.at.source, &self.at.conversation) {
            (Some(source), Some(id)) => Focus::Conversation { source, id },
            _ => Focus::Inbox,
        }
    }
}

impl Default for Known {
    fn default() -> Self {
        Self {
            availability: AVAILABILITIES[0],
            look: None,
            active_until: None,
        }
    }
}

impl Presences {
    /// Keeps what an agent says of new chats; `false` if that is none of [`AVAILABILITIES`].
    pub fn set_availability(&self, agent: AgentNo, value: &str) -> bool {
        let Some(value) = AVAILABILITIES.iter().copied().find(|known| *known == value) else {
            return false;
        };
        self.known().entry(agent).or_default().availability = value;
        true
    }

    /// Keeps what an agent looks at: a page of a platform that is visible and focused, or nothing.
    pub fn set_look(&self, agent: AgentNo, at: Option<LooksAt>, now: Timestamp) {
        let look = at.map(|at| Look {
            until: now.plus_ms(LOOK_MS),
            at,
        });
        self.known().entry(agent).or_default().look = look;
    }

    /// Keeps that an agent was at a desk at a moment, which is not after `now`.
    pub fn set_active(&self, agent: AgentNo, at: Timestamp, now: Timestamp) {
        let until = at.min(now).plus_ms(ACTIVE_MS);
        let mut known = self.known();
        let known = &mut known.entry(agent).or_default().active_until;
        *known = (*known).max(Some(until));
    }

    /// Returns until when an agent counts as active at some desk.
    #[must_use]
    pub fn active_until(&self, agent: AgentNo, now: Timestamp) -> Option<Timestamp> {
        self.known()
            .get(&agent)?
            .active_until
            .filter(|until| now < *until)
    }

    /// Returns what an agent looks at.
    #[must_use]
    pub fn look(&self, agent: AgentNo, now: Timestamp) -> Option<Look> {
        self.known()
            .get(&agent)?
            .look
            .clone()
            .filter(|look| now < look.until)
    }

    /// Returns what an agent says of new chats.
    #[must_use]
    pub fn availability(&self, agent: AgentNo) -> &'static str {
        self.known()
            .get(&agent)
            .map_or(AVAILABILITIES[0], |known| known.availability)
    }

    /// Returns what is known of an agent, as a frame.
    #[must_use]
    pub fn frame(&self, agent: AgentNo, now: Timestamp) -> Bytes {
        let look = self.look(agent, now);
        let presence = Presence {
            availability: Some(self.availability(agent).to_owned()),
            active_until: self.active_until(agent, now),
            focused_until: look.as_ref().map(|look| look.until),
            source: look.as_ref().and_then(|look| look.at.source.clone()),
            conversation: look.and_then(|look| look.at.conversation),
        };
        let data = serde_json::to_string(&presence).unwrap_or_default();
        Bytes::from(format!("event: {}\ndata: {data}\n\n", frame::PRESENCE))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<AgentNo, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_believed_for_half_a_minute() {
        let (presences, mira) = (Presences::default(), AgentNo(1));
        let at = Timestamp::from_ms(1_000_000);
        let shop = SourceId::new("shop").expect("a name");
        let conversation = LooksAt {
            source: Some(shop.clone()),
            conversation: Some("412".into()),
        };
        presences.set_look(mira, Some(conversation), at);
        let look = presences
            .look(mira, at.plus_ms(29_999))
            .expect("still looks");
        assert_eq!(
            look.focus(),
            Focus::Conversation {
                source: &shop,
                id: "412"
            }
        );
        assert_eq!(presences.look(mira, at.plus_ms(30_000)), None);
        presences.set_look(mira, Some(LooksAt::default()), at);
        assert_eq!(
            presences.look(mira, at).expect("looks").focus(),
            Focus::Inbox
        );
        presences.set_look(mira, None, at);
        assert_eq!(presences.look(mira, at), None);
    }

    #[test]
    fn input_keeps_an_agent_active_for_two_minutes() {
        let (presences, mira) = (Presences::default(), AgentNo(1));
        let at = Timestamp::from_ms(1_000_000);
        presences.set_active(mira, at, at.plus_ms(5));
        // What another desk saw earlier, and a clock that is ahead.
        presences.set_active(mira, at.plus_ms(-60_000), at.plus_ms(10));
        let until = at.plus_ms(120_000);
        assert_eq!(
            presences.active_until(mira, at.plus_ms(119_999)),
            Some(until)
        );
        assert_eq!(presences.active_until(mira, until), None);
        presences.set_active(mira, at.plus_ms(999_999), at.plus_ms(30_000));
        let told = presences.active_until(mira, at.plus_ms(30_000));
        assert_eq!(told, Some(at.plus_ms(150_000)));
    }

    #[test]
    fn new_chats_are_welcome_until_somebody_says_otherwise() {
        let (presences, mira) = (Presences::default(), AgentNo(1));
        assert_eq!(presences.availability(mira), "available");
        assert!(presences.set_availability(mira, "away"));
        assert!(!presences.set_availability(mira, "dancing"));
        assert_eq!(presences.availability(mira), "away");
    }
}
