//! A world in one process: a real server and real desks that keep, sync and decide; only their outlets write down what they were given.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context as _, Result, bail};
use campanile_client::sync::Surroundings;
use campanile_core::time::Timestamp;
use campanile_server::{Ask, Clock, Config, Running, Server, Told, cli::ask::ask};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::desk::Desk;

/// A clock that only this test turns. All in a world show the same time, but for what each is off.
#[derive(Clone)]
pub struct Wall {
    time: Arc<AtomicI64>,
    off_ms: Arc<AtomicI64>,
}

impl Wall {
    pub fn at(text: &str) -> Self {
        let wall = Self {
            time: Arc::default(),
            off_ms: Arc::default(),
        };
        wall.turn_to(text);
        wall
    }

    /// Returns another clock of this world.
    pub fn another(&self) -> Self {
        Self {
            time: Arc::clone(&self.time),
            off_ms: Arc::default(),
        }
    }

    /// Puts this clock, and no other one of this world, so far from the world's time.
    pub fn drift_ms(&self, off_ms: i64) {
        self.off_ms.store(off_ms, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        let off_ms = self.off_ms.load(Ordering::Relaxed);
        Timestamp::from_ms(self.time.load(Ordering::Relaxed) + off_ms)
    }

    pub fn turn_to(&self, text: &str) {
        let at = Timestamp::parse(text).expect("an RFC 3339 time");
        self.time.store(at.ms(), Ordering::Relaxed);
    }

    pub fn pass_ms(&self, ms: i64) {
        self.time.fetch_add(ms, Ordering::Relaxed);
    }
}

/// A server with the source `acme` and the agent Mira, whom `acme` calls `a1`, and her colleague Tomas, `a2`.
pub struct World {
    pub wall: Wall,
    pub folder: TempDir,
    pub config: Config,
    bearer: String,
    server: Option<Running>,
    next: u32,
}

impl World {
    /// Begins on a Tuesday at noon in Kyiv.
    pub async fn begin() -> Result<Self> {
        Self::begin_at("2026-11-24T10:00:00Z").await
    }

    pub async fn begin_at(now: &str) -> Result<Self> {
        let mut world = Self::empty(now)?;
        world.start_server().await?;
        for (name, handle, external) in [("Mira Oak", "mira", "a1"), ("Tomas Ash", "tomas", "a2")] {
            let add = json!({ "ask": "agent_add", "name": name, "handle": handle, "roles": [] });
            world.ask(add).await?;
            if external == "a1" {
                let settings = json!({ "link_origins": ["https://desk.acme.example"] });
                let added = world
                    .ask(json!({ "ask": "source_add", "source": "acme", "settings": settings }))
                    .await?;
                world.bearer = bearer(added)?;
            }
            world.ask(json!({ "ask": "agent_map", "agent": handle, "source": "acme", "external": external })).await?;
        }
        Ok(world)
    }

    /// Goes on with the database of a server that ended, a copy of which lies at `database`; its source gets a new token.
    pub async fn resumed(database: &Path, now: &str) -> Result<Self> {
        let mut world = Self::empty(now)?;
        fs::create_dir_all(&world.config.data)?;
        fs::copy(database, world.config.data.join("campanile.db"))?;
        world.start_server().await?;
        let rotated = world
            .ask(json!({ "ask": "source_rotate", "source": "acme" }))
            .await?;
        world.bearer = bearer(rotated)?;
        Ok(world)
    }

    fn empty(now: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("campanile-world")
            .tempdir()?;
        let mut config = Config::new(folder.path().join("server"));
        config.listen = free_address()?;
        Ok(Self {
            wall: Wall::at(now),
            folder,
            config,
            bearer: String::new(),
            server: None,
            next: 0,
        })
    }

    pub async fn start_server(&mut self) -> Result<()> {
        let wall = self.wall.clone();
        self.server =
            Some(Server::start(self.config.clone(), Clock::reading(move || wall.now())).await?);
        Ok(())
    }

    /// Takes the server away; every desk loses its stream.
    pub async fn stop_server(&mut self) -> Result<()> {
        self.server
            .take()
            .context("the server runs")?
            .shutdown()
            .await;
        Ok(())
    }

    /// Lets the server forget what retention no longer covers.
    pub async fn forget(&self) -> Result<()> {
        let server = self.server.as_ref().context("the server runs")?;
        Ok(server.forget().await?)
    }

    /// Asks as the owner of the machine does.
    pub async fn ask(&self, question: Value) -> Result<Told> {
        let question: Ask = serde_json::from_value(question)?;
        ask(&self.config, question).await
    }

    /// Posts an event about a conversation to Mira, as the platform does; `more` is merged into it.
    pub async fn post(&mut self, kind: &str, more: Value) -> Result<Value> {
        self.next += 1;
        let mut event = json!({
            "id": format!("e{}", self.next),
            "type": kind,
            "conversation": {
                "id": self.next.to_string(),
                "number": self.next.to_string(),
                "title": "Parcel late",
                "url": format!("https://desk.acme.example/c/{}", self.next),
            },
            "assignee": { "id": "a1" },
        });
        merge(&mut event, more);
        self.post_raw(&event).await
    }

    pub async fn post_raw(&self, body: &Value) -> Result<Value> {
        let response = reqwest::Client::new()
            .post(format!("http://{}/v1/ingest/acme", self.config.listen))
            .bearer_auth(&self.bearer)
            .json(body)
            .send()
            .await?;
        let (status, answer) = (response.status(), response.json::<Value>().await?);
        if !status.is_success() {
            bail!("{status}: {answer}");
        }
        Ok(answer)
    }

    /// Pairs a desk of Mira's and waits until it is connected.
    pub async fn desk(&self, name: &str) -> Result<Desk> {
        let Told::Pairing { link, .. } =
            self.ask(json!({ "ask": "pair", "agent": "mira" })).await?
        else {
            bail!("a pairing link");
        };
        let folder = self.folder.path().join(name);
        let mut desk = Desk::paired(&link, &folder, self.wall.another()).await?;
        desk.until_connected().await?;
        Ok(desk)
    }

    pub fn surroundings(wall: &Wall) -> Surroundings {
        let wall = wall.clone();
        // No chance: a desk that lost its server tries again at once.
        Surroundings {
            wall: Arc::new(move || wall.now()),
            chance: Arc::new(|| 0.0),
            authorities: None,
        }
    }
}

fn bearer(told: Told) -> Result<String> {
    let Told::Keys(keys) = told else {
        bail!("a source has keys");
    };
    let keys = serde_json::to_value(keys)?;
    Ok(keys["token"].as_str().context("a bearer token")?.to_owned())
}

/// Returns `value` with `more` merged into it.
pub fn merged(mut value: Value, more: Value) -> Value {
    merge(&mut value, more);
    value
}

fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

/// A restarted server must be found where it was.
fn free_address() -> Result<std::net::SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Returns how often something is done: `short`, or `long` in the long form, which raises the cases of properties.
pub fn rounds(short: usize, long: usize) -> usize {
    match std::env::var_os("PROPTEST_CASES") {
        None => short,
        Some(_) => long,
    }
}
