//! Posting as a source does: signed, over real HTTP.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use campanile_protocol::{
    event::{Accepted, NewEvent},
    problem::Problem,
    roster::{Roster, Taken},
    routes,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    admin::{Ask, Told},
    cli::ask::ask,
    config::Config,
    routes::ROSTER_SOURCE,
    sources::standard_webhooks::{ID, SIGNATURE, TIMESTAMP, read_secret, sign},
    token,
};

/// A server that does not answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// A source that posts to a running server.
#[derive(Clone)]
pub struct Poster {
    client: reqwest::Client,
    base: String,
    source: String,
    secret: Vec<u8>,
}

impl Poster {
    /// Asks the server for its address and the source's secret: the owner of the machine may.
    pub async fn ask(config: &Config, source: &str) -> anyhow::Result<Self> {
        let Told::Base { base } = ask(config, Ask::Base).await? else {
            bail!("the server told something else")
        };
        let keys = ask(
            config,
            Ask::SourceSecret {
                source: source.to_owned(),
            },
        )
        .await?;
        let Told::Keys(keys) = keys else {
            bail!("the server told something else")
        };
        Self::new(&base, source, &keys.secret)
    }

    /// Returns a source that signs with `secret`.
    pub fn new(base: &str, source: &str, secret: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .build()?;
        let secret = read_secret(secret).context("the secret cannot be read")?;
        Ok(Self {
            client,
            base: base.to_owned(),
            source: source.to_owned(),
            secret,
        })
    }

    /// Posts events.
    pub async fn post(&self, events: &[NewEvent]) -> anyhow::Result<Accepted> {
        let path = routes::INGEST.replace("{source}", &self.source);
        self.send(reqwest::Method::POST, &path, &events).await
    }

    /// Puts the source's directory.
    pub async fn put_roster(&self, roster: &Roster) -> anyhow::Result<Taken> {
        self.send(reqwest::Method::PUT, routes::ROSTER, roster)
            .await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: reqwest::Method,
        path: &str,
        what: &(impl Serialize + ?Sized),
    ) -> anyhow::Result<T> {
        let body = serde_json::to_vec(what)?;
        let id = format!("msg_{}", token::fresh()?);
        let timestamp = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .header(ROSTER_SOURCE, &self.source)
            .header(ID, &id)
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, sign(&self.secret, &id, timestamp, &body))
            .body(body);
        let answer = request.send().await.with_context(|| {
            format!(
                "no server answers at {}; start it with `campanile-server serve`",
                self.base
            )
        })?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if status.is_success() {
            return serde_json::from_slice(&body).context("the answer cannot be read");
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => bail!("{}: {}", problem.title, problem.detail),
            Err(_) => bail!("the server answered {status}"),
        }
    }
}
