//! What holds for every request: it names a host that is ours, and the answer stays with whoever asked.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use campanile_protocol::problem::Code;

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
