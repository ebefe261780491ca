//! The description is true: of the routes, and of every answer that any of these tests got.

use std::{collections::BTreeSet, sync::LazyLock};

use campanile_protocol::routes;
use reqwest::Method;
use serde_json::Value;

use crate::stage::Stage;

#[tokio::test]
async fn the_description_names_every_route_and_no_other() {
    let stage = Stage::new().await;
    let (status, document) =
        crate::stage::answer(stage.request(Method::GET, routes::OPENAPI)).await;
    assert_eq!(status, 200);
    let described: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let spelled = BTreeSet::from([
        routes::INGEST,
        routes::ROSTER,
        routes::PAIR,
        routes::STREAM,
        routes::CHANGES,
        routes::SNAPSHOT,
        routes::DEVICES,
        routes::DEVICE,
        routes::WHY,
        routes::HEALTHZ,
        routes::OPENAPI,
    ]);
    assert_eq!(described, spelled);
    // Each method that is described is served, and no other.
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "patch"] {
            let asked = path
                .replace("{source}", "x")
                .replace("{device}", "x")
                .replace("{event}", "x");
            let method_name: Method = method.to_uppercase().parse().unwrap();
            let status = stage
                .request(method_name, &asked)
                .send()
                .await
                .unwrap()
                .status();
            assert_eq!(status != 405, item[method].is_object(), "{method} {path}");
        }
    }
}

/// Holds an answer against the description.
pub fn check(method: &Method, path: &str, status: u16, answer: &Value) {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        serde_json::from_str(campanile_server::openapi()).expect("the description is JSON")
    });
    let document = &*DOCUMENT;
    let path = path.split('?').next().unwrap_or_default();
    let fits = |known: &str| {
        let (known, asked): (Vec<_>, Vec<_>) =
            (known.split('/').collect(), path.split('/').collect());
        known.len() == asked.len()
            && known
                .iter()
                .zip(&asked)
                .all(|(k, a)| k.starts_with('{') || k == a)
    };
    let Some((known, item)) = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .find(|(known, _)| fits(known))
    else {
        return;
    };
    let responses = &item[method.as_str().to_lowercase()]["responses"];
    let Some(response) = responses
        .get(status.to_string())
        .or_else(|| responses.get("default"))
    else {
        return;
    };
    let Some(content) = response["content"].as_object() else {
        assert_eq!(
            answer,
            &Value::Null,
            "{method} {known} {status} is described without a body"
        );
        return;
    };
    let schema = &content.values().next().unwrap()["schema"];
    let mut wrong = Vec::new();
    walk(document, schema, answer, &mut "$".to_owned(), &mut wrong);
    assert!(
        wrong.is_empty(),
        "{method} {known} {status}: {wrong:?} in {answer}"
    );
}

/// Collects where `value` is not as `schema` says: what is missing, of another type, or not described.
fn walk(document: &Value, schema: &Value, value: &Value, at: &mut String, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        let target = document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{name} is not described"));
        return walk(document, target, value, at, wrong);
    }
    let any = ["oneOf", "anyOf"]
        .iter()
        .find_map(|word| schema[word].as_array());
    if let Some(forms) = any {
        let fits = forms.iter().any(|form| {
            let mut wrong = Vec::new();
            walk(document, form, value, at, &mut wrong);
            wrong.is_empty()
        });
        if !fits {
            wrong.push(format!("{at} fits none of the forms"));
        }
        return;
    }
    if schema["allOf"].is_array() || schema["properties"].is_object() {
        return object(document, schema, value, at, wrong);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let is = |name: &&str| match *name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    };
    if !types.iter().any(is) {
        wrong.push(format!("{at} is not {types:?}"));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|words| !words.contains(value))
    {
        wrong.push(format!("{at} is none of {}", schema["enum"]));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        let before = at.len();
        *at += &format!("[{number}]");
        walk(document, &schema["items"], item, at, wrong);
        at.truncate(before);
    }
}

fn object(
    document: &Value,
    schema: &Value,
    value: &Value,
    at: &mut String,
    wrong: &mut Vec<String>,
) {
    let Some(fields) = value.as_object() else {
        wrong.push(format!("{at} is not an object"));
        return;
    };
    let (mut known, mut required) = (serde_json::Map::new(), Vec::new());
    gather(document, schema, &mut known, &mut required);
    for field in required.iter().filter(|field| !fields.contains_key(*field)) {
        wrong.push(format!("{at}.{field} is missing"));
    }
    for (name, field) in fields {
        let before = at.len();
        *at += &format!(".{name}");
        match known.get(name) {
            Some(schema) => walk(document, schema, field, at, wrong),
            None => wrong.push(format!("{at} is not described")),
        }
        at.truncate(before);
    }
}

/// Gathers the properties of a form that is put together of several.
fn gather(
    document: &Value,
    schema: &Value,
    known: &mut serde_json::Map<String, Value>,
    required: &mut Vec<String>,
) {
    if let Some(name) = schema["$ref"].as_str() {
        return gather(
            document,
            document.pointer(name.trim_start_matches('#')).unwrap(),
            known,
            required,
        );
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        gather(document, part, known, required);
    }
    known.extend(
        schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default(),
    );
    let names = schema["required"].as_array().into_iter().flatten();
    required.extend(names.filter_map(|name| name.as_str().map(str::to_owned)));
}
