//! The clock beside the server's, and the zone rules: quiet hours are kept by both.

use std::sync::Arc;

use campanile_core::{
    time::{MINUTE_MS, SECOND_MS, Timestamp},
    zone::{Origin, Rules},
};

use super::Session;
use crate::{
    view::{Part, PartState, PartView},
    words::args,
};

/// A clock that is further off than this keeps quiet hours, snoozes and the order of deeds wrong for people to notice.
const FAR_MS: i64 = 2 * MINUTE_MS;
/// Rules that were released so long ago lack some that hold by now: they change a few times each year.
const OLD_DAYS: i64 = 365;

impl Session {
    /// Takes in how far the server's clock is from ours.
    pub(super) fn measured(&mut self, offset_ms: i64, now: Timestamp) {
        self.of.link.offset_ms = Some(offset_ms);
        self.dirty = true;
        self.prune(now);
    }

    /// Goes by other zone rules from here on.
    pub(super) fn zones_are(&mut self, rules: Arc<Rules>) {
        self.zones = rules;
        // The ends of quiet hours were reckoned by the rules before.
        self.choices_changed();
        self.list_changed();
    }

    /// Returns the clock as the health page shows it.
    pub(super) fn clock_part(&self) -> PartView {
        let offset_ms = self.of.link.offset_ms;
        PartView {
            part: Part::Clock,
            is: match offset_ms {
                None => PartState::Unknown,
                Some(offset_ms) if offset_ms.abs() > FAR_MS => Part::Clock.fails("far"),
                Some(_) => PartState::Works {
                    detail: String::new(),
                },
            },
            measured: offset_ms.map(|offset_ms| self.beside_the_server(offset_ms)),
        }
    }

    fn beside_the_server(&self, offset_ms: i64) -> String {
        if offset_ms.abs() < SECOND_MS {
            return self.words.say("clock-agrees");
        }
        // Where the server's clock is ahead, ours is behind.
        let id = if offset_ms > 0 {
            "clock-behind"
        } else {
            "clock-ahead"
        };
        let span = self.words.span(offset_ms.abs());
        self.words.say_with(id, &args([("span", span.into())]))
    }

    /// Returns the zone rules as the health page shows them.
    pub(super) fn zones_part(&self, now: Timestamp) -> PartView {
        let about = self.zones.about();
        let age_days = about.age_days(now);
        let origin = self.words.say(match about.origin {
            Origin::System => "zones-system",
            Origin::BuiltIn => "zones-built-in",
            Origin::Compiled => "zones-compiled",
        });
        let is_old = about.origin == Origin::Compiled || age_days.is_some_and(|age| age > OLD_DAYS);
        // Rules from the future are a matter of the clock.
        let age = age_days.filter(|age| *age >= 0).map(|age| {
            let told = [("origin", origin.clone().into()), ("count", age.into())];
            self.words.say_with("zones-age", &args(told))
        });
        PartView {
            part: Part::Zones,
            is: if is_old {
                Part::Zones.fails("old")
            } else {
                PartState::Works {
                    detail: about.version.as_str().to_owned(),
                }
            },
            measured: Some(age.unwrap_or(origin)),
        }
    }
}
