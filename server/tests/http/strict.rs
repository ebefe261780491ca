//! Bodies that are no JSON, and JSON that is not what a route reads: refused by every route that takes one, and named (F27, S15).

#[path = "../../../tests/data/json.rs"]
mod json;

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json as value};

use crate::stage::Stage;
use json::{EITHER, REFUSED, TAKEN, deep};

/// What would be something's own affair, if it were read.
const FOREIGN: [&str; 7] = [
    "role",
    "tenant_id",
    "agent_id",
    "verified",
    "id",
    "created_at",
    "is_mandatory",
];

/// A route that takes a body, with a good one.
struct Route {
    method: Method,
    path: String,
    key: String,
    good: Value,
}

impl Route {
    async fn send(&self, stage: &Stage, body: impl Into<Vec<u8>>) -> (StatusCode, Value) {
        let request = stage
            .request(self.method.clone(), &self.path)
            .bearer_auth(&self.key)
            .header("content-type", "application/json")
            .body(body.into());
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Sends what must be refused, and returns what is told.
    async fn refused(&self, stage: &Stage, body: &[u8]) -> String {
        let (status, problem) = self.send(stage, body).await;
        let sent = String::from_utf8_lossy(body);
        let sent: String = sent.chars().take(300).collect();
        assert!(
            matches!(problem["code"].as_str(), Some("bad_request" | "bad_event")),
            "{} {status} {problem} for {sent}",
            self.path
        );
        problem["detail"].as_str().unwrap().to_owned()
    }
}

/// Every route of the description that takes a body, and no other.
async fn routes(stage: &Stage) -> Vec<Route> {
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let reference = || value!({ "id": "mira", "name": "Mira" });
    let event = value!({
        "id": "e1", "type": "sla_expired", "time": "2026-11-21T08:30:00.000Z", "cause": "c", "actor": reference(),
        "conversation": { "id": "4", "number": "4", "title": "x", "url": "https://a.example/" },
        "contact": { "id": "c", "name": "x", "saved": true }, "line": reference(), "inbox": reference(), "team": reference(),
        "assignee": reference(), "watchers": [reference()], "recipients": [reference()], "title": "x", "body": "x",
        "lang": "en", "links": [{ "rel": "open", "label": "x", "url": "https://a.example/" }], "collapse": "x",
        "expires_at": "2036-11-21T08:30:00.000Z",
    });
    let place = || value!([{ "id": "p", "name": "P", "members": ["mira"], "owner": "mira", "followers": ["mira"] }]);
    let roster = value!({
        "agents": [{ "id": "mira", "agent": "mira", "name": "Mira", "roles": ["agent"] }],
        "teams": place(), "lines": place(), "inboxes": place(),
    });
    let deeds = [
        value!({ "type": "marked", "ids": [uuid::Uuid::nil()], "mark": { "as": "read" } }),
        value!({ "type": "marked", "ids": [uuid::Uuid::nil()], "mark": { "as": "snoozed", "until": "2036-11-21T08:30:00.000Z" } }),
        value!({ "type": "all_read", "up_to": 1, "filter": { "groups": ["sla"], "kind": "sla_expired" } }),
        value!({ "type": "preferred", "cells": [{ "scope": "*", "kind": "*", "facet": "volume", "value": 40 }] }),
        value!({ "type": "availability", "value": "busy" }),
        value!({ "type": "active" }),
        value!({ "type": "presence", "source": "shop", "conversation": "4", "focused": true }),
    ];
    let changes = deeds.into_iter().enumerate().map(|(n, deed)| {
        value!({ "id": uuid::Uuid::from_u128(n as u128 + 1), "at": "2026-11-21T08:30:00.000Z", "deed": deed })
    });
    let changes = value!({ "changes": changes.collect::<Vec<_>>() });
    let pair = value!({ "code": "none", "device_name": "laptop" });
    let table = [
        (Method::POST, "/v1/ingest/{source}", shop.token(), event),
        (Method::PUT, "/v1/roster", shop.token(), roster),
        (Method::POST, "/v1/changes", mira.token.as_str(), changes),
        (Method::POST, "/v1/pair", "", pair),
    ];
    let named: Vec<_> = table
        .iter()
        .map(|(method, path, ..)| format!("{} {path}", method.as_str().to_lowercase()))
        .collect();
    let told: Value = serde_json::from_str(campanile_server::openapi()).unwrap();
    let mut bodies = Vec::new();
    for (path, methods) in told["paths"].as_object().unwrap() {
        for (method, route) in methods.as_object().unwrap() {
            if route.get("requestBody").is_some() {
                bodies.push(format!("{method} {path}"));
            }
        }
    }
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(named), sorted(bodies));
    let route = |(method, path, key, good): (Method, &str, &str, Value)| Route {
        method,
        path: path.replace("{source}", "shop"),
        key: key.to_owned(),
        good,
    };
    table.into_iter().map(route).collect()
}

async fn stage() -> Stage {
    // Every body is one try to pair.
    Stage::with(|config| config.pairing.tries_per_minute = 1_000_000).await
}

/// Returns the path of each object within, at every depth.
fn objects(whole: &Value) -> Vec<String> {
    fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
        let within: Vec<(String, &Value)> = match value {
            Value::Object(fields) => {
                found.push(path.to_owned());
                fields
                    .iter()
                    .map(|(name, field)| (name.clone(), field))
                    .collect()
            }
            Value::Array(all) => all
                .iter()
                .enumerate()
                .map(|(n, one)| (n.to_string(), one))
                .collect(),
            _ => return,
        };
        for (name, value) in within {
            walk(value, &format!("{path}/{name}"), found);
        }
    }
    let mut found = Vec::new();
    walk(whole, "", &mut found);
    found
}

