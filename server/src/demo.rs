//! The demonstration: a small team, its lines, and a day's events, sent over real HTTP as a platform would.

mod samples;

use std::time::Duration;

use anyhow::bail;
use campanile_core::catalogue::Role;
use campanile_protocol::roster::{Roster, RosterAgent, RosterPlace};
use clap::Args;

use crate::{
    admin::{Ask, Told},
    cli::{ask::ask, output, serve},
    clock::Clock,
    config::Config,
    post::Poster,
    serve::Server,
    sources::registry::Settings,
    store::{Folder, StoreError},
};

/// The source that the events come from.
const SOURCE: &str = "demo";

/// Fill a server with people and lines, and send sample events of many kinds.
///
/// Where no server runs on this data folder, one is run here until Ctrl-C.
#[derive(Debug, Args)]
pub struct Demo {
    /// The agent who is told; made if there is none of that name.
    #[arg(long, default_value = "Mira Oak")]
    agent: String,
    /// Go on, with one event every so many seconds, until Ctrl-C.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Only make the people and lines, and send nothing.
    #[arg(long, conflicts_with = "every")]
    silent: bool,
}

impl Demo {
    /// Does it.
    pub async fn perform(self, config: Config) -> anyhow::Result<()> {
        let is_running = matches!(
            Folder::open(&config.data)?.lock(),
            Err(StoreError::InUse(_))
        );
        if is_running {
            return tokio::select! {
                sent = self.send(&config) => sent,
                stopped = serve::stopped() => stopped,
            };
        }
        serve::log(&config)?;
        let running = Server::start(config.clone(), Clock::system()).await?;
        output::text(&format!("campanile-server listens on {}", running.base()));
        // Its desks still want the server once everything is sent.
        let sent_and_serving = async {
            self.send(&config).await?;
            std::future::pending().await
        };
        let result = tokio::select! {
            failed = sent_and_serving => failed,
            stopped = serve::stopped() => stopped,
        };
        running.shutdown().await;
        result
    }

    async fn send(&self, config: &Config) -> anyhow::Result<()> {
        let handle = self.agent_handle(config).await?;
        make_source(config).await?;
        let poster = Poster::ask(config, SOURCE).await?;
        poster.put_roster(&roster(&handle, &self.agent)).await?;
        if self.silent {
            return Ok(());
        }
        let run = crate::token::fresh()?;
        match self.every {
            None => {
                let accepted = poster.post(&samples::day(&run)).await?;
                output::text(&format!(
                    "{} events sent to {}",
                    accepted.events.len(),
                    self.agent
                ));
                Ok(())
            }
            Some(seconds) => {
                self.keep_sending(&poster, &run, Duration::from_secs(seconds))
                    .await
            }
        }
    }

    async fn keep_sending(
        &self,
        poster: &Poster,
        run: &str,
        pause: Duration,
    ) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval(pause);
        for round in 0_u64.. {
            for event in samples::day(&format!("{run}-{round}")) {
                ticks.tick().await;
                let kind = event.kind.clone();
                poster.post(&[event]).await?;
                output::text(&format!("{kind} sent to {}", self.agent));
            }
        }
        Ok(())
    }

    async fn agent_handle(&self, config: &Config) -> anyhow::Result<String> {
        let Told::Agents { agents } = ask(config, Ask::Agents).await? else {
            bail!("the server told something else")
        };
        if let Some(row) = agents
            .iter()
            .find(|row| row.handle == self.agent || row.name == self.agent)
        {
            return Ok(row.handle.clone());
        }
        let add = Ask::AgentAdd {
            handle: None,
            name: self.agent.clone(),
            roles: Vec::new(),
        };
        match ask(config, add).await? {
            Told::Agent(row) => Ok(row.handle),
            _ => bail!("the server told something else"),
        }
    }
}

async fn make_source(config: &Config) -> anyhow::Result<()> {
    let Told::Sources { sources } = ask(config, Ask::Sources).await? else {
        bail!("the server told something else")
    };
    if sources.iter().any(|row| row.id == SOURCE) {
        return Ok(());
    }
    let settings = Settings {
        name: Some("Acme Desk".to_owned()),
        link_origins: Some(vec![samples::ORIGIN.to_owned()]),
        kinds: Some(samples::kinds()),
        ..Settings::default()
    };
    ask(
        config,
        Ask::SourceAdd {
            source: SOURCE.to_owned(),
            settings,
        },
    )
    .await?;
    Ok(())
}

/// A small team around the agent.
fn roster(handle: &str, name: &str) -> Roster {
    let person = |id: &str, agent: Option<&str>, name: &str, roles: Vec<Role>| RosterAgent {
        id: id.to_owned(),
        agent: agent.map(str::to_owned),
        name: name.to_owned(),
        roles,
    };
    let place = |id: &str, name: &str, members: &[&str]| RosterPlace {
        id: id.to_owned(),
        name: name.to_owned(),
        members: members.iter().map(|&id| id.to_owned()).collect(),
        owner: None,
        followers: Vec::new(),
    };
    Roster {
        agents: vec![
            person(samples::ME, Some(handle), name, vec![Role::Admin]),
            person(samples::IHOR, None, "Ihor Lys", Vec::new()),
            person(samples::OLENA, None, "Olena Hai", Vec::new()),
        ],
        teams: vec![place(
            "support",
            "Support",
            &[samples::ME, samples::IHOR, samples::OLENA],
        )],
        lines: vec![
            RosterPlace {
                owner: Some(samples::ME.to_owned()),
                ..place("sales", "Sales line", &[samples::ME, samples::IHOR])
            },
            RosterPlace {
                followers: vec![samples::ME.to_owned()],
                ..place("returns", "Returns line", &[samples::OLENA])
            },
        ],
        inboxes: vec![place("web", "Web chat", &[samples::ME, samples::OLENA])],
    }
}
