//! What an agent prefers: cells of (scope, kind, facet), and the settings read from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

use crate::{
    event::Notice,
    quiet::{Quiet, TimedMute},
    time::Timestamp,
};

mod facet;
mod settings;

pub use facet::{Expected, Facet, check};
pub use settings::{FocusSilences, Settings, SoundSettings, ToastSettings, ToastShows};

/// The kind that stands for all kinds: its cells are the channels' own switches and the settings.
pub const ANY_KIND: &str = "*";

/// Where a preference holds (R2: line before inbox before team before everything).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everywhere: `*`.
    Everything,
    /// On one line: `line:<source>/<id>`.
    Line(String),
    /// In one inbox: `inbox:<source>/<id>`.
    Inbox(String),
    /// In one team: `team:<source>/<id>`.
    Team(String),
}

impl Scope {
    /// The most characters of a scope as text.
    pub const MAX: usize = 300;

    /// Reads a scope as the wire writes it; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everything);
        }
        let (place, id) = text.split_once(':')?;
        let (source, external) = id.split_once('/')?;
        if source.is_empty() || external.is_empty() || text.len() > Self::MAX {
            return None;
        }
        match place {
            "line" => Some(Self::Line(id.to_owned())),
            "inbox" => Some(Self::Inbox(id.to_owned())),
            "team" => Some(Self::Team(id.to_owned())),
            _ => None,
        }
    }

    /// Returns the scopes that a notice falls into, the strongest first.
    #[must_use]
    pub fn of(notice: &Notice) -> Vec<Self> {
        let within = |id: &str| format!("{}/{id}", notice.source);
        let line = notice.line.iter().map(|line| Self::Line(within(&line.id)));
        let inbox = notice
            .inbox
            .iter()
            .map(|inbox| Self::Inbox(within(&inbox.id)));
        let team = notice.team.iter().map(|team| Self::Team(within(&team.id)));
        line.chain(inbox)
            .chain(team)
            .chain([Self::Everything])
            .collect()
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Line(id) => write!(f, "line:{id}"),
            Self::Inbox(id) => write!(f, "inbox:{id}"),
            Self::Team(id) => write!(f, "team:{id}"),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom("not a scope; write *, line:<source>/<id>, inbox:<source>/<id> or team:<source>/<id>")
        })
    }
}

/// One choice of an agent.
///
/// Kinds and facets that this program does not know are kept and echoed: another version may know them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Where it holds.
    pub scope: Scope,
    /// A kind's id, or [`ANY_KIND`].
    pub kind: String,
    /// What is chosen, such as `channel.toast` or `melody`.
    pub facet: String,
    /// The choice; `null` takes the choice back, so that the weaker layer shows through.
    #[serde(default)]
    pub value: Option<Value>,
}

type Choices = BTreeMap<String, BTreeMap<String, (Option<Value>, Timestamp)>>;

/// All the choices of one agent: a fold of [`Cell`]s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preferences {
    // By scope, kind and facet, so that looking one up borrows its names: the server asks for ten of them for each notice.
    cells: BTreeMap<Scope, Choices>,
    count: usize,
}

/// The most choices of one agent: what goes beyond is no person's doing, and is not taken.
pub const CELLS_MOST: usize = 100_000;

impl Preferences {
    /// Takes a choice made at `at`, and says whether it changed anything.
    ///
    /// Beyond [`CELLS_MOST`] no other is taken. The later choice wins; of two at the same moment the one that is applied later, which is the log's order (design 10.7).
    pub fn apply(&mut self, cell: &Cell, at: Timestamp) -> bool {
        let known = self.dated(&cell.scope, &cell.kind, &cell.facet);
        if known.is_some_and(|(_, earlier)| earlier > at) {
            return false;
        }
        if known.is_none() && self.count >= CELLS_MOST {
            return false;
        }
        let changed = known.and_then(|(value, _)| value) != cell.value.as_ref();
        self.restore(cell, at);
        changed
    }

