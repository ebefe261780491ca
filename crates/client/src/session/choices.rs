//! Choices: checked, applied at once, pushed, and taken back if the server refuses them.

use campanile_core::{
    channel::Channel,
    decide,
    policy::Lock,
    preferences::{ANY_KIND, Cell, Facet, Scope, check},
    time::Timestamp,
};
use campanile_protocol::changes::{Deed, PUSH_MOST};
use serde_json::{Value, json};

use super::{Session, deeds::Before};
use crate::{
    effect::Effect,
    words::{Language, Words},
};

impl Session {
    pub(super) fn prefer(&mut self, cells: Vec<Cell>, now: Timestamp) {
        if let Some(problem) = cells.iter().find_map(|cell| self.objection(cell)) {
            self.problem = Some(problem);
            return;
        }
        let at = self.stamp(now);
        for cells in cells.chunks(PUSH_MOST) {
            let mut before = Before::default();
            for cell in cells {
                let value = self
                    .of
                    .preferences
                    .value(&cell.scope, &cell.kind, &cell.facet)
                    .cloned();
                before.cells.push(Cell {
                    value,
                    ..cell.clone()
                });
                self.of.preferences.apply(cell, at);
                self.kept.cells.push((cell.clone(), at));
            }
            self.done(
                Deed::Preferred {
                    cells: cells.to_vec(),
                },
                at,
                before,
                now,
            );
        }
        self.choices_changed();
    }

    /// Makes choices for everything.
    pub(super) fn choose_settings(
        &mut self,
        settings: Vec<(Facet, Option<Value>)>,
        now: Timestamp,
    ) {
        let cell = |(facet, value): (Facet, _)| Cell {
            scope: Scope::Everything,
            kind: ANY_KIND.to_owned(),
            facet: facet.id().to_owned(),
            value,
        };
        self.prefer(settings.into_iter().map(cell).collect(), now);
    }

    /// Returns why a choice cannot be made, as a code.
    fn objection(&self, cell: &Cell) -> Option<&'static str> {
        if check(cell).is_err() {
            return Some("bad_choice");
        }
        let policy = &self.of.policy;
        let channel = match Facet::find(&cell.facet)? {
            Facet::Channel(channel) => channel,
            // A mute is no edit of the row: it is one's own peace for a while.
            Facet::Mute => return None,
            _ => {
                return policy
                    .is_view_only(&cell.kind)
                    .then_some("locked")
                    .filter(|_| cell.kind != ANY_KIND);
            }
        };
        match policy.lock(&cell.kind, channel) {
            // With the centre off, the channels' own switches are what is left to choose (R17).
            Some(Lock::ViewOnly) if cell.kind == ANY_KIND => None,
            Some(_) => Some("locked"),
            None => self.lacks_sound(cell, channel).then_some("sound_off"),
        }
    }

    /// Says whether a melody is ticked while its channel is off (R8).
    fn lacks_sound(&self, cell: &Cell, channel: Channel) -> bool {
        let ticks = cell.value == Some(json!(true)) && cell.kind != ANY_KIND;
        ticks && channel == Channel::Sound && !self.of.preferences.channel_is_on(Channel::Sound)
    }

    /// Reads again what follows from the choices.
    pub(super) fn choices_changed(&mut self) {
        self.of.settings = self.of.preferences.settings();
        self.of.stillness.choose(self.of.preferences.quiet());
        self.dirty = true;
    }

    /// Says whether `kind` is ticked for `channel` in `scopes`, and whether this very scope says so.
    pub(super) fn tick(&self, kind: &str, channel: Channel, scopes: &[Scope]) -> (bool, bool) {
        let (on, reason) =
            decide::ticked(kind, channel, scopes, &self.of.preferences, &self.of.policy);
        let here =
            matches!(&reason, decide::Reason::Chosen { scope } if Some(scope) == scopes.first());
        (on, here)
    }

    pub(super) fn speak(&mut self, language: Option<String>) {
        let chosen = language
            .as_deref()
            .map_or(self.system_language, Language::of);
        self.words = Words::new(chosen);
        self.desk.language = language.map(|_| chosen.tag().to_owned());
        self.out.push(Effect::KeepDesk(self.desk.clone()));
        self.list_changed();
    }

    pub(super) fn draw_in(&mut self, theme: Option<String>) {
        self.desk.theme = theme.filter(|theme| matches!(theme.as_str(), "light" | "dark"));
        self.out.push(Effect::KeepDesk(self.desk.clone()));
    }
}
