//! One server over HTTP: how it is reached, what an answer means, and how much of it is read.

use std::{path::Path, time::Duration};

use campanile_protocol::problem::{self, Code, Problem};
use reqwest::{
    Certificate, Client, Method, RequestBuilder, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect, tls,
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

use super::{Surroundings, Token, Why, retry_after};

/// For so long a connection and the headers of its answer are waited for, together.
pub const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// For so long a body that is not a stream may bring nothing worth waiting for.
const BODY_SILENCE: Duration = Duration::from_secs(60);
/// So many bytes before a silence counts are a sign that a slow line still brings something, and that nobody dribbles to
/// keep it open (F13): a modem of 9,600 baud brings more, and the largest body is over within hours, not days.
pub const BYTES_OF_LIFE: usize = 32 * 1024;
/// So much of such a body is read.
const BODY_MOST_BYTES: usize = 8 * 1024 * 1024;
/// So much of a problem is read.
const PROBLEM_MOST_BYTES: usize = 64 * 1024;
/// The most redirects, all within the server's own origin.
const REDIRECTS_MOST: usize = 5;

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// To be tried again.
    Offline {
        /// Why.
        why: Why,
        /// How long the server asked to be left alone.
        asked: Option<Duration>,
        /// Whether the server says that it is itself to blame, and not for the moment only.
        broken: bool,
    },
    /// The token is refused.
    SignedOut,
    /// What was asked for is not there: the log cannot be continued from where it was asked for.
    Gone,
    /// The server will not take what it was sent.
    Refused(Problem),
}

impl Fault {
    /// To be tried again, for this reason.
    pub const fn offline(why: Why) -> Self {
        Self::Offline {
            why,
            asked: None,
            broken: false,
        }
    }
}

/// A server, reached as one device or as nobody yet.
pub struct Server {
    base: Url,
    client: Client,
    authorization: Option<HeaderValue>,
    surroundings: Surroundings,
}

impl Server {
    /// Prepares for requests to the server at `base`.
    pub fn new(
        base: &Url,
        token: Option<&Token>,
        surroundings: &Surroundings,
    ) -> Result<Self, Fault> {
        let local = is_this_machine(base);
        if base.scheme() != "https" && !(local && base.scheme() == "http") {
            return Err(Fault::offline(Why::Insecure));
        }
        let mut client = Client::builder()
            .user_agent(concat!("campanile/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(HEADERS_WITHIN)
            .redirect(redirect::Policy::custom(within_the_origin))
            .referer(false)
            .tls_version_min(tls::Version::TLS_1_2)
            .pool_max_idle_per_host(1);
        client = match &surroundings.authorities {
            // Nothing is proven over plain http: the authorities need not be read.
            _ if base.scheme() == "http" => client.tls_certs_only([]),
            Some(file) => client
                .tls_certs_merge(read_authorities(file).ok_or(Fault::offline(Why::Authorities))?),
            None => client,
        };
        if local {
            // A proxy would be handed the token in the clear.
            client = client.no_proxy();
        } else {
            client = client.https_only(true);
        }
        let authorization = token
            .map(|token| token.header().ok_or(Fault::SignedOut))
            .transpose()?;
        let client = client.build().map_err(|_| Fault::offline(Why::Tls))?;
        Ok(Self {
            base: base.clone(),
            client,
            authorization,
            surroundings: surroundings.clone(),
        })
    }

    /// Begins a request to one of [`campanile_protocol::routes`]. The token goes along in a header and nowhere else.
    pub fn request(&self, method: Method, route: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{route}",
            self.base.path().trim_end_matches('/')
        ));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.client.request(method, url);
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization.clone()),
            None => request,
        }
    }

    /// Sends a request and returns the answer once it has begun, if it is a 200 that was not packed.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Fault> {
        let response = begin(request).await?;
        if response.status() != StatusCode::OK {
            return Err(self.judge(response).await);
        }
        let packed = response
            .headers()
            .get(CONTENT_ENCODING)
            .is_some_and(|coding| coding != "identity");
        if packed {
            Err(Fault::offline(Why::Server))
        } else {
            Ok(response)
        }
    }

    /// Sends a request and reads its answer as JSON.
    pub async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let body = self.ask_text(request).await?;
        serde_json::from_str(&body).map_err(|_| Fault::offline(Why::Server))
    }

    /// Sends a request and returns its answer as the text of JSON; what is no UTF-8 in it becomes U+FFFD, as on a stream.
    pub async fn ask_text(&self, request: RequestBuilder) -> Result<String, Fault> {
        let response = self.send(request).await?;
        expect_type(response.headers(), "application/json")?;
        let body = read(response, BODY_MOST_BYTES).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends a request that has no answer but that it was done.
    pub async fn order(&self, request: RequestBuilder) -> Result<(), Fault> {
        let response = begin(request).await?;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(self.judge(response).await)
        }
    }

    async fn judge(&self, response: Response) -> Fault {
        let status = response.status();
        let asked = retry_after::read(response.headers(), (self.surroundings.wall)().ms());
        let offline = |why, broken| Fault::Offline { why, asked, broken };
        match status.as_u16() {
            407 => offline(Why::Proxy, false),
            300..400 | 511 => offline(Why::Portal, false),
            408 | 425 | 429 | 502..505 => offline(Why::Busy, false),
            400..500 => judge_refusal(response, asked).await,
            _ => offline(Why::Server, status.is_server_error()),
        }
    }
}

