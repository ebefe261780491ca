//! Pairing a desk by a link, and taking its token back.

use std::time::Duration;

use campanile_core::ids::AgentId;
use campanile_protocol::{
    changes::PushedChange,
    pairing::{Devices, LINK_SCHEME, PairAnswer, PairRequest},
    problem::Code,
    routes,
};
use reqwest::Method;
use tokio::time::timeout;
use url::Url;

use super::{
    Surroundings, Token, Why,
    http::{Fault, Server, is_this_machine},
    push,
};
use crate::message::{Account, PairingFault};

/// A link and its parts are no longer than this.
const LINK_MOST_BYTES: usize = 2_048;
const CODE_MOST_BYTES: usize = 256;
/// A device's name is no longer than this.
const NAME_MOST_CHARACTERS: usize = 100;
/// For so long a person waits for a pairing, whose answer is short: no other link can be tried meanwhile (F13).
const PAIRED_WITHIN: Duration = Duration::from_secs(60);
/// For so long the server may take over each half of a sign-out, which goes on without it.
const SIGN_OUT_WITHIN: Duration = Duration::from_secs(10);

/// A pairing link, read.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingLink {
    /// The server's base URL.
    pub server: Url,
    code: String,
}

impl std::fmt::Debug for PairingLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairingLink")
            .field("server", &self.server.as_str())
            .field("code", &"***")
            .finish()
    }
}

impl PairingLink {
    /// Reads `campanile://pair?server=<base>&code=<code>`: each part once, nothing besides, https or this machine.
    ///
    /// # Errors
    /// [`PairingFault::NotALink`], or [`PairingFault::Insecure`] for plain http beyond this machine.
    pub fn read(text: &str) -> Result<Self, PairingFault> {
        let text = text.trim();
        let query = text
            .strip_prefix(LINK_SCHEME)
            .and_then(|rest| rest.strip_prefix("://pair"))
            .map(|rest| rest.strip_prefix('/').unwrap_or(rest))
            .and_then(|rest| rest.strip_prefix('?'))
            .filter(|_| text.len() <= LINK_MOST_BYTES)
            .ok_or(PairingFault::NotALink)?;
        let parts: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let (server, code) = match parts.as_slice() {
            [(a, server), (b, code)] | [(b, code), (a, server)] if a == "server" && b == "code" => {
                (server, code)
            }
            _ => return Err(PairingFault::NotALink),
        };
        let is_code = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !(1..=CODE_MOST_BYTES).contains(&code.len()) || !code.bytes().all(is_code) {
            return Err(PairingFault::NotALink);
        }
        Ok(Self {
            server: read_server(server)?,
            code: code.clone(),
        })
    }
}

fn read_server(text: &str) -> Result<Url, PairingFault> {
    let server = Url::parse(text).map_err(|_| PairingFault::NotALink)?;
    let is_base = server.has_host()
        && server.username().is_empty()
        && server.password().is_none()
        && server.query().is_none()
        && server.fragment().is_none()
        // The parser forgives these; a person who reads the link would not see the same host.
        && !text.chars().any(|sign| sign.is_control() || sign.is_whitespace() || sign == '\\');
    match server.scheme() {
        _ if !is_base => Err(PairingFault::NotALink),
        "https" => Ok(server),
        "http" if is_this_machine(&server) => Ok(server),
        "http" => Err(PairingFault::Insecure),
        _ => Err(PairingFault::NotALink),
    }
}

/// Turns the code of a link into an account and its token.
///
/// The account is named after its server and agent, so that pairing anew finds what was kept.
/// The caller says whether a keyring keeps the token: [`Account::session_only`] is false here.
///
/// # Errors
/// [`PairingFault`].
pub async fn pair(
    link: &str,
    device_name: &str,
    surroundings: &Surroundings,
) -> Result<(Account, Token), PairingFault> {
    let PairingLink { server: base, code } = PairingLink::read(link)?;
    let server = Server::new(&base, None, surroundings).map_err(|fault| told(&fault))?;
    let plain: String = device_name
        .chars()
        .filter(|sign| !sign.is_control())
        .take(NAME_MOST_CHARACTERS)
        .collect();
    let request = server
        .request(Method::POST, routes::PAIR, &[])
        .json(&PairRequest {
            code,
            device_name: plain,
        });
    let answer: PairAnswer = timeout(PAIRED_WITHIN, server.ask(request))
        .await
        .map_err(|_| PairingFault::NoAnswer)?
        .map_err(|fault| told(&fault))?;
    let token = Token::new(answer.token).ok_or(PairingFault::NoAnswer)?;
    let id = account_id(&base, answer.agent).ok_or(PairingFault::NotALink)?;
    Ok((
        Account {
            id,
            server: base,
            name: answer.name,
            session_only: false,
        },
        token,
    ))
}

fn told(fault: &Fault) -> PairingFault {
    match fault {
        Fault::Offline { why, .. } if why.is_untrusted() => PairingFault::Untrusted,
        Fault::Offline { why: Why::Busy, .. } => PairingFault::Busy,
        Fault::Offline { .. } => PairingFault::NoAnswer,
        Fault::Refused(problem) if problem.code == Code::DesksFull.id() => PairingFault::DesksFull,
        Fault::SignedOut | Fault::Gone | Fault::Refused(_) => PairingFault::Code,
    }
}

/// The id names a folder and an entry of the keyring: two servers never share one, whatever agent they claim.
fn account_id(server: &Url, agent: AgentId) -> Option<String> {
    let port = server.port_or_known_default()?;
    let place = format!(
        "{}:{port}{}",
        server.host_str()?,
        server.path().trim_end_matches('/')
    );
    let mut id = String::new();
    for byte in place.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => id.push(char::from(byte)),
            b'.' if !id.is_empty() => id.push('.'),
            _ => id.push_str(&format!("_{byte:02X}")),
        }
    }
    id.push_str(&format!("-{agent}"));
    (id.len() <= 200).then_some(id)
}

/// Tells the server what it has yet to hear, then takes the token back there, so that a copy of it opens nothing.
/// Says whether the server took it back.
pub async fn sign_out(
    base: &Url,
    token: &Token,
    pending: &[PushedChange],
    surroundings: &Surroundings,
) -> bool {
    let server = match Server::new(base, Some(token), surroundings) {
        Ok(server) => server,
        Err(fault) => return fault == Fault::SignedOut,
    };
    if !matches!(
        timeout(SIGN_OUT_WITHIN, push::deliver(&server, pending)).await,
        Ok(Ok(()))
    ) {
        tracing::warn!("the server could not be told of all that was done here");
    }
    match timeout(SIGN_OUT_WITHIN, revoke(&server)).await {
        // A token that is refused already opens nothing.
        Ok(Ok(()) | Err(Fault::SignedOut)) => true,
        Ok(Err(_)) | Err(_) => false,
    }
}

async fn revoke(server: &Server) -> Result<(), Fault> {
    let Devices { devices } = server
        .ask(server.request(Method::GET, routes::DEVICES, &[]))
        .await?;
    let this = devices
        .iter()
        .find(|device| device.current)
        .ok_or(Fault::Gone)?;
    let route = routes::DEVICE.replace("{device}", &this.id.to_string());
    server
        .order(server.request(Method::DELETE, &route, &[]))
        .await
}
