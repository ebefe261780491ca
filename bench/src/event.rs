//! The events that are sent, and the moment that each carries through server and desk.

use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// How long a text is made, as those of customers are.
const TEXT_BYTES: usize = 250;
/// What stands before and after the moment at which an event was sent.
const MARK: &str = "@@";

/// Moments as the events carry them: microseconds since the program began to measure.
#[derive(Clone, Copy)]
pub struct Epoch(Instant);

impl Epoch {
    /// Begins.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns a text that says when it was made.
    pub fn text(self) -> String {
        let mark = format!("{MARK}{}{MARK} ", self.0.elapsed().as_nanos());
        let rest = "Where is my parcel? It said Friday. ".chars().cycle();
        mark.chars().chain(rest).take(TEXT_BYTES).collect()
    }

    /// Returns how long ago each text was made that `bytes` hold, as seen from `now`.
    pub fn ages(self, bytes: &[u8], now: Instant) -> impl Iterator<Item = Duration> {
        let since = now.duration_since(self.0);
        marks(bytes).map(move |mark| since.saturating_sub(Duration::from_nanos(mark)))
    }
}

fn marks(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            let at = crate::http::find(rest, MARK.as_bytes())? + MARK.len();
            rest = &rest[at..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (mark, after) = rest.split_at(digits);
            if digits > 0 && after.starts_with(MARK.as_bytes()) {
                rest = &after[MARK.len()..];
                return std::str::from_utf8(mark).ok()?.parse().ok();
            }
        }
    })
}

/// Returns a message in a conversation of its own, for one agent; it rings a toast and no melody.
pub fn message(id: &str, agent: usize, text: &str) -> Value {
    json!({
        "id": id,
        "type": "ticket_message",
        "conversation": { "id": id, "title": "Parcel late" },
        "contact": { "id": "77", "name": "Tomas Reed", "saved": true },
        "recipients": [{ "id": agent.to_string() }],
        "body": text,
    })
}

/// Returns the same as something that happened at `time`.
pub fn message_at(id: &str, agent: usize, text: &str, time: DateTime<Utc>) -> Value {
    let mut message = message(id, agent, text);
    message["time"] = time.to_rfc3339_opts(SecondsFormat::Millis, true).into();
    message
}

/// Returns a ticket for everybody of a team.
pub fn ticket(id: &str, team: &str, text: &str) -> Value {
    json!({
        "id": id,
        "type": "ticket_created",
        "conversation": { "id": id, "title": "Parcel late" },
        "contact": { "id": "77", "name": "Tomas Reed", "saved": true },
        "team": { "id": team },
        "body": text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_wherever_they_stand_and_nothing_else_is() {
        let found: Vec<_> = marks(b"data: @@12@@ @@x@@ @ @@@@3@@ 55@@ @@").collect();
        assert_eq!(found, [12, 3]);
    }
}
