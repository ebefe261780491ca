//! The stage: a server on a port of its own, people on it, and a clock.

mod people;
mod stream;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use campanile_core::{change::Entry, time::Timestamp};
use campanile_server::{Ask, Clock, Config, Running, Server, Settings, Told};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use people::{Desk, Source, roster};
pub use stream::Stream;

/// When every test begins: 2026-11-21 08:30 UTC, a Saturday.
pub const START_MS: i64 = 1_795_249_800_000;

pub struct Stage {
    running: Option<Running>,
    home: TempDir,
    now_ms: Arc<AtomicI64>,
    client: reqwest::Client,
    change: fn(&mut Config),
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Sets the stage with another configuration.
    pub async fn with(change: fn(&mut Config)) -> Self {
        let mut stage = Self {
            running: None,
            home: tempfile::tempdir().unwrap(),
            now_ms: Arc::new(AtomicI64::new(START_MS)),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            change,
        };
        stage.start().await;
        stage
    }

    pub async fn start(&mut self) {
        self.try_to_start().await.unwrap();
    }

    /// Starts, or says why not.
    pub async fn try_to_start(&mut self) -> Result<(), String> {
        let mut config = Config::new(self.home.path().join("data"));
        config.listen = ([127, 0, 0, 1], 0).into();
        (self.change)(&mut config);
        let now_ms = self.now_ms.clone();
        let clock = Clock::reading(move || Timestamp::from_ms(now_ms.load(Relaxed)));
        let started = Server::start(config, clock).await;
        self.running = Some(started.map_err(|error| error.to_string())?);
        Ok(())
    }

    pub async fn stop(&mut self) {
        self.running.take().unwrap().shutdown().await;
    }

    pub fn server(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    pub fn database(&self) -> PathBuf {
        self.home.path().join("data/campanile.db")
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.now_ms.load(Relaxed))
    }

