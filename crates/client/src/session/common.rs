//! What every window shows, drawn from the session.

use campanile_core::{preferences::Scope, quiet::Cause, time::Timestamp};

use super::{Now, Session};
use crate::{
    act::Availability,
    view::{AccountView, Common, HoldView, LinkView, Part, PartState, PartView, QuietView},
};

/// The problems that the desk itself tells, besides those of the server; each is a message `problem-<code>`.
pub const PROBLEMS: &[&str] = &[
    "not_a_link",
    "pairing_code",
    "no_answer",
    "insecure",
    "untrusted",
    "locked",
    "sound_off",
    "bad_choice",
    "nothing_to_open",
    "unsafe_link",
    "not_opened",
    "past",
    "store_rebuilt",
];

impl Session {
    /// Returns what every window shows.
    pub(super) fn common(&self, now: &Now) -> Common {
        let mut parts: Vec<_> = self
            .parts
            .iter()
            .map(|(part, is)| PartView {
                part: *part,
                is: is.clone(),
                measured: self.unreadable_words().filter(|_| *part == Part::Server),
            })
            .chain([self.clock_part(), self.zones_part(now.wall)])
            .collect();
        parts.sort_by_key(|view| (!matches!(view.is, PartState::Fails { .. }), view.part));
        let link = match &self.of.account {
            Some(_) => self.of.link.view(&self.of.host()),
            None => LinkView::NoAccount,
        };
        Common {
            build: self.build.clone(),
            language: self.words.language().tag().to_owned(),
            theme: self.desk.theme.clone(),
            now: now.wall,
            link,
            account: self.account_view(),
            quiet: self.quiet_view(now.wall),
            waiting: u32::try_from(self.of.deeds.pending().len()).unwrap_or(u32::MAX),
            parts,
            pairing: self.pairing,
            undo: self.of.deeds.undo(),
            problem: self.problem.map(str::to_owned),
        }
    }

    fn account_view(&self) -> Option<AccountView> {
        let account = self.of.account.as_ref()?;
        Some(AccountView {
            name: self.agent_name().to_owned(),
            host: self.of.host(),
            session_only: account.session_only,
            availability: self.of.availability.unwrap_or(Availability::Available),
        })
    }

    /// Returns the agent's name by the server's word, else by the pairing's.
    pub(super) fn agent_name(&self) -> &str {
        let told = self.of.scopes.as_ref().map(|scopes| scopes.name.as_str());
        told.or(self
            .of
            .account
            .as_ref()
            .map(|account| account.name.as_str()))
            .unwrap_or_default()
    }

    fn quiet_view(&self, now: Timestamp) -> QuietView {
        let hold = self.of.stillness.hold().map(|hold| HoldView {
            mute: hold.cause == Cause::Mute,
            until: hold.until,
            held: self.of.held.count(),
        });
        QuietView {
            hold,
            next_start: self.of.stillness.next_start(),
            zone: self.zone().name().to_owned(),
            offset_minutes: self.zones.local(self.zone(), now).offset_s / 60,
        }
    }

    /// Returns the name of a line, an inbox or a team.
    pub(super) fn place_name(&self, scope: &Scope) -> Option<&str> {
        let places = &self.of.scopes.as_ref()?.places;
        let place = &places.iter().find(|place| place.scope == *scope)?.reference;
        Some(place.name.as_deref().unwrap_or(&place.id))
    }
}
