//! Whom an event concerns: those it names, or those that its kind's audience finds in the directory (R24, R25).

use std::collections::BTreeMap;

use campanile_core::{
    catalogue::{Audience, Kind},
    event::{Because, Reference},
    preferences::{ANY_KIND, Facet, Scope},
};

use super::known::Filled;
use crate::{
    directory::{Directory, Part, Place, PlaceKey, PlaceKind, Source},
    store::AgentNo,
};

/// Who is told, and why.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The agents, each for the most specific reason.
    pub agents: BTreeMap<AgentNo, Because>,
    /// Ids of the source that no agent here answers to.
    pub unresolved: Vec<String>,
    /// What may not be as the source meant it.
    pub warnings: Vec<String>,
}

/// Finds those whom an event of `kind` concerns.
#[must_use]
pub fn find(directory: &Directory, source: &Source, kind: &str, event: &Filled<'_>) -> Told {
    let mut search = Search {
        directory,
        source,
        event,
        told: Told::default(),
    };
    let known = Kind::find(kind);
    match known {
        Some(known) => search.known(known),
        None => search.unknown(kind),
    }
    search.tell_the_assignee_so();
    search.leave_out_the_actor();
    if let Some(known) = known {
        search.keep_to_the_role(known);
    }
    let mut told = search.told;
    if told.agents.is_empty() && told.unresolved.is_empty() {
        told.warnings.push("nobody is concerned: it names no recipients, and its audience has nobody in the directory".into());
    }
    told
}

struct Search<'a> {
    directory: &'a Directory,
    source: &'a Source,
    event: &'a Filled<'a>,
    told: Told,
}

impl Search<'_> {
    fn known(&mut self, kind: &Kind) {
        let event = self.event;
        let named = if kind.id == "operator_mentioned" {
            Because::Mentioned
        } else {
            Because::Named
        };
        self.all(&event.new.recipients, named);
        if kind.audience == Audience::AssigneeAndNamed {
            self.one(event.assignee(), Because::Assigned);
        } else if event.new.recipients.is_empty() {
            self.audience(kind.audience);
        }
    }

    fn unknown(&mut self, kind: &str) {
        let event = self.event;
        self.told.warnings.push(format!(
            "`{kind}` is not a kind that this server knows; it stands in the bell only"
        ));
        self.all(&event.new.recipients, Because::Named);
        if event.new.recipients.is_empty() {
            self.audience(Audience::AssigneeAndWatchers);
        }
    }

    fn audience(&mut self, audience: Audience) {
        let event = self.event;
        match audience {
            Audience::Assignee => self.one(event.assignee(), Because::Assigned),
            Audience::AssigneeAndWatchers => {
                self.one(event.assignee(), Because::Assigned);
                self.all(&event.new.watchers, Because::Watching);
            }
            Audience::AssigneeElseGroup => match event.assignee() {
                Some(assignee) => self.one(Some(assignee), Because::Assigned),
                None => self.group(),
            },
            Audience::Group => self.group(),
            Audience::LineMembers => self.line(Self::follows),
            Audience::LineOwner => {
                self.line(|_, agent, line, _| line.parts.contains(&(agent, Part::Owner)))
            }
            Audience::Admins | Audience::BillingAdmins => self.role(audience),
            Audience::Named | Audience::AssigneeAndNamed | Audience::MailService => {}
        }
    }

    /// Who is told for another reason and has the conversation is told of their own (R24, and "only mine" of R25).
    fn tell_the_assignee_so(&mut self) {
        let assignee = self.event.assignee();
        let person = assignee.and_then(|id| self.directory.person(self.source.no, id));
        if let Some(known) = person.and_then(|person| self.told.agents.get_mut(&person.agent)) {
            *known = (*known).min(Because::Assigned);
        }
    }

    fn all(&mut self, people: &[Reference], because: Because) {
        for person in people {
            self.one(Some(&person.id), because);
        }
    }

    fn one(&mut self, external: Option<&str>, because: Because) {
        let Some(external) = external else { return };
        match self.directory.person(self.source.no, external) {
            Some(person) => self.add(person.agent, because),
            None if self.told.unresolved.iter().any(|known| known == external) => {}
            None => self.told.unresolved.push(external.to_owned()),
        }
    }

    fn add(&mut self, agent: AgentNo, because: Because) {
        self.told
            .agents
            .entry(agent)
            .and_modify(|known| *known = (*known).min(because))
            .or_insert(because);
    }

    /// The members of the team; without one, of the inbox.
    fn group(&mut self) {
        let place = self
            .event
            .place(PlaceKind::Team)
            .or_else(|| self.event.place(PlaceKind::Inbox));
        let Some(place) = place.and_then(|key| self.directory.place(&key)) else {
            return;
        };
        for agent in place.with(Part::Member) {
            self.add(agent, Because::Group);
        }
    }

    fn line(&mut self, wanted: impl Fn(&Self, AgentNo, &Place, &PlaceKey) -> bool) {
        let Some(key) = self.event.place(PlaceKind::Line) else {
            return;
        };
        let directory = self.directory;
        let Some(line) = directory.place(&key) else {
            return;
        };
        for (agent, _) in &line.parts {
            if wanted(self, *agent, line, &key) {
                self.add(*agent, Because::Line);
            }
        }
    }

    fn follows(&self, agent: AgentNo, line: &Place, key: &PlaceKey) -> bool {
        let Some(by_default) = line.follow_by_default(agent) else {
            return false;
        };
        let chosen = key.scope(&self.source.id).and_then(|scope: Scope| {
            self.directory
                .agent(agent)?
                .preferences
                .value(&scope, ANY_KIND, Facet::Follow.id())?
                .as_bool()
        });
        chosen.unwrap_or(by_default)
    }

    fn role(&mut self, audience: Audience) {
        let Some(role) = audience.role() else { return };
        let everywhere = self
            .directory
            .agents()
            .filter(|agent| agent.roles.contains(&role))
            .map(|agent| agent.no);
        let here = self
            .directory
            .people(self.source.no)
            .filter(|(_, person)| person.roles.contains(&role));
        for agent in everywhere
            .chain(here.map(|(_, person)| person.agent))
            .collect::<Vec<_>>()
        {
            self.add(agent, Because::Role);
        }
    }

    /// Nobody is told of what they did themselves (R24).
    fn leave_out_the_actor(&mut self) {
        let actor = self.event.new.actor.as_ref();
        if let Some(person) =
            actor.and_then(|actor| self.directory.person(self.source.no, &actor.id))
        {
            self.told.agents.remove(&person.agent);
        }
    }

    /// What is for admins goes to nobody else, whoever is named (R16).
    fn keep_to_the_role(&mut self, kind: &Kind) {
        let Some(role) = kind.audience.role() else {
            return;
        };
        let before = self.told.agents.len();
        self.told
            .agents
            .retain(|agent, _| self.directory.has_role(self.source.no, *agent, role));
        let refused = before - self.told.agents.len();
        if refused > 0 {
            self.told.warnings.push(format!(
                "{refused} of the recipients may not see `{}`",
                kind.id
            ));
        }
    }
}
