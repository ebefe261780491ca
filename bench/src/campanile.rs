//! Our server, set up by its own doors: the command line, the admin socket, and pairing over HTTP.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::SocketAddr,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{
    backend::{Backend, GROUP, free_address},
    event,
    http::{Connection, Request},
    program::{Program, built, output},
};

const SOURCE: &str = "bench";
const TEAM: &str = "fifty";

/// A server with agents that a source knows as `0`, `1` and so on, and the first of them in a team.
pub struct Campanile {
    name: &'static str,
    folder: PathBuf,
    address: SocketAddr,
    metrics: SocketAddr,
    token: String,
    /// The tokens of the agents' desks.
    desks: Vec<String>,
    program: Program,
}

impl Campanile {
    /// Raises one in a folder that does not exist yet.
    pub fn start(name: &'static str, folder: &Path, agents: usize) -> Result<Self> {
        let (address, metrics) = (free_address()?, free_address()?);
        let program = Program::listening(command(folder, address, metrics)?.arg("serve"))?;
        let mut server = Self {
            name,
            folder: folder.to_owned(),
            address,
            metrics,
            token: String::new(),
            desks: Vec::new(),
            program,
        };
        server.token = server.add_source()?;
        server.import_agents(agents)?;
        Ok(server)
    }

    /// Pairs one desk for each agent.
    pub fn pair_all(&mut self, agents: usize) -> Result<()> {
        let mut http = Connection::open(self.address)?;
        for agent in 0..agents {
            let link = self.pairing_link(agent)?;
            let code = link.split("code=").nth(1).context("a link has a code")?;
            let answer = http.ask(&Request {
                line: "POST /v1/pair".into(),
                token: String::new(),
                body: json!({ "code": code, "device_name": "bench" }).to_string(),
            })?;
            let answer: Value = serde_json::from_str(&answer)?;
            self.desks
                .push(answer["token"].as_str().context("no token")?.to_owned());
        }
        Ok(())
    }

    /// Returns a link that pairs one desk with an agent.
    pub fn pairing_link(&self, agent: usize) -> Result<String> {
        // The same question as `campanile-server pair` asks, without a process for each of thousands.
        let mut door = UnixStream::connect(self.folder.join("admin.sock"))?;
        writeln!(
            door,
            "{}",
            json!({ "ask": "pair", "agent": agent_name(agent) })
        )?;
        let mut told = String::new();
        door.read_to_string(&mut told)?;
        let told: Value = serde_json::from_str(&told)?;
        let link = told["link"].as_str();
        Ok(link
            .with_context(|| format!("no link but {told}"))?
            .to_owned())
    }

    /// Starts it anew with what it has: what it took to fill it is in no figure.
    pub fn restart(&mut self) -> Result<()> {
        self.program.stop()?;
        let mut command = command(&self.folder, self.address, self.metrics)?;
        self.program = Program::listening(command.arg("serve"))?;
        Ok(())
    }

    /// Returns the request that takes in `events` in one transaction.
    pub fn ingest(&self, events: &[Value]) -> Request {
        Request {
            line: format!("POST /v1/ingest/{SOURCE}"),
            token: self.token.clone(),
            body: Value::from(events.to_vec()).to_string(),
        }
    }

    fn add_source(&self) -> Result<String> {
        let keys = output(self.command()?.args(["source", "add", SOURCE]))?;
        let token = keys.lines().find_map(|line| line.strip_prefix("token"));
        Ok(token.context("a source has a token")?.trim().to_owned())
    }

    fn import_agents(&self, agents: usize) -> Result<()> {
        let member = |agent| format!("\"{agent}\"");
        let members: Vec<_> = (0..agents.min(GROUP)).map(member).collect();
        let mut roster: String = (0..agents)
            .map(|agent| {
                format!(
                    "[[agents]]\nid = \"{agent}\"\nname = \"{}\"\n",
                    agent_name(agent)
                )
            })
            .collect();
        roster += &format!(
            "[[teams]]\nid = \"{TEAM}\"\nname = \"Fifty\"\nmembers = [{}]\n",
            members.join(",")
        );
        let file = self.folder.with_extension("toml");
        fs::write(&file, roster)?;
        let mut import = self.command()?;
        import
            .args(["roster", "import"])
            .arg(&file)
            .args(["--source", SOURCE]);
        output(&mut import).map(drop)
    }

    fn command(&self) -> Result<Command> {
        command(&self.folder, self.address, self.metrics)
    }
}

impl Backend for Campanile {
    fn name(&self) -> &'static str {
        self.name
    }

    fn pid(&self) -> u32 {
        self.program.pid()
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn metrics_address(&self) -> SocketAddr {
        self.metrics
    }

    fn stream(&self, agent: usize) -> Request {
        Request {
            line: "GET /v1/stream".into(),
            token: self.desks[agent].clone(),
            body: String::new(),
        }
    }

    fn publish(&self, ids: &[String], agent: usize, text: &dyn Fn() -> String) -> Request {
        let events: Vec<_> = ids
            .iter()
            .map(|id| event::message(id, agent, &text()))
            .collect();
        self.ingest(&events)
    }

    fn publish_to_group(&self, id: &str, text: &str) -> Request {
        self.ingest(&[event::ticket(id, TEAM, text)])
    }
}

fn agent_name(agent: usize) -> String {
    format!("Agent {agent}")
}

fn command(folder: &Path, address: SocketAddr, metrics: SocketAddr) -> Result<Command> {
    let mut command = Command::new(built("campanile-server")?);
    command
        .env("CAMPANILE_SERVER_DATA", folder)
        .env("CAMPANILE_SERVER_LISTEN", address.to_string())
        .env("CAMPANILE_SERVER_METRICS_LISTEN", metrics.to_string())
        .env("CAMPANILE_SERVER_LOG", "warn")
        // All desks of the measurement pair from one address, and within seconds.
        .env("CAMPANILE_SERVER_PAIRING__TRIES_PER_MINUTE", "1000000");
    Ok(command)
}
