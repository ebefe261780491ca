//! A server as a process, spoken to only by its command line.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use uuid::Uuid;

use super::{program, run, source::Source, surroundings::Surroundings};

/// The agent of the stage, and how the source `acme` calls her.
const AGENT: &str = "Mira Oak";

/// One server with a source, a line and an agent.
pub struct Server {
    data: PathBuf,
    address: &'static str,
    surroundings: Surroundings,
    port: u16,
    token: String,
    secret: String,
    process: Option<Child>,
}

impl Server {
    pub fn start(data: &Path) -> Result<Self> {
        Self::start_at(data, "127.0.0.1", Surroundings::default())
    }

    /// Starts it at an address of its own, in other surroundings.
    pub fn start_at(
        data: &Path,
        address: &'static str,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let mut server = Self::at(data, address, surroundings)?;
        server.resume()?;
        run(server
            .command()
            .args(["agent", "add", AGENT, "--handle", "mira"]))?;
        let keys = run(server.command().args([
            "source",
            "add",
            "acme",
            "--link-origin",
            "https://desk.acme.example",
        ]))?;
        let key = |name| keys.lines().find_map(|line| line.strip_prefix(name));
        server.token = key("token").context("a token")?.trim().to_owned();
        server.secret = key("secret").context("a secret")?.trim().to_owned();
        run(server
            .command()
            .args(["agent", "map", "mira", "--source", "acme", "--id", "a1"]))?;
        Ok(server)
    }

    /// Sets a key of its configuration, which holds from its next start on.
    pub fn with(&mut self, name: &'static str, value: impl ToString) -> &mut Self {
        self.surroundings = std::mem::take(&mut self.surroundings).with(name, value.to_string());
        self
    }

    /// The same with nothing started.
    pub fn at(data: &Path, address: &'static str, surroundings: Surroundings) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Self {
            data: data.to_owned(),
            address,
            surroundings,
            port,
            token: String::new(),
            secret: String::new(),
            process: None,
        })
    }

    /// Starts it again with what it had; fails with what it said where it ends instead.
    pub fn resume(&mut self) -> Result<()> {
        let log = fs::File::create(self.data.with_extension("log"))?;
        let mut process = self
            .serve()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("start the server")?;
        // Its first line says where it listens; until then nobody is answered.
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("the server has an output")?)
            .read_line(&mut line)?;
        if line.is_empty() {
            process.wait()?;
            bail!("the server does not start: {}", self.log());
        }
        self.process = Some(process);
        Ok(())
    }

    /// Ends it as a crash does.
    pub fn kill(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the server runs")?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// Ends it as an administrator does.
    pub fn stop(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the server runs")?;
        run(Command::new("kill").args(["-s", "TERM", &process.id().to_string()]))?;
        process.wait()?;
        Ok(())
    }

    /// Returns where its data is.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Lets what is started from here on find its data in another folder.
    pub fn move_to(&mut self, data: &Path) {
        self.data = data.to_owned();
    }

    /// Returns what it said on its terminal.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.with_extension("log")).unwrap_or_default()
    }

    /// Returns the process.
    pub fn pid(&self) -> Result<u32> {
        Ok(self.process.as_ref().context("the server runs")?.id())
    }

    /// Returns where it listens.
    pub fn address(&self) -> String {
        format!("{}:{}", self.address, self.port)
    }

    /// Returns the token by which the source `acme` proves itself.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns the secret by which the source `acme` signs.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The source `acme`, which tells of the agent.
    pub fn source(&self) -> Result<Source> {
        Source::new(&format!("http://{}", self.address()), &self.token)
    }

    pub fn pairing_link(&self) -> Result<String> {
        self.pairing_link_of("mira")
    }

    pub fn pairing_link_of(&self, agent: &str) -> Result<String> {
        Ok(run(self.command().args(["pair", "--agent", agent]))?
            .trim()
            .to_owned())
    }

    /// Adds an agent whom no source tells of anything.
    pub fn add_agent(&self, handle: &str) -> Result<()> {
        let mut add = self.command();
        run(add.args(["agent", "add", handle, "--handle", handle])).map(drop)
    }

    /// Removes an agent, with all that the agent had.
    pub fn remove_agent(&self, handle: &str) -> Result<()> {
        run(self.command().args(["agent", "remove", handle])).map(drop)
    }

    /// Shuts every desk of an agent out.
    pub fn shut_out(&self, handle: &str) -> Result<()> {
        let desks = run(self.command().args(["agent", "desks", handle]))?;
        let ids = desks
            .split_whitespace()
            .filter(|word| word.parse::<Uuid>().is_ok());
        for id in ids {
            run(self.command().args(["agent", "shut-out", id]))?;
        }
        Ok(())
    }

    /// Sends an event of `kind` to the agent, as the source does, with more flags of `event send`.
    pub fn send(&self, kind: &str, flags: &[&str]) -> Result<()> {
        let mut send = self.command();
        send.args(["event", "send", "--source", "acme", "--kind", kind])
            .args(flags);
        run(&mut send).map(drop)
    }

    /// Returns the command that serves.
    pub fn serve(&self) -> Command {
        let mut serve = self.command();
        serve.arg("serve");
        serve
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(program("campanile-server"));
        command
            .env("CAMPANILE_SERVER_DATA", &self.data)
            .env("CAMPANILE_SERVER_LISTEN", self.address())
            // Rows pair again and again from one address; what it is good for is tested with the server.
            .env("CAMPANILE_SERVER_PAIRING__TRIES_PER_MINUTE", "1000");
        self.surroundings.placed(command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            let _ = self.kill();
        }
    }
}
