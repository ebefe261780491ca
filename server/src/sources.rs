//! How a source proves that it is itself: a file for each scheme, and one table that names them.

mod bearer;
pub mod registry;
pub mod replay;
pub mod standard_webhooks;

use axum::http::HeaderMap;
use campanile_core::time::Timestamp;
use campanile_protocol::problem::Code;

use crate::{access::SourceKeys, refusal::Refusal, routes::Sender};

pub use bearer::token as bearer_token;

/// A way to prove it.
pub struct Scheme {
    /// Says whether a request with these headers uses it.
    pub applies: fn(&HeaderMap) -> bool,
    /// Checks what the headers alone tell, before the body is taken in.
    pub admit: fn(&HeaderMap, &SourceKeys, Timestamp) -> Result<Sender, Refusal>,
    /// Checks the request, before anything of it is read.
    pub verify: fn(&Proof<'_>) -> Result<Proven, Refusal>,
}

/// Every scheme, the stronger first.
const ALL: &[Scheme] = &[standard_webhooks::SCHEME, bearer::SCHEME];

/// What a scheme looks at.
pub struct Proof<'a> {
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// What the source can prove itself with.
    pub keys: &'a SourceKeys,
    /// The present moment.
    pub now: Timestamp,
}

/// What was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The id of the request, where its signature covers one.
    pub id: Option<String>,
}

/// Checks that a request comes from the source whose keys these are.
///
/// # Errors
/// One and the same refusal, whatever is wrong with it; only a good signature that is too old or too new is told so.
pub fn verify(proof: &Proof<'_>) -> Result<Proven, Refusal> {
    (scheme(proof.headers)?.verify)(proof)
}

/// Lets a request go on to its body, as far as its headers tell.
///
/// # Errors
/// That of [`unproven`] where no body could prove it any more.
pub fn admit(headers: &HeaderMap, keys: &SourceKeys, now: Timestamp) -> Result<Sender, Refusal> {
    (scheme(headers)?.admit)(headers, keys, now)
}

fn scheme(headers: &HeaderMap) -> Result<&'static Scheme, Refusal> {
    ALL.iter()
        .find(|scheme| (scheme.applies)(headers))
        .ok_or_else(unproven)
}

/// Checks a request as [`verify`] does, and returns what to remember it by, where its signature covers an id.
///
/// # Errors
/// As [`verify`].
pub fn prove(
    headers: &HeaderMap,
    body: &[u8],
    keys: &SourceKeys,
    now: Timestamp,
) -> Result<Option<replay::Seen>, Refusal> {
    let proven = verify(&Proof {
        headers,
        body,
        keys,
        now,
    })?;
    Ok(proven.id.map(|id| replay::Seen::of(id, body)))
}

/// Returns the answer to a request that is not proven: which part of it was wrong, is not told.
#[must_use]
pub fn unproven() -> Refusal {
    Refusal::told(
        Code::Unauthorized,
        "Sign the request as Standard Webhooks does, or send the source's token as `Authorization: Bearer`.",
    )
}

/// Returns the one value of a header; none if it is missing, repeated or not plain text.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
