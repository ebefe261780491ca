//! The source's token in the `Authorization` header.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use campanile_core::time::Timestamp;

use super::{Proof, Proven, Scheme, only, unproven};
use crate::{access::SourceKeys, refusal::Refusal, routes::Sender, token::TokenHash};

/// This scheme.
pub const SCHEME: Scheme = Scheme {
    applies: |headers| headers.contains_key(AUTHORIZATION),
    admit,
    verify,
};

fn admit(headers: &HeaderMap, keys: &SourceKeys, now: Timestamp) -> Result<Sender, Refusal> {
    let token = token(headers).ok_or_else(unproven)?;
    if keys.has_bearer(&TokenHash::of(token), now) {
        Ok(Sender::Proven)
    } else {
        Err(unproven())
    }
}

fn verify(proof: &Proof<'_>) -> Result<Proven, Refusal> {
    admit(proof.headers, proof.keys, proof.now).map(|_| Proven { id: None })
}

/// Returns the bearer token of a request.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
