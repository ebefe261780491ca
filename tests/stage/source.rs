//! The platform that sends events: over HTTP, again and again until it is told that they are kept.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use campanile_server::standard_webhooks;
use reqwest::StatusCode;
use serde_json::json;

use super::PATIENCE;

/// How long to wait before an event is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(10);
/// How long one request may take.
const REQUEST_WITHIN: Duration = Duration::from_secs(5);

/// What one request came to.
pub struct Answer {
    pub status: StatusCode,
    pub retry_after: Option<String>,
}

/// A source, to be cloned for each who sends at the same time.
#[derive(Clone)]
pub struct Source {
    url: String,
    token: String,
    client: reqwest::Client,
    insists_for: Duration,
    recipient: String,
    collapse: Option<String>,
    /// What it signs with, instead of showing its token.
    secret: Option<Vec<u8>>,
}

impl Source {
    pub fn new(base: &str, token: &str) -> Result<Self> {
        Ok(Self {
            url: format!("{base}/v1/ingest/acme"),
            token: token.to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(REQUEST_WITHIN)
                .build()?,
            insists_for: PATIENCE,
            recipient: "a1".to_owned(),
            collapse: None,
            secret: None,
        })
    }

    /// Lets each event be for another agent, by the source's own name.
    #[must_use]
    pub fn telling(mut self, recipient: &str) -> Self {
        self.recipient = recipient.to_owned();
        self
    }

    /// Lets all events stand in one row.
    #[must_use]
    pub fn collapsing(mut self, key: &str) -> Self {
        self.collapse = Some(key.to_owned());
        self
    }

    /// Lets each request be signed as Standard Webhooks does: sent again, it has the same `webhook-id`.
    pub fn signing(mut self, secret: &str) -> Result<Self> {
        self.secret = Some(standard_webhooks::read_secret(secret).context("a secret")?);
        Ok(self)
    }

    /// Lets each event be sent again for so long.
    #[must_use]
    pub fn insisting_for(mut self, patience: Duration) -> Self {
        self.insists_for = patience;
        self
    }

    /// Sends the event `id`, a conversation of the same number; fails where nobody answers.
    pub async fn send(&self, id: &str) -> Result<Answer> {
        self.send_all(&[id]).await
    }

    /// Sends these events at once: all of them are accepted, or none.
    pub async fn send_all(&self, ids: &[impl AsRef<str>]) -> Result<Answer> {
        self.send_all_saying(ids, "").await
    }

    /// The same with a text in each.
    pub async fn send_all_saying(&self, ids: &[impl AsRef<str>], text: &str) -> Result<Answer> {
        let event = |id: &str| {
            json!({
                "id": id,
                "type": "conversation_assigned",
                "recipients": [{ "id": self.recipient }],
                "title": id,
                "collapse": self.collapse,
                "body": text,
                "conversation": { "id": id, "number": id, "title": id },
            })
        };
        let events: Vec<_> = ids.iter().map(|id| event(id.as_ref())).collect();
        let body = serde_json::to_vec(&events)?;
        let request = self.client.post(&self.url);
        let request = match &self.secret {
            None => request.bearer_auth(&self.token),
            Some(secret) => {
                let id = ids.first().context("an event")?.as_ref();
                let now_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
                let now_s = i64::try_from(now_s)?;
                request
                    .header(standard_webhooks::ID, id)
                    .header(standard_webhooks::TIMESTAMP, now_s)
                    .header(
                        standard_webhooks::SIGNATURE,
                        standard_webhooks::sign(secret, id, now_s, &body),
                    )
            }
        };
        let request = request.header("content-type", "application/json");
        let answer = request.body(body).send().await?;
        let retry_after = answer.headers().get("retry-after");
        Ok(Answer {
            status: answer.status(),
            retry_after: retry_after.and_then(|after| after.to_str().ok().map(str::to_owned)),
        })
    }

    /// Sends the event `id` until it is accepted.
    pub async fn insist(&self, id: &str) -> Result<()> {
        let limit = Instant::now() + self.insists_for;
        loop {
            match self.send(id).await {
                Ok(answer) if answer.status.is_success() => return Ok(()),
                Ok(answer) if answer.status.is_client_error() => {
                    bail!("{id} was refused: {}", answer.status)
                }
                // Down, or not able to keep it just now.
                _ if Instant::now() < limit => tokio::time::sleep(AGAIN_AFTER).await,
                Ok(answer) => bail!("{id} was never accepted: {}", answer.status),
                Err(error) => bail!("{id} was never accepted: {error}"),
            }
        }
    }

    /// Sends the events `<name>-0` to `<name>-<count - 1>`, one after another, each until it is accepted.
    pub async fn insist_all(self, name: String, count: u32) -> Result<()> {
        for event in 0..count {
            self.insist(&format!("{name}-{event}")).await?;
        }
        Ok(())
    }
}