    /// Turns the clock.
    pub fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Relaxed);
    }

    pub async fn ask(&self, ask: Ask) -> Told {
        self.server().ask(ask).await.unwrap()
    }

    /// Makes a source.
    pub async fn source(&self, id: &str) -> Source {
        let told = self
            .ask(Ask::SourceAdd {
                source: id.into(),
                settings: Settings::default(),
            })
            .await;
        let Told::Keys(keys) = told else {
            panic!("no keys")
        };
        Source {
            id: id.into(),
            keys,
        }
    }

    /// Makes a source whose directory has these people, each an admin where the id ends with `*`.
    pub async fn team(&self, id: &str, people: &[&str]) -> Source {
        let source = self.source(id).await;
        let told = self
            .ask(Ask::RosterImport {
                source: id.into(),
                roster: roster(people),
            })
            .await;
        assert!(matches!(told, Told::Roster(_)));
        source
    }

    /// Pairs a desk with an agent.
    pub async fn desk(&self, agent: &str) -> Desk {
        let code = self.code(agent).await;
        let (status, answer) = self.pair(&code, "laptop").await;
        assert_eq!(status, 200, "{answer}");
        Desk {
            token: answer["token"].as_str().unwrap().into(),
            id: answer["device"].as_str().unwrap().into(),
        }
    }

    pub async fn code(&self, agent: &str) -> String {
        let Told::Pairing { link, .. } = self
            .ask(Ask::Pair {
                agent: agent.into(),
            })
            .await
        else {
            panic!("no link")
        };
        link.split_once("code=").unwrap().1.into()
    }

    pub async fn pair(&self, code: &str, name: &str) -> (StatusCode, Value) {
        self.json(
            Method::POST,
            "/v1/pair",
            "",
            &json!({ "code": code, "device_name": name }),
        )
        .await
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.server().base()))
    }

    /// Sends JSON with a token and returns status and answer.
    pub async fn json(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = self.request(method, path).bearer_auth(token);
        answer(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    pub async fn get(&self, desk: &Desk, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path).bearer_auth(&desk.token)).await
    }

    /// Posts events with the source's token.
    pub async fn post(&self, source: &Source, events: &Value) -> (StatusCode, Value) {
        let path = format!("/v1/ingest/{}", source.id);
        self.json(Method::POST, &path, source.token(), events).await
    }

    /// Posts events that must be accepted, and returns what was told of the first.
    pub async fn accept(&self, source: &Source, events: Value) -> Value {
        let (status, answer) = self.post(source, &events).await;
        assert_eq!(status, 200, "{answer}");
        answer["events"][0].clone()
    }

    /// Pushes one change under an id made of `number`.
    pub async fn push(&self, desk: &Desk, number: u128, deed: Value) -> Value {
        let (status, answer) = self.push_at(desk, number, self.now(), deed).await;
        assert_eq!(status, 200, "{answer}");
        answer["answers"][0]["outcome"].clone()
    }

    pub async fn push_at(
        &self,
        desk: &Desk,
        number: u128,
        at: Timestamp,
        deed: Value,
    ) -> (StatusCode, Value) {
        let id = uuid::Uuid::from_u128(number).to_string();
        let body = json!({ "changes": [{ "id": id, "at": at.to_string(), "deed": deed }] });
        self.json(Method::POST, "/v1/changes", &desk.token, &body)
            .await
    }

    /// Returns all entries of a log, from the first on.
    pub fn log(&self, desk: &Desk) -> Vec<Entry> {
        let db = rusqlite::Connection::open(self.database()).unwrap();
        let agent: i64 = {
            let id = uuid::Uuid::parse_str(&desk.id).unwrap();
            db.query_row("SELECT agent FROM devices WHERE id = ?1", [id], |row| {
                row.get(0)
            })
            .unwrap()
        };
        let mut rows = db
            .prepare("SELECT body FROM log WHERE agent = ?1 ORDER BY seq")
            .unwrap();
        let rows = rows
            .query_map([agent], |row| row.get::<_, String>(0))
            .unwrap();
        rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap())
            .collect()
    }

    /// Returns the first page of the present.
    pub async fn present(&self, desk: &Desk) -> Value {
        let (status, answer) = self.get(desk, "/v1/snapshot").await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Returns kind, reason and mark of what stands in the bell, the newest first.
    pub async fn bell(&self, desk: &Desk) -> Vec<String> {
        let present = self.present(desk).await;
        let items = present["items"].as_array().unwrap().iter();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        items
            .map(|item| {
                let notice = &item["notice"];
                format!(
                    "{} {} {}",
                    word(&notice["kind"]),
                    word(&notice["because"]),
                    word(&item["mark"]["as"])
                )
            })
            .collect()
    }

    /// Opens a stream, from a cursor or from nothing.
    pub async fn stream(&self, desk: &Desk, cursor: Option<&str>) -> Stream {
        let mut request = self
            .request(Method::GET, "/v1/stream")
            .bearer_auth(&desk.token);
        if let Some(cursor) = cursor {
            request = request.header("last-event-id", cursor);
        }
        Stream::of(request).await
    }

    /// Opens a stream from a cursor that the query tells.
    pub async fn stream_by_query(&self, desk: &Desk, cursor: &str) -> Stream {
        let path = format!("/v1/stream?cursor={cursor}");
        Stream::of(self.request(Method::GET, &path).bearer_auth(&desk.token)).await
    }
}

/// Sends a request and returns status and answer, which is as it was described.
pub async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let answer = client.execute(request).await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    let answer = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap()
    };
    crate::openapi::check(&method, &path, status.as_u16(), &answer);
    (status, answer)
}

/// Returns code and detail of a problem, for a table.
pub fn problem((status, answer): (StatusCode, Value)) -> String {
    assert_eq!(answer["status"], status.as_u16(), "{answer}");
    assert_eq!(
        answer["type"],
        format!("urn:campanile:problem:{}", answer["code"].as_str().unwrap())
    );
    format!(
        "{} {}: {}",
        status.as_u16(),
        answer["code"].as_str().unwrap(),
        answer["detail"].as_str().unwrap()
    )
}
