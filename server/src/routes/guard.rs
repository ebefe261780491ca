//! What holds for every request: it names a host that is ours, it is answered, and the answer stays with whoever asked.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use campanile_protocol::problem::Code;
use futures_util::FutureExt as _;

use crate::{app::App, refusal::Refusal};

/// Lets a request through if it names a host of ours: a page that rebinds its name to this machine does not.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_ours = host
        .filter(|host| !host.contains('@'))
        .and_then(|host| host.parse::<Authority>().ok())
        .is_some_and(|host| is_ours(&app, host.host()));
    let mut answer = if is_ours {
        next.run(request).await
    } else {
        let told = "This server does not answer to that host. Add it to `hosts` in the server's configuration.";
        Refusal::told(Code::Forbidden, told).into_response()
    };
    let headers = answer.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    answer
}

/// Answers a request that made a part of the program break off: whoever sent it must not take that for a lost connection.
pub async fn survive(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Refusal::Broken.into_response())
}

fn is_ours(app: &App, host: &str) -> bool {
    let config = &app.config;
    let same = |other: &str| other.eq_ignore_ascii_case(host);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    is_loopback
        || same("localhost")
        || config
            .public_url
            .as_ref()
            .and_then(|url| url.host_str())
            .is_some_and(same)
        || config.hosts.iter().any(|host| same(host))
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::StatusCode,
        middleware,
        routing::get,
    };
    use campanile_protocol::problem::Problem;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    #[tokio::test]
    async fn a_request_that_breaks_something_is_answered_and_told_nothing_of_the_inside() {
        let broken = get(async || -> StatusCode { panic!("{}", "the customer's words") });
        let router = Router::new()
            .route("/", broken)
            .layer(middleware::from_fn(survive));
        let service = TowerToHyperService::new(router);
        let request = axum::http::Request::new(Body::empty());
        let answer = hyper::service::Service::call(&service, request)
            .await
            .expect("an answer");
        let body = to_bytes(answer.into_body(), 1024).await.expect("whole");
        let mut problem: Problem = serde_json::from_slice(&body).expect("a problem");
        let instance = problem.instance.take().expect("found in the log by this");
        assert!(instance.starts_with("urn:uuid:"), "{instance}");
        assert_eq!(problem, Refusal::Broken.problem());
        assert_eq!(problem.status, 500);
    }
}
