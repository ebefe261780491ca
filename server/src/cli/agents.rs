//! `agent` and `pair`.

use campanile_core::catalogue::Role;
use clap::{Args, Subcommand};

use super::{ask::ask, output};
use crate::{
    admin::{AgentRow, Ask, DeskRow, Told},
    config::Config,
};

/// The agents.
#[derive(Debug, Subcommand)]
pub enum Agent {
    /// Make an agent.
    Add {
        /// The name, such as "Mira Oak".
        name: String,
        /// What to call the agent here; made of the name if it is left out.
        #[arg(long)]
        handle: Option<String>,
        /// A role for every source: agent, admin or billing_admin. May be repeated.
        #[arg(long = "role", value_parser = role)]
        roles: Vec<Role>,
    },
    /// List everybody.
    List,
    /// Say who an agent is to a source.
    Map {
        /// Handle or name.
        agent: String,
        /// The source.
        #[arg(long)]
        source: String,
        /// The source's own id of the agent.
        #[arg(long)]
        id: String,
    },
    /// List the desks that are paired with an agent.
    Desks {
        /// Handle or name.
        agent: String,
    },
    /// Shut a desk out, one that was lost say. Its streams end at once, and its token opens nothing any more.
    ShutOut {
        /// The id of the desk, as `agent desks` tells it.
        id: String,
    },
    /// Remove an agent, with the agent's log, choices and desks.
    Remove {
        /// Handle or name.
        agent: String,
    },
}

/// Print a link that pairs one desk with an agent.
#[derive(Debug, Args)]
pub struct Pair {
    /// Handle or name.
    #[arg(long)]
    agent: String,
}

impl Agent {
    /// Does it.
    pub async fn perform(self, config: &Config) -> anyhow::Result<()> {
        let told = match self {
            Self::Add {
                name,
                handle,
                roles,
            } => {
                ask(
                    config,
                    Ask::AgentAdd {
                        handle,
                        name,
                        roles,
                    },
                )
                .await?
            }
            Self::List => ask(config, Ask::Agents).await?,
            Self::Map { agent, source, id } => {
                ask(
                    config,
                    Ask::AgentMap {
                        agent,
                        source,
                        external: id,
                    },
                )
                .await?
            }
            Self::Desks { agent } => ask(config, Ask::Desks { agent }).await?,
            Self::ShutOut { id } => ask(config, Ask::ShutOut { desk: id }).await?,
            Self::Remove { agent } => ask(config, Ask::AgentRemove { agent }).await?,
        };
        match told {
            Told::Agent(agent) => output::text(&rows(&[agent])),
            Told::Agents { agents } => output::text(&rows(&agents)),
            Told::Desks { desks } => output::text(&desk_rows(&desks)),
            _ => {}
        }
        Ok(())
    }
}

impl Pair {
    /// Does it.
    pub async fn perform(self, config: &Config) -> anyhow::Result<()> {
        if let Told::Pairing { link, until } = ask(config, Ask::Pair { agent: self.agent }).await? {
            output::text(&link);
            output::error(&format!(
                "Good once, until {until}. Open it on the desk, or run: campanile pair <link>"
            ));
        }
        Ok(())
    }
}

fn rows(agents: &[AgentRow]) -> String {
    let row = |agent: &AgentRow| {
        let roles: Vec<_> = agent.roles.iter().map(|role| word(*role)).collect();
        vec![
            agent.handle.clone(),
            agent.name.clone(),
            roles.join(","),
            agent.mapped.join(" "),
        ]
    };
    output::columns(&agents.iter().map(row).collect::<Vec<_>>())
}

fn desk_rows(desks: &[DeskRow]) -> String {
    let row = |desk: &DeskRow| {
        let seen = desk.seen_at.map(|at| format!("seen {at}"));
        vec![
            desk.id.to_string(),
            desk.name.clone(),
            format!("paired {}", desk.paired_at),
            seen.unwrap_or_default(),
        ]
    };
    output::columns(&desks.iter().map(row).collect::<Vec<_>>())
}

fn word(role: Role) -> String {
    serde_json::to_value(role)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn role(text: &str) -> Result<Role, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "expected agent, admin or billing_admin".to_owned())
}
