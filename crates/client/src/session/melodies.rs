//! Melodies to choose from: those of the catalogue, and a person's own files, which stay on the desk that they were given to.

use std::collections::BTreeSet;

use campanile_core::{
    melody::Melody,
    preferences::{Cell, Facet},
    time::Timestamp,
};

use super::{Session, deeds::Withheld};
use crate::{
    message::OwnMelody,
    view::MelodyView,
    words::{TITLE_MOST, plain},
};

impl Session {
    pub(super) fn own_melodies_are(&mut self, all: Vec<OwnMelody>) {
        let removed = self.of.deeds.withheld.as_ref();
        let removed = removed.and_then(|withheld| Some(withheld.melody.as_ref()?.id.clone()));
        self.own = all
            .into_iter()
            .filter(|own| Some(&own.id) != removed.as_ref())
            .map(|own| (own.id, own.name))
            .collect();
        self.dirty = true;
    }

    /// Takes an own melody away, and every choice of it. Its file is deleted when that can be undone no more.
    pub(super) fn remove_melody(&mut self, id: &str, now: Timestamp) {
        let Some((id, name)) = self.own.remove_entry(id) else {
            return;
        };
        let chosen = self.choices_of_melodies();
        let cells = chosen
            .filter(|cell| is_of(cell, &id))
            .map(|cell| Cell {
                value: None,
                ..cell
            })
            // What an administrator has locked since stays as it is, and plays the default.
            .filter(|cell| self.objection(cell).is_none())
            .collect();
        let (made, _) = self.prefer(cells, now);
        self.withhold(Withheld {
            melody: Some(OwnMelody { id, name }),
            ..Withheld::new(made, "melody_removed", 1, now)
        });
    }

    /// Returns the melodies to choose from, those too that were chosen at another desk and are not here.
    pub(super) fn melodies(&self) -> Vec<MelodyView> {
        let built_in = Melody::ALL.iter().map(|melody| MelodyView {
            id: melody.id.to_owned(),
            file: None,
            elsewhere: false,
        });
        let mut own: Vec<_> = self.own.iter().map(|(id, name)| (name, id)).collect();
        own.sort_unstable();
        let own = own.into_iter().map(|(name, id)| MelodyView {
            id: id.clone(),
            file: Some(plain(name, TITLE_MOST)),
            elsewhere: false,
        });
        let elsewhere: BTreeSet<String> = self
            .choices_of_melodies()
            .filter_map(|cell| Some(cell.value?.as_str()?.to_owned()))
            .filter(|id| Melody::find(id).is_none() && !self.own.contains_key(id))
            .collect();
        let elsewhere = elsewhere.into_iter().map(|id| MelodyView {
            id,
            file: None,
            elsewhere: true,
        });
        built_in.chain(own).chain(elsewhere).collect()
    }

    fn choices_of_melodies(&self) -> impl Iterator<Item = Cell> {
        let choices = self.of.preferences.replay().map(|(cell, _)| cell);
        choices.filter(|cell| cell.facet == Facet::Melody.id())
    }
}

fn is_of(cell: &Cell, id: &str) -> bool {
    cell.value.as_ref().and_then(|value| value.as_str()) == Some(id)
}
