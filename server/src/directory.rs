//! The directory in memory: agents and what they prefer, sources, and who belongs where (R25).

pub mod load;
mod places;

use std::collections::{BTreeSet, HashMap};

use campanile_core::{
    catalogue::Role,
    change::{Scopes, Seq, SourceFacts},
    ids::{AgentId, Epoch, KindId, SourceId},
    policy::Policy,
    preferences::Preferences,
};

use rusqlite::Connection;

use crate::{
    refusal::Refusal,
    store::{AgentNo, SourceNo},
};

pub use places::{Part, Place, PlaceKey, PlaceKind};

/// Everybody and everything that a decision needs. The writer owns it; the database is the truth.
#[derive(Debug)]
pub struct Directory {
    /// The life of the database.
    pub epoch: Epoch,
    /// What the admin imposes.
    pub policy: Policy,
    agents: HashMap<AgentNo, Agent>,
    sources: HashMap<SourceNo, Source>,
    people: HashMap<SourceNo, HashMap<String, Person>>,
    places: HashMap<PlaceKey, Place>,
    /// Who each agent is to which source: `people` seen from the other side.
    belongs: HashMap<AgentNo, Vec<(SourceNo, Vec<Role>)>>,
    /// Where each agent has any part: `places` seen from the other side.
    around: HashMap<AgentNo, BTreeSet<PlaceKey>>,
    touched: bool,
}

/// An agent.
#[derive(Debug)]
pub struct Agent {
    /// The agent's number.
    pub no: AgentNo,
    /// The agent's id.
    pub id: AgentId,
    /// What the command line and rosters call the agent.
    pub handle: String,
    /// The name for people.
    pub name: String,
    /// The roles that hold for every source.
    pub roles: Vec<Role>,
    /// The last entry of the agent's log.
    pub head: Seq,
    /// What the agent prefers.
    pub preferences: Preferences,
    /// The scopes that the log last told.
    pub scopes: Scopes,
}

/// A source.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its number.
    pub no: SourceNo,
    /// Its id.
    pub id: SourceId,
    /// Its name for people.
    pub name: String,
    /// Where links of its events may lead without a question.
    pub link_origins: Vec<String>,
    /// The kinds that it says it sends.
    pub kinds: Vec<KindId>,
    /// The share of the scale, from the bottom, that is a negative rating (R9).
    pub negative_percent: u8,
}

/// Who an agent is to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The agent.
    pub agent: AgentNo,
    /// The roles that the source gives the agent, for what this source sends.
    pub roles: Vec<Role>,
}

impl Directory {
    /// Returns an agent.
    #[must_use]
    pub fn agent(&self, no: AgentNo) -> Option<&Agent> {
        self.agents.get(&no)
    }

    /// Returns an agent to be changed, and remembers that something may be.
    pub fn agent_mut(&mut self, no: AgentNo) -> Option<&mut Agent> {
        self.touched = true;
        self.agents.get_mut(&no)
    }

    /// Returns every agent, in no order.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// Returns the agent whose handle or name is `name`; of several with one name, none.
    #[must_use]
    pub fn agent_named(&self, name: &str) -> Option<&Agent> {
        let by_handle = self.agents.values().find(|agent| agent.handle == name);
        by_handle.or_else(|| {
            let mut named = self.agents.values().filter(|agent| agent.name == name);
            named.next().filter(|_| named.next().is_none())
        })
    }

    /// Returns a source.
    #[must_use]
    pub fn source(&self, no: SourceNo) -> Option<&Source> {
        self.sources.get(&no)
    }

    /// Returns every source, in no order.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    /// Returns the source of that id.
    #[must_use]
    pub fn source_named(&self, id: &str) -> Option<&Source> {
        self.sources
            .values()
            .find(|source| source.id.as_str() == id)
    }

    /// Returns who `external` is to a source.
    #[must_use]
    pub fn person(&self, source: SourceNo, external: &str) -> Option<&Person> {
        self.people.get(&source)?.get(external)
    }

    /// Returns everybody of a source, by the source's ids.
    pub fn people(&self, source: SourceNo) -> impl Iterator<Item = (&str, &Person)> {
        self.people
            .get(&source)
            .into_iter()
            .flatten()
            .map(|(id, person)| (id.as_str(), person))
    }

    /// Says whether the agent has `role` where a source is concerned (R16).
    #[must_use]
    pub fn has_role(&self, source: SourceNo, agent: AgentNo, role: Role) -> bool {
        let everywhere = self
            .agent(agent)
            .is_some_and(|agent| agent.roles.contains(&role));
        everywhere
            || self
                .belongings(agent)
                .iter()
                .any(|(here, roles)| *here == source && roles.contains(&role))
    }

