//! Who may ask what, for every route of the description: a route that is added is tried without a word here (S13).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use campanile_server::{Ask, Told};

use crate::stage::{Desk, Stage, answer};

/// A way to ask, as the description names it.
struct Route {
    method: Method,
    path: String,
    /// Whose keys it asks for; nobody's where it is open.
    scheme: Option<String>,
    /// The parameters, and where each is written.
    parameters: Vec<(String, String)>,
}

fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(campanile_server::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, described)| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let parameters = described["parameters"].as_array().into_iter().flatten();
            let schemes = described["security"][0].as_object().unwrap();
            Route {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                scheme: schemes.keys().next().cloned(),
                parameters: parameters
                    .map(|named| (text(&named["name"]), text(&named["in"])))
                    .collect(),
            }
        })
    });
    each.collect()
}

impl Route {
    /// Returns its path with these ids in it.
    fn with(&self, id: impl Fn(&str) -> String) -> String {
        let in_path = self.parameters.iter().filter(|(_, place)| place == "path");
        in_path.fold(self.path.clone(), |path, (name, _)| {
            path.replace(&format!("{{{name}}}"), &id(name))
        })
    }

    fn request(&self, stage: &Stage, path: &str, token: &str) -> reqwest::RequestBuilder {
        let mut request = stage.request(self.method.clone(), path);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if [Method::POST, Method::PUT].contains(&self.method) {
            request = request
                .header("content-type", "application/json")
                .body("{}");
        }
        if self.names("campanile-source") {
            request = request.header("campanile-source", "shop");
        }
        request
    }

    fn names(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|(name, _)| name == parameter)
    }

    fn shown(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

const NEVER: &str = "0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e";

/// Returns an id that nothing has, for a parameter of a path.
fn of_nothing(parameter: &str) -> String {
    match parameter {
        "source" => "shop".into(),
        "device" | "event" => NEVER.into(),
        other => panic!("say here what {other} may be"),
    }
}

#[tokio::test]
async fn each_route_takes_the_keys_it_names_and_no_other() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "gone"]).await;
    let other = stage.team("other", &["ihor"]).await;
    let mira = stage.desk("mira").await;
    let (shut_out, removed) = (stage.desk("mira").await, stage.desk("gone").await);
    let desk = shut_out.id.clone();
    assert!(matches!(stage.ask(Ask::ShutOut { desk }).await, Told::Done));
    let agent = "gone".to_owned();
    assert!(matches!(
        stage.ask(Ask::AgentRemove { agent }).await,
        Told::Done
    ));
    let code = stage.code("mira").await;
    let keys = [
        ("nothing", ""),
        ("nonsense", "x"),
        ("a desk's", mira.token.as_str()),
        ("a desk's in small letters", &mira.token.to_lowercase()),
        ("a desk's that was shut out", &shut_out.token),
        ("a desk's whose agent was removed", &removed.token),
        ("a source's", shop.token()),
        ("another source's", other.token()),
        ("the secret that a source signs with", &shop.keys.secret),
        ("a code to pair with", &code),
    ];
    for route in routes() {
        for (whose, key) in keys {
            let path = route.with(of_nothing);
            // Only what comes before the body: a stream has no end.
            let answer = route.request(&stage, &path, key).send().await.unwrap();
            let lets_in = match route.scheme.as_deref() {
                None => true,
                Some("desk") => whose == "a desk's",
                Some("source") => whose == "a source's",
                Some(other) => panic!("say here whose keys {other} are"),
            };
            let status = answer.status();
            assert_eq!(
                status != StatusCode::UNAUTHORIZED,
                lets_in,
                "{} with {whose}: {status}",
                route.shown()
            );
            if !lets_in {
                assert_eq!(answer.headers()["www-authenticate"], "Bearer");
                let problem: Value = answer.json().await.unwrap();
                assert_eq!(problem["code"], "unauthorized", "{}", route.shown());
            }
        }
    }
}

/// Returns ids that are not the asker's: of others, of what is gone, of nothing, and of no form at all.
async fn strange_ids(stage: &Stage, parameter: &str, mira: &Desk, ihor: &Desk) -> Vec<String> {
    let mut ids: Vec<String> = [
        NEVER,
        "-1",
        "0",
        "..%2f..",
        "%00",
        "%27%20OR%201=1",
        "%F0%9F%94%94",
    ]
    .map(Into::into)
    .into();
    ids.push("9".repeat(400));
    match parameter {
        "device" => {
            let desk = stage.desk("mira").await.id;
            stage.ask(Ask::ShutOut { desk: desk.clone() }).await;
            ids.extend([ihor.id.clone(), ihor.id.to_uppercase(), desk]);
        }
        "event" => {
            let his = stage.present(ihor).await["items"][0]["notice"]["id"].clone();
            let his = his.as_str().unwrap().to_owned();
            ids.extend([his.to_uppercase(), his, mira.id.clone()]);
        }
        "source" => ids.extend(["other".into(), "Shop".into(), "never".into()]),
        other => panic!("say here what {other} may be"),
    }
    ids
}

