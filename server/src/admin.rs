//! What the owner of the machine can ask, over a socket that nobody else can open, or of the database itself.

mod rows;
mod socket;

use campanile_core::{
    catalogue::Role, change::Change, ids::DeviceId, policy::Policy, time::Timestamp,
};
use campanile_protocol::{
    pairing,
    problem::{Code, Problem},
    roster::{Roster, Taken},
};
use serde::{Deserialize, Serialize};

use crate::{
    agents::{self, NewAgent},
    policy,
    refusal::Refusal,
    roster, scopes,
    sources::registry::{self, Keys, Settings},
    store::{AgentNo, SourceNo, Writing},
};

use rows::{agent_row, desk_rows, source_rows};

pub use rows::{AgentRow, DeskRow, SourceRow};
pub use socket::{Door, ask, listen};

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// How the server is reached.
    Base,
    /// Make an agent.
    AgentAdd {
        /// What to call the agent here; made of the name if it is missing.
        handle: Option<String>,
        /// The name for people.
        name: String,
        /// The roles for every source.
        roles: Vec<Role>,
    },
    /// Everybody.
    Agents,
    /// Remove an agent and everything that is the agent's.
    AgentRemove {
        /// Handle or name.
        agent: String,
    },
    /// Say who an agent is to a source.
    AgentMap {
        /// Handle or name.
        agent: String,
        /// The source.
        source: String,
        /// The source's own id.
        external: String,
    },
    /// The desks of an agent.
    Desks {
        /// Handle or name.
        agent: String,
    },
    /// Shut a desk out.
    ShutOut {
        /// Its id, as the list of desks tells it.
        desk: String,
    },
    /// Make a pairing code.
    Pair {
        /// Handle or name.
        agent: String,
    },
    /// Make a source.
    SourceAdd {
        /// Its id.
        source: String,
        /// What is told of it.
        settings: Settings,
    },
    /// Every source.
    Sources,
    /// Change what is told of a source.
    SourceSet {
        /// Its id.
        source: String,
        /// What is told of it.
        settings: Settings,
    },
    /// Give a source other secrets.
    SourceRotate {
        /// Its id.
        source: String,
    },
    /// Remove a source. What it told stays with the agents who were told.
    SourceRemove {
        /// Its id.
        source: String,
    },
    /// The secret that a source signs with.
    SourceSecret {
        /// Its id.
        source: String,
    },
    /// Impose a policy.
    PolicySet {
        /// All of it; its version is counted here.
        policy: Box<Policy>,
    },
    /// Take a source's directory.
    RosterImport {
        /// The source.
        source: String,
        /// Its directory.
        roster: Roster,
    },
}

/// What became of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// How the server is reached.
    Base {
        /// The base of its addresses.
        base: String,
    },
    /// It is done.
    Done,
    /// An agent.
    Agent(AgentRow),
    /// Everybody.
    Agents {
        /// By handle.
        agents: Vec<AgentRow>,
    },
    /// The desks of an agent.
    Desks {
        /// The oldest first.
        desks: Vec<DeskRow>,
    },
    /// A pairing code.
    Pairing {
        /// The link for the desk.
        link: String,
        /// Until when it is good.
        until: Timestamp,
    },
    /// What a source proves itself with.
    Keys(Keys),
    /// Every source.
    Sources {
        /// By id.
        sources: Vec<SourceRow>,
    },
    /// What became of a roster.
    Roster(Taken),
    /// It was refused.
    Refused {
        /// Why.
        problem: Problem,
    },
}

