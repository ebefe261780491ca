//! Lines, inboxes and teams, and who has what part in them.

use std::collections::BTreeSet;

use campanile_core::{event::Reference, ids::SourceId, preferences::Scope};

use crate::store::{AgentNo, SourceNo};

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// A line; with several members a ring group.
    Line,
    /// An inbox.
    Inbox,
    /// A team, also called a group.
    Team,
}

impl PlaceKind {
    /// Every kind of place.
    pub const ALL: &[Self] = &[Self::Line, Self::Inbox, Self::Team];

    /// Returns its word in tables and scopes.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Inbox => "inbox",
            Self::Team => "team",
        }
    }
}

/// Which place is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceKey {
    /// The source that speaks of it.
    pub source: SourceNo,
    /// What it is.
    pub kind: PlaceKind,
    /// The source's own id.
    pub external: String,
}

impl PlaceKey {
    /// Returns the scope as cells name it.
    #[must_use]
    pub fn scope(&self, source: &SourceId) -> Option<Scope> {
        Scope::parse(&format!("{}:{source}/{}", self.kind.id(), self.external))
    }
}

/// The part that an agent has in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Belongs to it.
    Member,
    /// Owns it.
    Owner,
    /// May follow it without belonging to it (R25).
    Follower,
    /// Was told of something there, and so may make choices for it.
    Guest,
}

impl Part {
    /// Every part.
    pub const ALL: &[Self] = &[Self::Member, Self::Owner, Self::Follower, Self::Guest];

    /// Returns its word in tables.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Owner => "owner",
            Self::Follower => "follower",
            Self::Guest => "guest",
        }
    }
}

/// A line, an inbox or a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its number in the tables.
    pub no: i64,
    /// Its name, where the source told it.
    pub name: Option<String>,
    /// Who has which part in it.
    pub parts: BTreeSet<(AgentNo, Part)>,
}

impl Place {
    /// Returns those who have `part` in it.
    pub fn with(&self, part: Part) -> impl Iterator<Item = AgentNo> + '_ {
        self.parts
            .iter()
            .filter(move |(_, has)| *has == part)
            .map(|(agent, _)| *agent)
    }

    /// Says whether the agent has any part in it.
    #[must_use]
    pub fn has(&self, agent: AgentNo) -> bool {
        self.parts
            .range((agent, Part::Member)..=(agent, Part::Guest))
            .next()
            .is_some()
    }

    /// Returns whether the agent is told of what comes here until it chooses; none for an agent that may not choose (R25).
    #[must_use]
    pub fn follow_by_default(&self, agent: AgentNo) -> Option<bool> {
        let has = |part| self.parts.contains(&(agent, part));
        match (has(Part::Member), has(Part::Follower)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// Returns its id and name.
    #[must_use]
    pub fn reference(&self, key: &PlaceKey) -> Reference {
        Reference {
            id: key.external.clone(),
            name: self.name.clone(),
        }
    }
}