/// Returns `whole` with something else at `path`.
fn with(whole: &Value, path: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut other = whole.clone();
    change(other.pointer_mut(path).unwrap());
    other.to_string().into_bytes()
}

#[tokio::test]
async fn a_good_body_is_taken_and_none_that_is_no_json() {
    let stage = stage().await;
    for route in routes(&stage).await {
        let mut bad: Vec<Vec<u8>> = REFUSED.iter().map(|case| case.to_vec()).collect();
        let good = route.good.to_string().into_bytes();
        // Every beginning of a good one, but for the whole.
        bad.extend((0..good.len()).map(|end| good[..end].to_vec()));
        bad.extend(deep(10_000));
        bad.extend(TAKEN.iter().chain(EITHER).map(|case| case.to_vec()));
        for body in bad {
            // A directory may be empty, and is taken at its word.
            if route.path == "/v1/roster" && body.trim_ascii() == b"{}" {
                continue;
            }
            let told = route.refused(&stage, &body).await;
            assert!(told.len() < 1_000, "{told}");
        }
        let (status, answer) = route.send(&stage, good).await;
        let wanted = if route.path == "/v1/pair" { 404 } else { 200 };
        assert_eq!(status, wanted, "{} {answer}", route.path);
    }
}

#[tokio::test]
async fn what_a_source_keeps_of_its_own_may_be_any_json_and_nothing_else() {
    let stage = stage().await;
    let ingest = routes(&stage).await.remove(0);
    let body = |case: &[u8], n: usize| {
        let head = format!(r#"{{"id":"own-{n}","type":"sla_expired","data":{{"x":"#);
        [head.as_bytes(), case, b"}}"].concat()
    };
    for (n, case) in TAKEN.iter().enumerate() {
        let (status, answer) = ingest.send(&stage, body(case, n)).await;
        assert_eq!(
            status,
            200,
            "{answer} for {}",
            String::from_utf8_lossy(case)
        );
    }
    for (n, case) in REFUSED.iter().enumerate() {
        ingest.refused(&stage, &body(case, n)).await;
    }
    for (n, case) in EITHER.iter().enumerate() {
        let (status, answer) = ingest.send(&stage, body(case, 1_000 + n)).await;
        assert!(
            status == 200 || answer["code"] == "bad_request",
            "{status} {answer}"
        );
    }
    for case in deep(10_000) {
        ingest.refused(&stage, &body(&case, 0)).await;
    }
}

#[tokio::test]
async fn a_field_that_no_route_reads_is_refused_by_its_name_wherever_it_stands() {
    let stage = stage().await;
    let mut tried = BTreeMap::new();
    for route in routes(&stage).await {
        for path in objects(&route.good) {
            for foreign in FOREIGN {
                let fields = route.good.pointer(&path).unwrap().as_object().unwrap();
                if fields.contains_key(foreign) {
                    continue;
                }
                let body = with(&route.good, &path, |object| object[foreign] = value!("x"));
                let told = route.refused(&stage, &body).await;
                assert!(
                    told.contains(&format!("`{foreign}`")) || told.contains(foreign),
                    "{path} {told}"
                );
                *tried.entry(route.path.clone()).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(tried.len(), 4);
}

#[tokio::test]
async fn an_array_of_the_bare_values_is_no_object() {
    let stage = stage().await;
    let routes = routes(&stage).await;
    for route in &routes {
        for path in objects(&route.good) {
            let bare = |object: &Value| -> Value {
                let fields: &Map<_, _> = object.as_object().unwrap();
                fields.values().cloned().collect()
            };
            let body = with(&route.good, &path, |object| *object = bare(object));
            route.refused(&stage, &body).await;
        }
    }
    for body in [r#"["e1","sla_expired"]"#, r#"[["e1","sla_expired"]]"#] {
        routes[0].refused(&stage, body.as_bytes()).await;
    }
}

#[tokio::test]
async fn a_key_that_comes_twice_is_refused_wherever_it_stands() {
    let stage = stage().await;
    for route in routes(&stage).await {
        let good = route.good.to_string();
        for path in objects(&route.good) {
            let object = route.good.pointer(&path).unwrap();
            let Some((name, field)) = object.as_object().unwrap().iter().next() else {
                continue;
            };
            let text = object.to_string();
            let twice = format!(r#"{{{}:{field},{}"#, value!(name), &text[1..]);
            let body = good.replacen(&text, &twice, 1);
            assert_ne!(body, good);
            route.refused(&stage, body.as_bytes()).await;
        }
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_refused() {
    let stage = stage().await;
    let others = [
        value!(null),
        value!(true),
        value!(7),
        value!(-1.5),
        value!("\u{0}"),
        value!([]),
        value!(["x"]),
        value!({}),
        value!({ "x": 1 }),
    ];
    for route in routes(&stage).await {
        for path in objects(&route.good) {
            let fields = route.good.pointer(&path).unwrap().as_object().unwrap();
            for (name, field) in fields {
                // A choice may be set to whatever it likes.
                if name == "value" && fields.contains_key("facet") {
                    continue;
                }
                for other in &others {
                    let same = std::mem::discriminant(other) == std::mem::discriminant(field);
                    // What may be left out may be null; an empty list is a list.
                    if same || other.is_null() || field.is_object() && other == &value!({}) {
                        continue;
                    }
                    let body = with(&route.good, &path, |object| object[name] = other.clone());
                    route.refused(&stage, &body).await;
                }
            }
        }
    }
}
