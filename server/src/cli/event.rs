//! `event send`: one event, signed and posted as a source would.

use anyhow::bail;
use campanile_core::{
    event::{Contact, Conversation, Link, Reference},
    time::Timestamp,
};
use campanile_protocol::event::NewEvent;
use clap::{Args, Subcommand};

use super::{ask::ask, output};
use crate::{
    admin::{Ask, Told},
    config::Config,
    post::Poster,
    token,
};

/// Events.
#[derive(Debug, Subcommand)]
pub enum Event {
    /// Send one event to the running server, as the source would.
    Send(Box<Send>),
}

/// Send one event.
#[derive(Debug, Args)]
pub struct Send {
    /// The source that sends it.
    #[arg(long)]
    source: String,
    /// A kind such as operator_mentioned, or a fact such as conversation.read.
    #[arg(long)]
    kind: String,
    /// An agent to tell, by handle or name. May be repeated.
    #[arg(long = "agent")]
    agents: Vec<String>,
    /// Somebody to tell, by the source's own id. May be repeated.
    #[arg(long = "recipient")]
    recipients: Vec<String>,
    /// The source's id of the event; a random one if it is left out.
    #[arg(long)]
    id: Option<String>,
    /// The headline.
    #[arg(long)]
    title: Option<String>,
    /// The text.
    #[arg(long)]
    body: Option<String>,
    /// The conversation, by the source's own id.
    #[arg(long)]
    conversation: Option<String>,
    /// Where to read it.
    #[arg(long)]
    url: Option<String>,
    /// The customer's name.
    #[arg(long)]
    contact: Option<String>,
    /// Who did it, by the source's own id.
    #[arg(long)]
    actor: Option<String>,
    /// Who it is assigned to, by the source's own id.
    #[arg(long)]
    assignee: Option<String>,
    /// The line, by the source's own id.
    #[arg(long)]
    line: Option<String>,
    /// The inbox, by the source's own id.
    #[arg(long)]
    inbox: Option<String>,
    /// The team, by the source's own id.
    #[arg(long)]
    team: Option<String>,
    /// What happened, by the source's own id: one happening makes one notice.
    #[arg(long)]
    cause: Option<String>,
    /// After this moment it interrupts nobody.
    #[arg(long, value_parser = time)]
    expires_at: Option<Timestamp>,
    /// What the kind needs beyond that, as a JSON object.
    #[arg(long, value_parser = data)]
    data: Option<Data>,
}

type Data = serde_json::Map<String, serde_json::Value>;

impl Event {
    /// Does it.
    pub async fn perform(self, config: &Config) -> anyhow::Result<()> {
        let Self::Send(send) = self;
        send.perform(config).await
    }
}

impl Send {
    async fn perform(mut self, config: &Config) -> anyhow::Result<()> {
        for agent in std::mem::take(&mut self.agents) {
            let external = external(config, &self.source, &agent).await?;
            self.recipients.push(external);
        }
        let poster = Poster::ask(config, &self.source).await?;
        let accepted = poster.post(&[self.event()?]).await?;
        for event in &accepted.events {
            output::text(&serde_json::to_string(event)?);
        }
        Ok(())
    }

    fn event(self) -> anyhow::Result<NewEvent> {
        let some = |id: Option<String>| id.map(|id| Reference { id, name: None });
        let id = match self.id {
            Some(id) => id,
            None => token::fresh()?,
        };
        let link = self.url.clone().map(|url| Link {
            rel: "open".into(),
            label: None,
            url,
        });
        let conversation = self.conversation.map(|id| Conversation {
            number: Some(id.clone()),
            id,
            title: None,
            url: self.url,
        });
        let contact = self.contact.map(|name| Contact {
            id: name.clone(),
            name: Some(name),
            saved: true,
        });
        Ok(NewEvent {
            links: if conversation.is_some() {
                Vec::new()
            } else {
                link.into_iter().collect()
            },
            id,
            kind: self.kind,
            time: None,
            cause: self.cause,
            actor: some(self.actor),
            conversation,
            contact,
            line: some(self.line),
            inbox: some(self.inbox),
            team: some(self.team),
            assignee: some(self.assignee),
            watchers: Vec::new(),
            recipients: self
                .recipients
                .into_iter()
                .map(|id| Reference { id, name: None })
                .collect(),
            title: self.title,
            body: self.body,
            lang: None,
            collapse: None,
            expires_at: self.expires_at,
            data: self.data.unwrap_or_default(),
        })
    }
}

/// Returns the id by which a source knows an agent; one that it does not know is mapped by the handle.
async fn external(config: &Config, source: &str, agent: &str) -> anyhow::Result<String> {
    let Told::Agents { agents } = ask(config, Ask::Agents).await? else {
        bail!("the server told something else")
    };
    let by_handle = agents.iter().find(|row| row.handle == agent);
    let Some(row) = by_handle.or_else(|| agents.iter().find(|row| row.name == agent)) else {
        bail!("There is no agent `{agent}`; `agent list` tells who there is.");
    };
    let mapped = row
        .mapped
        .iter()
        .find_map(|mapped| mapped.strip_prefix(source)?.strip_prefix('='));
    if let Some(external) = mapped {
        return Ok(external.to_owned());
    }
    let external = row.handle.clone();
    let map = Ask::AgentMap {
        agent: row.handle.clone(),
        source: source.to_owned(),
        external: external.clone(),
    };
    ask(config, map).await?;
    output::error(&format!(
        "`{source}` did not know {}: mapped as `{external}`",
        row.name
    ));
    Ok(external)
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "write it like 2026-11-21T08:30:00Z".to_owned())
}

fn data(text: &str) -> Result<Data, String> {
    serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"))
}
