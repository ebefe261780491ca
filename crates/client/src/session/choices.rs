//! Choices: checked, applied at once, pushed, and taken back if the server refuses them.

use campanile_core::{
    channel::Channel,
    decide,
    ids::ChangeId,
    policy::Lock,
    preferences::{ANY_KIND, Cell, Facet, Scope, check},
    time::Timestamp,
};
use campanile_protocol::changes::{Deed, PUSH_MOST, PushedChange};
use serde_json::{Value, json};

use super::{
    Session,
    deeds::{Before, Withheld},
};
use crate::{
    effect::Effect,
    words::{Language, Words},
};

impl Session {
    /// Makes choices that a person made in a window. Several at once can be undone for a while.
    pub(super) fn choose(&mut self, cells: Vec<Cell>, now: Timestamp) {
        let several = cells.len() > 1;
        let (made, changed) = self.prefer(cells, now);
        if several {
            self.withhold(Withheld::new(made, "preferred", changed, now));
        }
    }

    /// Makes choices and tells the server, in as many changes as it takes. Returns them, and how many choices are others.
    pub(super) fn prefer(&mut self, cells: Vec<Cell>, now: Timestamp) -> (Vec<ChangeId>, usize) {
        if let Some(problem) = cells.iter().find_map(|cell| self.objection(cell)) {
            self.problem = Some(problem);
            return (Vec::new(), 0);
        }
        // What is chosen anew was meant to stay: the server is told of both in their order.
        if cells.iter().any(|cell| self.of.deeds.withholds(cell)) {
            self.let_go();
        }
        let chosen = cells.iter().filter_map(|cell| {
            let known = &self.of.preferences;
            let (_, at) = known.dated(&cell.scope, &cell.kind, &cell.facet)?;
            Some(at)
        });
        let last = chosen.max();
        let at = self.stamp(last, now);
        let (mut made, mut changed) = (Vec::new(), 0);
        for cells in cells.chunks(PUSH_MOST) {
            let mut before = Before::default();
            for cell in cells {
                let known = self
                    .of
                    .preferences
                    .dated(&cell.scope, &cell.kind, &cell.facet);
                let (value, was_at) = known.unwrap_or_default();
                let was = Cell {
                    value: value.cloned(),
                    ..cell.clone()
                };
                before.cells.push((was, was_at));
                changed += usize::from(self.of.preferences.apply(cell, at));
                self.kept.cells.push((cell.clone(), at));
            }
            made.push(self.done(
                Deed::Preferred {
                    cells: cells.to_vec(),
                },
                at,
                before,
                now,
            ));
        }
        self.choices_changed();
        (made, changed)
    }

    /// Takes choices back to what they were before `change`, unless another was made since.
    pub(super) fn restore_choices(
        &mut self,
        before: Vec<(Cell, Timestamp)>,
        change: &PushedChange,
    ) {
        let Deed::Preferred { cells } = &change.deed else {
            return;
        };
        let preferences = &mut self.of.preferences;
        for (was, (before, at)) in cells.iter().zip(before) {
            let known = preferences.dated(&was.scope, &was.kind, &was.facet);
            if known == Some((was.value.as_ref(), change.at)) {
                preferences.restore(&before, at);
                self.kept.cells.push((before, at));
            }
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
    pub(super) fn objection(&self, cell: &Cell) -> Option<&'static str> {
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
        ticks
            && channel == Channel::Sound
            && !decide::channel_is_on(channel, &self.of.preferences, &self.of.policy)
    }

    /// Reads again what follows from the choices and from the instance's defaults.
    pub(super) fn choices_changed(&mut self) {
        self.of.settings = decide::settings(&self.of.preferences, &self.of.policy);
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