#[tokio::test]
async fn what_is_not_the_askers_is_answered_like_what_was_never_there() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let other = stage.team("other", &["ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "ihor" }] });
    stage.accept(&other, event).await;
    let mut tried = 0;
    for route in routes() {
        let Some(scheme) = &route.scheme else {
            continue;
        };
        let key = if scheme == "desk" {
            &mira.token
        } else {
            shop.token()
        };
        for (parameter, _) in route.parameters.iter().filter(|(_, place)| place == "path") {
            let ask = async |id: &str| {
                let path = route.with(|name| {
                    if name == parameter {
                        id.to_owned()
                    } else {
                        of_nothing(name)
                    }
                });
                answer(route.request(&stage, &path, key)).await
            };
            let never = ask(if parameter == "source" {
                "never"
            } else {
                NEVER
            })
            .await;
            assert!(
                [StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&never.0),
                "{}: {never:?}",
                route.shown()
            );
            for id in strange_ids(&stage, parameter, &mira, &ihor).await {
                assert_eq!(ask(&id).await, never, "{} with {id}", route.shown());
                tried += 1;
            }
        }
    }
    assert!(tried > 0, "no route names anything");
    assert_eq!(stage.get(&ihor, "/v1/devices").await.0, 200);
    assert_eq!(stage.bell(&ihor).await, ["module_event named unread"]);
}

#[tokio::test]
async fn no_parameter_shows_what_is_anothers() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira", "ihor"]).await;
    let (mira, ihor) = (stage.desk("mira").await, stage.desk("ihor").await);
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "ihor" }], "body": "for Ihor only" });
    stage.accept(&shop, event).await;
    let his = stage.present(&ihor).await["cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let values = [
        his.as_str(),
        &ihor.id,
        "ihor",
        "*",
        "-1",
        "18446744073709551616",
        "%00",
    ];
    let desks = |route: &Route| route.scheme.as_deref() == Some("desk");
    for route in routes().into_iter().filter(desks) {
        let base = route.with(of_nothing);
        let mut asked = vec![
            route.request(&stage, &format!("{base}?agent=ihor"), &mira.token),
            route
                .request(&stage, &base, &mira.token)
                .header("x-original-url", "/v1/snapshot?agent=ihor")
                .header("x-http-method-override", "DELETE"),
        ];
        for (name, place) in route.parameters.iter().filter(|(_, place)| place != "path") {
            asked.extend(values.map(|value| {
                match place.as_str() {
                    "query" => {
                        route.request(&stage, &format!("{base}?{name}={value}"), &mira.token)
                    }
                    "header" => route
                        .request(&stage, &base, &mira.token)
                        .header(name, value),
                    other => panic!("say here how a parameter is written in the {other}"),
                }
            }));
        }
        for request in asked {
            let mut answer = request.send().await.unwrap();
            let is_stream = answer.headers()["content-type"] == "text/event-stream";
            let mut told = Vec::new();
            while let Some(part) = answer.chunk().await.unwrap() {
                told.extend_from_slice(&part);
                // A stream has no end; what it holds at first ends with its first page.
                if is_stream && String::from_utf8_lossy(&told).contains("event: snapshot") {
                    break;
                }
            }
            let told = String::from_utf8_lossy(&told);
            assert!(!told.contains("for Ihor only"), "{}: {told}", route.shown());
        }
    }
    assert_eq!(stage.get(&ihor, "/v1/devices").await.0, 200);
}

#[tokio::test]
async fn no_route_answers_a_page_of_another_origin_or_takes_what_a_form_can_send() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    for route in routes() {
        let key = match route.scheme.as_deref() {
            Some("source") => shop.token(),
            _ => mira.token.as_str(),
        };
        let path = route.with(of_nothing);
        let from_a_page = route
            .request(&stage, &path, key)
            .header("origin", "https://evil.example");
        let answer = from_a_page.send().await.unwrap();
        let told: Vec<_> = answer
            .headers()
            .keys()
            .filter(|name| name.as_str().starts_with("access-control-"))
            .collect();
        assert!(told.is_empty(), "{}: {told:?}", route.shown());
        if ![Method::POST, Method::PUT].contains(&route.method) {
            continue;
        }
        for form in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            let status = stage
                .request(route.method.clone(), &path)
                .bearer_auth(key)
                .header("content-type", form)
                .header("campanile-source", "shop")
                .body("{}")
                .send()
                .await
                .unwrap()
                .status();
            assert_eq!(
                status,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{} as {form}",
                route.shown()
            );
        }
    }
}

#[tokio::test]
async fn nothing_is_changed_by_what_is_merely_fetched() {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let event = json!({ "id": "1", "type": "module_event", "recipients": [{ "id": "mira" }] });
    let told = stage.accept(&shop, event).await;
    let event = told["event"].as_str().unwrap();
    let db = rusqlite::Connection::open(stage.database()).unwrap();
    // Another number once anybody else has committed.
    let version = || {
        let version = db.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0));
        version.unwrap()
    };
    let before = version();
    let mut fetched = 0;
    for route in routes() {
        if route.method != Method::GET {
            continue;
        }
        for method in [Method::GET, Method::HEAD] {
            let path = route.with(|_| event.to_owned());
            let request = stage.request(method, &path).bearer_auth(&mira.token);
            let status = request.send().await.unwrap().status();
            fetched += u32::from(status.is_success());
            assert_eq!(version(), before, "{} {status}", route.shown());
        }
    }
    assert!(fetched > 6, "most of them give something");
    let mark = json!({ "type": "marked", "ids": [event], "mark": { "as": "read" } });
    stage.push(&mira, 1, mark).await;
    assert_ne!(version(), before, "what is done is seen");
}
