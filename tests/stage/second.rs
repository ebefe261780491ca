//! A second desk of the agent, spoken to over the wire: what is chosen at one desk holds at all of them.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, Result, bail};
use campanile_core::time::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::Url;
use uuid::Uuid;

use super::deadline;

/// A desk without a tray, paired as any other.
pub struct SecondDesk {
    server: String,
    token: String,
    client: reqwest::Client,
    runtime: Runtime,
}

impl SecondDesk {
    /// Trades a pairing link for a token.
    pub fn pair(link: &str) -> Result<Self> {
        let link = Url::parse(link)?;
        let part = |name: &str| {
            let mut pairs = link.query_pairs();
            let (_, value) = pairs.find(|(key, _)| key == name)?;
            Some(value.into_owned())
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut desk = Self {
            server: part("server").context("the link names a server")?,
            token: String::new(),
            // A connection is not kept: between two questions the server may have been another one.
            client: reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()?,
            runtime,
        };
        let request = json!({ "code": part("code"), "device_name": "second" });
        let answer = desk.post("pair", &request)?;
        desk.token = answer["token"].as_str().context("a token")?.to_owned();
        Ok(desk)
    }

    /// Returns what it proves itself by.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Chooses, for a scope and a kind; `null` takes the choice back.
    ///
    /// When this returns the choice stands in the log, before whatever is sent next.
    pub fn choose(&self, scope: &str, kind: &str, facet: &str, value: &Value) -> Result<()> {
        let cell = json!({ "scope": scope, "kind": kind, "facet": facet, "value": value });
        self.push(&json!({ "type": "preferred", "cells": [cell] }))
    }

    /// Returns what is chosen, for everything and a kind.
    pub fn chosen(&self, kind: &str, facet: &str) -> Result<Value> {
        let snapshot = self.page(None)?;
        let cells = snapshot["head"]["cells"].as_array().context("cells")?;
        let is_it =
            |cell: &&Value| cell["scope"] == "*" && cell["kind"] == kind && cell["facet"] == facet;
        let cell = cells.iter().find(is_it);
        Ok(cell.map_or(Value::Null, |cell| cell["value"].clone()))
    }

    /// Marks everything read.
    pub fn read_all(&self) -> Result<()> {
        self.push(&json!({ "type": "all_read", "up_to": i64::MAX }))
    }

    /// Returns the conversations of all that the server has for the agent, notice by notice.
    pub fn conversations(&self) -> Result<Vec<String>> {
        let ids = self.items()?;
        let ids = ids
            .iter()
            .map(|item| item["notice"]["conversation"]["id"].as_str());
        Ok(ids.flatten().map(str::to_owned).collect())
    }

    /// Returns all that the server has for the agent, page by page.
    fn items(&self) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        let mut page = self.page(None)?;
        loop {
            found.extend(page["items"].as_array().context("items")?.iter().cloned());
            match page["next"].as_str() {
                Some(next) => page = self.page(Some(next))?,
                None => return Ok(found),
            }
        }
    }

    fn page(&self, after: Option<&str>) -> Result<Value> {
        let mut url = Url::parse(&format!("{}/v1/snapshot", self.server))?;
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let request = self.client.get(url);
        self.runtime.block_on(async {
            let answer = request.bearer_auth(&self.token).send().await?;
            anyhow::Ok(answer.error_for_status()?.json().await?)
        })
    }

    /// Returns how the server has the conversations marked, by their numbers.
    pub fn marks(&self) -> Result<BTreeMap<String, String>> {
        Ok(self
            .items()?
            .iter()
            .map(|item| {
                let conversation = item["notice"]["conversation"]["id"].as_str();
                let mark = item["mark"]["as"].as_str();
                (
                    conversation.unwrap_or_default().to_owned(),
                    mark.unwrap_or_default().to_owned(),
                )
            })
            .collect())
    }

    /// Waits until the server has the conversations marked so; each question takes its time.
    pub fn wait_for_marks(&self, expected: &BTreeMap<String, String>) -> Result<()> {
        let limit = deadline();
        loop {
            let marks = self.marks()?;
            if marks == *expected {
                return Ok(());
            }
            if Instant::now() > limit {
                bail!("waited for {expected:#?}; the server has {marks:#?}");
            }
        }
    }

    fn push(&self, deed: &Value) -> Result<()> {
        let change = json!({ "id": Uuid::now_v7(), "at": now(), "deed": deed });
        let answer = self.post("changes", &json!({ "changes": [change] }))?;
        match answer["answers"][0]["outcome"]["outcome"].as_str() {
            Some("accepted") => Ok(()),
            _ => bail!("{deed} was answered with {answer}"),
        }
    }

    fn post(&self, route: &str, body: &Value) -> Result<Value> {
        self.runtime.block_on(async {
            let request = self
                .client
                .post(format!("{}/v1/{route}", self.server))
                .bearer_auth(&self.token)
                .json(body);
            Ok(request.send().await?.json().await?)
        })
    }
}

/// The moment on the wire: the server takes the earlier of it and the arrival.
fn now() -> String {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_ms(since.as_millis() as i64).to_string()
}