/// Does what was asked.
///
/// # Errors
/// [`Refusal`], of which nothing is kept.
pub fn perform(writing: &mut Writing<'_>, base: &str, ask: Ask) -> Result<Told, Refusal> {
    Ok(match ask {
        Ask::Base => Told::Base {
            base: base.to_owned(),
        },
        Ask::AgentAdd {
            handle,
            name,
            roles,
        } => {
            let no = agents::add(
                writing,
                &NewAgent {
                    handle,
                    name,
                    roles,
                },
            )?;
            scopes::tell(writing, no)?;
            Told::Agent(agent_row(writing, no)?)
        }
        Ask::Agents => {
            let mut agents: Vec<_> = writing
                .directory
                .agents()
                .map(|agent| (agent.handle.clone(), agent.no))
                .collect();
            agents.sort_unstable();
            let rows = agents
                .into_iter()
                .map(|(_, no)| agent_row(writing, no))
                .collect::<Result<_, _>>()?;
            Told::Agents { agents: rows }
        }
        Ask::AgentRemove { agent } => {
            let no = agent_no(writing, &agent)?;
            agents::remove(writing, no)?;
            Told::Done
        }
        Ask::AgentMap {
            agent,
            source,
            external,
        } => {
            let (agent, source) = (agent_no(writing, &agent)?, source_no(writing, &source)?);
            agents::map(writing, source, &external, agent, &[])?;
            // Somebody else may have had that id until now.
            writing.directory.reload(writing.db)?;
            scopes::tell_all(writing)?;
            Told::Agent(agent_row(writing, agent)?)
        }
        Ask::Desks { agent } => Told::Desks {
            desks: desk_rows(writing, agent_no(writing, &agent)?)?,
        },
        Ask::ShutOut { desk } => {
            let was_there = match DeviceId::parse(&desk) {
                Some(id) => crate::pairing::revoke(writing, None, id.0)?,
                None => false,
            };
            if !was_there {
                let told =
                    format!("There is no desk `{desk}`; `agent desks NAME` tells which there are.");
                return Err(Refusal::told(Code::NotFound, told));
            }
            Told::Done
        }
        Ask::Pair { agent } => {
            let agent = agent_no(writing, &agent)?;
            let (code, until) = crate::pairing::issue(writing, agent)?;
            Told::Pairing {
                link: pairing::link(base, &code),
                until,
            }
        }
        Ask::SourceAdd { source, settings } => {
            Told::Keys(registry::add(writing, &source, &settings)?)
        }
        Ask::Sources => Told::Sources {
            sources: source_rows(writing),
        },
        Ask::SourceSet { source, settings } => {
            let source = source_no(writing, &source)?;
            registry::set(writing, source, &settings)?;
            Told::Done
        }
        Ask::SourceRotate { source } => {
            let source = source_no(writing, &source)?;
            Told::Keys(registry::rotate(writing, source)?)
        }
        Ask::SourceRemove { source } => {
            let source = source_no(writing, &source)?;
            registry::remove(writing, source)?;
            Told::Done
        }
        Ask::SourceSecret { source } => {
            Told::Keys(registry::secret(writing, source_no(writing, &source)?)?)
        }
        Ask::PolicySet { policy } => {
            impose(writing, *policy)?;
            Told::Done
        }
        Ask::RosterImport { source, roster } => {
            let source = source_no(writing, &source)?;
            Told::Roster(roster::take(writing, source, &roster)?)
        }
    })
}

/// Writes a policy into every log.
fn impose(writing: &mut Writing<'_>, policy: Policy) -> Result<(), Refusal> {
    policy::check(&policy, writing.directory)?;
    let policy = Policy {
        version: writing.directory.policy.version + 1,
        ..policy
    };
    writing
        .db
        .prepare_cached("UPDATE server SET policy = ?1")?
        .execute([serde_json::to_string(&policy)?])?;
    let mut agents: Vec<_> = writing.directory.agents().map(|agent| agent.no).collect();
    agents.sort_unstable();
    for agent in agents {
        writing.append(
            agent,
            writing.now,
            Change::Policy {
                policy: Box::new(policy.clone()),
            },
        )?;
    }
    writing.directory.impose(policy);
    Ok(())
}

fn agent_no(writing: &Writing<'_>, name: &str) -> Result<AgentNo, Refusal> {
    let told = || {
        Refusal::told(
            Code::NotFound,
            format!(
                "There is no agent `{name}`, or several are called so; `agent list` tells the handles."
            ),
        )
    };
    writing
        .directory
        .agent_named(name)
        .map(|agent| agent.no)
        .ok_or_else(told)
}

fn source_no(writing: &Writing<'_>, id: &str) -> Result<SourceNo, Refusal> {
    let told = || {
        Refusal::told(
            Code::NotFound,
            format!("There is no source `{id}`; `source list` tells which there are."),
        )
    };
    writing
        .directory
        .source_named(id)
        .map(|source| source.no)
        .ok_or_else(told)
}
