//! The source's token in the `Authorization` header.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use super::{Proof, Proven, Scheme, only, unproven};
use crate::{refusal::Refusal, token::TokenHash};

/// This scheme.
pub const SCHEME: Scheme = Scheme {
    applies: |headers| headers.contains_key(AUTHORIZATION),
    verify,
};

fn verify(proof: &Proof<'_>) -> Result<Proven, Refusal> {
    let token = token(proof.headers).ok_or_else(unproven)?;
    if proof.keys.has_bearer(&TokenHash::of(token), proof.now) {
        Ok(Proven { id: None })
    } else {
        Err(unproven())
    }
}

/// Returns the bearer token of a request.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