    fn belongings(&self, agent: AgentNo) -> &[(SourceNo, Vec<Role>)] {
        self.belongs.get(&agent).map_or(&[], Vec::as_slice)
    }

    /// Returns a place.
    #[must_use]
    pub fn place(&self, key: &PlaceKey) -> Option<&Place> {
        self.places.get(key)
    }

    /// Puts a place in, in memory only.
    pub fn put_place(&mut self, key: PlaceKey, place: Place) {
        self.touched = true;
        self.places.insert(key, place);
    }

    /// Gives a name to a place, in memory only.
    pub fn name_place(&mut self, key: &PlaceKey, name: &str) {
        self.touched = true;
        if let Some(place) = self.places.get_mut(key) {
            place.name = Some(name.to_owned());
        }
    }

    /// Gives an agent a part in a place, in memory only.
    pub fn put_part(&mut self, key: &PlaceKey, agent: AgentNo, part: Part) {
        self.touched = true;
        if let Some(place) = self.places.get_mut(key) {
            place.parts.insert((agent, part));
            self.around.entry(agent).or_default().insert(key.clone());
        }
    }

    /// Returns how many places of a source there are.
    #[must_use]
    pub fn places_of(&self, source: SourceNo) -> usize {
        self.places
            .keys()
            .filter(|key| key.source == source)
            .count()
    }

    /// Returns who the agent is, where it belongs, and where its links may lead.
    #[must_use]
    pub fn scopes_of(&self, agent: &Agent) -> Scopes {
        let mut roles = agent.roles.clone();
        let belongings = self.belongings(agent.no);
        roles.extend(
            belongings
                .iter()
                .flat_map(|(_, roles)| roles.iter().copied()),
        );
        let mut sources: Vec<_> = belongings
            .iter()
            .filter_map(|(no, _)| self.source(*no))
            .collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        sources.dedup_by_key(|source| source.no);
        roles.push(Role::Agent);
        roles.sort_unstable();
        roles.dedup();
        Scopes {
            agent: agent.id,
            name: agent.name.clone(),
            roles,
            places: self.places_around(agent.no),
            sources: sources.into_iter().map(Source::facts).collect(),
        }
    }

    /// Returns how many places an agent has any part in.
    #[must_use]
    pub fn count_places_around(&self, agent: AgentNo) -> usize {
        self.around.get(&agent).map_or(0, BTreeSet::len)
    }

    fn places_around(&self, agent: AgentNo) -> Vec<campanile_core::change::Place> {
        let around = self.around.get(&agent).into_iter().flatten();
        let mut places: Vec<_> = around
            .filter_map(|key| {
                let scope = key.scope(&self.source(key.source)?.id)?;
                let place = self.place(key)?;
                Some(campanile_core::change::Place {
                    scope,
                    reference: place.reference(key),
                    follow: place
                        .follow_by_default(agent)
                        .filter(|_| key.kind == PlaceKind::Line),
                })
            })
            .collect();
        places.sort_by(|a, b| a.scope.cmp(&b.scope));
        places
    }

    /// Puts an agent in who has no log yet, in memory only.
    pub fn put_agent(
        &mut self,
        no: AgentNo,
        id: AgentId,
        handle: String,
        name: String,
        roles: Vec<Role>,
        scopes: Scopes,
    ) {
        self.touched = true;
        let agent = Agent {
            no,
            id,
            handle,
            name,
            roles,
            head: Seq(0),
            preferences: Preferences::default(),
            scopes,
        };
        self.agents.insert(no, agent);
    }

    /// Says who an agent is to a source, in memory only.
    pub fn put_person(&mut self, source: SourceNo, external: &str, agent: AgentNo, roles: &[Role]) {
        self.touched = true;
        let person = Person {
            agent,
            roles: roles.to_vec(),
        };
        self.belongs
            .entry(agent)
            .or_default()
            .push((source, roles.to_vec()));
        self.people
            .entry(source)
            .or_default()
            .insert(external.to_owned(), person);
    }

    /// Takes a policy over, in memory only.
    pub fn impose(&mut self, policy: Policy) {
        self.touched = true;
        self.policy = policy;
    }

    /// Reads everything again, as the transaction has it.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn reload(&mut self, db: &Connection) -> Result<(), Refusal> {
        *self = Self {
            touched: true,
            ..Self::load(db)?
        };
        Ok(())
    }

    /// Forgets that anything was touched.
    pub fn untouched(&mut self) {
        self.touched = false;
    }

    /// Says whether anything may be other than in the database, should the request be refused.
    #[must_use]
    pub fn was_touched(&self) -> bool {
        self.touched
    }
}

impl Source {
    fn facts(&self) -> SourceFacts {
        SourceFacts {
            id: self.id.clone(),
            name: self.name.clone(),
            link_origins: self.link_origins.clone(),
            kinds: self.kinds.clone(),
        }
    }
}