    /// Returns the choice at exactly this place.
    #[must_use]
    pub fn value(&self, scope: &Scope, kind: &str, facet: &str) -> Option<&Value> {
        self.cells.get(scope)?.get(kind)?.get(facet)?.0.as_ref()
    }

    /// Returns the choice at exactly this place, a taken-back one too, and when it was meant.
    #[must_use]
    pub fn dated(
        &self,
        scope: &Scope,
        kind: &str,
        facet: &str,
    ) -> Option<(Option<&Value>, Timestamp)> {
        let (value, at) = self.cells.get(scope)?.get(kind)?.get(facet)?;
        Some((value.as_ref(), *at))
    }

    /// Sets a choice without asking which was meant later: a deed is taken back that nobody else was told of.
    pub fn restore(&mut self, cell: &Cell, at: Timestamp) {
        let kinds = self.cells.entry(cell.scope.clone()).or_default();
        let facets = kinds.entry(cell.kind.clone()).or_default();
        let before = facets.insert(cell.facet.clone(), (cell.value.clone(), at));
        self.count += usize::from(before.is_none());
    }

    /// Returns the scopes in which there are choices and that `notice` falls into, the strongest first.
    #[must_use]
    pub fn scopes_of(&self, notice: &Notice) -> Vec<Scope> {
        let everything_only = self.cells.keys().all(|scope| *scope == Scope::Everything);
        if everything_only {
            vec![Scope::Everything]
        } else {
            Scope::of(notice)
        }
    }

    /// Returns the choice for `kind` in the first of `scopes` that has one, and that scope.
    #[must_use]
    pub fn chosen<'a>(
        &self,
        scopes: &'a [Scope],
        kind: &str,
        facet: &str,
    ) -> Option<(&'a Scope, &Value)> {
        scopes
            .iter()
            .find_map(|scope| Some((scope, self.value(scope, kind, facet)?)))
    }

    /// Returns every choice with its moment, taken-back ones too, in a stable order; folding them again gives the same.
    pub fn replay(&self) -> impl Iterator<Item = (Cell, Timestamp)> + '_ {
        self.cells.iter().flat_map(|(scope, kinds)| {
            kinds.iter().flat_map(move |(kind, facets)| {
                facets.iter().map(move |(facet, (value, at))| {
                    let cell = Cell {
                        scope: scope.clone(),
                        kind: kind.clone(),
                        facet: facet.clone(),
                        value: value.clone(),
                    };
                    (cell, *at)
                })
            })
        })
    }

    /// Returns all that can make it quiet: the quiet hours, the general mute, and what "Off" excused (R3).
    #[must_use]
    pub fn quiet(&self) -> Quiet {
        Quiet {
            hours: self.read(Facet::QuietHours).unwrap_or_default(),
            mute: self.read(Facet::Mute),
            excused_until: self.read(Facet::ExcusedUntil),
        }
    }

    /// Returns what is silent while the agent looks at the platform's inbox page (R5).
    #[must_use]
    pub fn focus_silences(&self) -> FocusSilences {
        self.read(Facet::Focus).unwrap_or_default()
    }

    /// Says whether the agent's other desks wait while the agent is active at one (R5).
    #[must_use]
    pub fn others_wait(&self) -> bool {
        self.read(Facet::OthersWait).unwrap_or(false)
    }

    /// Returns the mute of one kind, if one was set. It may be over.
    #[must_use]
    pub fn kind_mute(&self, kind: &str) -> Option<TimedMute> {
        let value = self.value(&Scope::Everything, kind, Facet::Mute.id())?;
        serde_json::from_value(value.clone()).ok()
    }

    fn read<T: serde::de::DeserializeOwned>(&self, facet: Facet) -> Option<T> {
        T::deserialize(self.setting(facet.id())?).ok()
    }

    fn setting(&self, facet: &str) -> Option<&Value> {
        self.value(&Scope::Everything, ANY_KIND, facet)
    }
}
