//! S30: the server's database is damaged under it: no answer tells how, and each names the place in the log that does.

use std::{fs, net::TcpListener, path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{run, second::SecondDesk, server::Server};
use reqwest::{Client, Method, Response, StatusCode};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::{runtime::Runtime, time::timeout};
use url::Url;
use uuid::Uuid;

use crate::row::{Course, Row};

pub const ROW: Row = Row {
    id: "S30",
    fault: "store broken under the server",
    full: 60,
    run: rounds,
};

/// The tables that are gone in turn; with none the file is overwritten.
const BREAKS: &[Option<&str>] = &[
    Some("log"),
    None,
    Some("events"),
    Some("devices"),
    Some("agents"),
    Some("cells"),
    Some("members"),
    Some("places"),
    Some("people"),
    Some("pairing_codes"),
    Some("deliveries"),
    Some("sources"),
];
/// What no answer may hold, in small letters: of the database, of the program, and of panics.
const INSIDE: &[&str] = &[
    "sqlite",
    "select ",
    "insert ",
    "update ",
    "delete from",
    "no such table",
    "malformed",
    "disk image",
    "not a database",
    "a row cannot",
    "panicked",
    ".rs:",
    "campanile.db",
];
/// A stream has no end: so much of it is read.
const OF_A_STREAM: Duration = Duration::from_millis(300);

fn rounds(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let (mut asked, mut failed) = (0, 0);
    for round in 0..course.rounds {
        let broken = BREAKS[round as usize % BREAKS.len()];
        let came_to = round_of(&runtime, broken);
        let (more, trouble) =
            came_to.with_context(|| format!("round {round}: {broken:?} broken"))?;
        asked += more;
        failed += trouble;
    }
    Ok(format!(
        "{asked} answers tell nothing of the inside, {failed} that failed are found in the log"
    ))
}

/// Asks a server everything whose store breaks; returns how many answers came, and how many of them told of trouble.
fn round_of(runtime: &Runtime, broken: Option<&str>) -> Result<(usize, usize)> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("server");
    let mut server = Server::start(&data)?;
    let metrics = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    server.kill()?;
    server
        .with("CAMPANILE_SERVER_METRICS_LISTEN", metrics)
        .resume()?;
    let desk = SecondDesk::pair(&server.pairing_link()?)?;
    runtime.block_on(server.source()?.insist("before"))?;
    let code = code_of(&server.pairing_link()?)?;
    let document: Value = serde_json::from_str(&run(server.command().arg("openapi"))?)?;
    break_it(&data, broken)?;
    let (asked, instances) = runtime.block_on(async {
        let client = Client::builder().no_proxy().build()?;
        let (mut asked, mut instances) = (0, Vec::new());
        let mut take = |answer: Told| {
            asked += 1;
            answer.check(&data)?;
            instances.extend(answer.instance()?);
            anyhow::Ok(())
        };
        for (path, method, scheme) in routes(&document)? {
            let path = path.replace("{source}", "acme");
            let path = path.replace("{device}", &id()).replace("{event}", &id());
            let url = format!("http://{}{path}", server.address());
            let mut request = client.request(method.clone(), url);
            request = match scheme.as_deref() {
                Some("desk") => request.bearer_auth(desk.token()),
                Some(_) => request
                    .bearer_auth(server.token())
                    .header("campanile-source", "acme"),
                None => request,
            };
            if method != Method::GET {
                request = request.json(&body(&path, &code));
            }
            take(Told::of(format!("{method} {path}"), request.send().await?).await)?;
        }
        let answer = client
            .get(format!("http://{metrics}/metrics"))
            .send()
            .await?;
        let answer = Told::of("metrics".to_owned(), answer).await;
        for name in ["acme", "mira", "Mira", "Oak"] {
            ensure!(!answer.text.contains(name), "the metrics tell of {name}");
        }
        take(answer)?;
        anyhow::Ok((asked, instances))
    })?;
    server.kill()?;
    let log = fs::read_to_string(data.with_extension("log"))?;
    for instance in &instances {
        let line = log.lines().find(|line| line.contains(instance.as_str()));
        let line = line.with_context(|| format!("{instance} is not in the log: {log}"))?;
        ensure!(line.contains("ERROR"), "the log says of it: {line}");
    }
    ensure!(!instances.is_empty(), "nothing failed: nothing was tried");
    Ok((asked, instances.len()))
}