/// Checks the type of an answer: a page for people instead is the network's own.
pub fn expect_type(headers: &HeaderMap, expected: &str) -> Result<(), Fault> {
    let written = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = written
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match kind.as_str() {
        kind if kind == expected => Ok(()),
        "text/html" | "application/xhtml+xml" => Err(Fault::offline(Why::Portal)),
        _ => Err(Fault::offline(Why::NotCampanile)),
    }
}

/// Says whether `url` leads to this machine and nowhere else.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn begin(request: RequestBuilder) -> Result<Response, Fault> {
    match timeout(HEADERS_WITHIN, request.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(Fault::offline(Why::of(&error))),
        Err(_) => Err(Fault::offline(Why::NoAnswer)),
    }
}

fn within_the_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let same = attempt
        .previous()
        .first()
        .is_some_and(|first| first.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= REDIRECTS_MOST {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn read_authorities(file: &Path) -> Option<Vec<Certificate>> {
    let pem = std::fs::read(file).ok()?;
    Certificate::from_pem_bundle(&pem)
        .ok()
        .filter(|certificates| !certificates.is_empty())
}

/// Reads a body for as long as it comes, however slow the line: what it may hold is bounded, and so is the time.
async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    let (mut silent_at, mut lively_at) = (Instant::now() + BODY_SILENCE, BYTES_OF_LIFE);
    loop {
        let chunk = match timeout_at(silent_at, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(error)) => return Err(Fault::offline(Why::of(&error))),
            Err(_) => return Err(Fault::offline(Why::NoAnswer)),
        };
        if body.len() + chunk.len() > most {
            return Err(Fault::offline(Why::Server));
        }
        body.extend_from_slice(&chunk);
        if body.len() >= lively_at {
            silent_at = Instant::now() + BODY_SILENCE;
            lively_at = body.len() + BYTES_OF_LIFE;
        }
    }
}

/// Only the server's own word signs a desk out, gives up a cursor, or refuses what it was sent: a captive portal or a
/// proxy says 401, 404 and 405 as well.
async fn judge_refusal(response: Response, asked: Option<Duration>) -> Fault {
    let status = response.status().as_u16();
    let why = match told(response).await {
        Ok(told) => match Code::find(&told.code) {
            Some(Code::Unauthorized) => return Fault::SignedOut,
            Some(Code::NotFound | Code::CursorGone) => return Fault::Gone,
            // It does not answer to the host by which it is called: its administrator can mend that.
            Some(Code::Forbidden | Code::StaleTimestamp) => Why::Server,
            None if matches!(status, 401 | 403 | 404 | 410) => Why::NotCampanile,
            Some(_) | None => return Fault::Refused(told),
        },
        Err(Fault::Offline { why, .. }) => why,
        Err(other) => return other,
    };
    Fault::Offline {
        why,
        asked,
        // A proxy that lets nothing so large through may let less through.
        broken: status == 413,
    }
}

async fn told(response: Response) -> Result<Problem, Fault> {
    expect_type(response.headers(), problem::MEDIA_TYPE)?;
    let body = read(response, PROBLEM_MOST_BYTES).await?;
    serde_json::from_slice(&body).map_err(|_| Fault::offline(Why::Server))
}