/// An answer.
struct Told {
    to: String,
    status: StatusCode,
    text: String,
}

impl Told {
    async fn of(to: String, mut answer: Response) -> Self {
        let (status, mut text) = (answer.status(), format!("{:?}\n", answer.headers()));
        while let Ok(Ok(Some(part))) = timeout(OF_A_STREAM, answer.chunk()).await {
            text.push_str(&String::from_utf8_lossy(&part));
        }
        Self { to, status, text }
    }

    /// Fails where it tells what is inside. The description tells of the program on purpose.
    fn check(&self, data: &Path) -> Result<()> {
        let text = self.text.to_lowercase();
        let data = data.display().to_string().to_lowercase();
        let inside = INSIDE.iter().copied().chain([data.as_str()]);
        for inside in inside {
            ensure!(
                self.to == "GET /openapi.json" || !text.contains(inside),
                "{} was answered with {inside:?}: {}",
                self.to,
                self.text
            );
        }
        Ok(())
    }

    /// Returns by what its trouble is found in the log; nothing where there was none.
    fn instance(&self) -> Result<Option<String>> {
        if !self.status.is_server_error() || self.to == "GET /healthz" {
            return Ok(None);
        }
        let (_, body) = self.text.split_once('\n').unwrap_or_default();
        let problem: Value = serde_json::from_str(body)
            .with_context(|| format!("{} was answered with {body}", self.to))?;
        let Some(instance) = problem["instance"].as_str() else {
            // Keys that cannot be read are told of once, and not with each request.
            ensure!(problem["code"] == "unavailable", "{problem}");
            return Ok(None);
        };
        Ok(Some(instance.to_owned()))
    }
}

fn break_it(data: &Path, broken: Option<&str>) -> Result<()> {
    let file = data.join("campanile.db");
    if let Some(table) = broken {
        let db = Connection::open(file)?;
        return Ok(db.execute_batch(&format!("PRAGMA foreign_keys = OFF; DROP TABLE {table}"))?);
    }
    // What was written last comes into the file first, or it would be read from the log.
    let db = Connection::open(&file)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let bytes = fs::metadata(&file)?.len();
    let mut damaged = vec![0xa5; usize::try_from(bytes)?];
    damaged[..100].copy_from_slice(&fs::read(&file)?[..100]);
    // In the same file, as a disk does it.
    let mut open = fs::OpenOptions::new().write(true).open(&file)?;
    Ok(std::io::Write::write_all(&mut open, &damaged)?)
}

/// Returns path, method and whose key of each route that is described.
fn routes(document: &Value) -> Result<Vec<(String, Method, Option<String>)>> {
    let paths = document["paths"].as_object().context("paths")?;
    let mut routes = Vec::new();
    for (path, methods) in paths {
        for (method, described) in methods.as_object().context("methods")? {
            let scheme = described["security"][0].as_object();
            let scheme = scheme.and_then(|schemes| schemes.keys().next().cloned());
            routes.push((path.clone(), method.to_uppercase().parse()?, scheme));
        }
    }
    ensure!(
        routes.len() > 8,
        "the description names {} routes",
        routes.len()
    );
    Ok(routes)
}

/// Returns what a route is sent, so that it comes to the store.
fn body(path: &str, code: &str) -> Value {
    match path {
        "/v1/ingest/acme" => json!({
            "id": id(),
            "type": "conversation_assigned",
            "recipients": [{ "id": "a1" }],
            "conversation": { "id": "1", "number": "1" },
        }),
        "/v1/pair" => json!({ "code": code, "device_name": "late" }),
        "/v1/changes" => json!({ "changes": [{
            "id": id(),
            "at": "2026-11-22T08:00:00.000Z",
            "deed": { "type": "all_read", "up_to": 1 },
        }] }),
        "/v1/roster" => json!({
            "agents": [{ "id": "a2", "name": "Ihor" }],
            "teams": [],
            "lines": [],
            "inboxes": [],
        }),
        _ => json!({}),
    }
}

fn id() -> String {
    Uuid::now_v7().to_string()
}

fn code_of(link: &str) -> Result<String> {
    let link = Url::parse(link)?;
    let mut pairs = link.query_pairs();
    let (_, code) = pairs.find(|(key, _)| key == "code").context("a code")?;
    Ok(code.into_owned())
}
