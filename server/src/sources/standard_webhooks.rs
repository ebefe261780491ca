//! Standard Webhooks: an HMAC over id, time and body.

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use campanile_core::time::Timestamp;
use campanile_protocol::problem::Code;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use super::{Proof, Proven, Scheme, only, unproven};
use crate::{access::SourceKeys, refusal::Refusal, routes::Sender};

/// This scheme.
pub const SCHEME: Scheme = Scheme {
    applies: |headers| headers.contains_key(SIGNATURE),
    admit,
    verify,
};

/// The header with the id of the request.
pub const ID: &str = "webhook-id";
/// The header with the time at which it was signed, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";
/// How a secret is written.
pub const SECRET_PREFIX: &str = "whsec_";

/// A request may be so much older or newer than now.
pub const TOLERANCE_S: i64 = 300;
/// So many signatures are looked at: there are two while a secret is rotated.
const SIGNATURES_MOST: usize = 8;
/// The most characters of an id.
const ID_MOST: usize = 200;

/// What the headers say of a request. The body alone can prove it.
struct Claim<'a> {
    id: &'a str,
    timestamp: &'a str,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Claim<'a> {
    fn of(headers: &'a HeaderMap) -> Option<Self> {
        let signatures = only(headers, SIGNATURE)?.split(' ').take(SIGNATURES_MOST);
        Some(Self {
            id: only(headers, ID).filter(|id| is_id(id))?,
            timestamp: only(headers, TIMESTAMP).filter(|text| is_timestamp(text))?,
            signatures: signatures.filter_map(signature).collect(),
        })
    }
}

fn admit(headers: &HeaderMap, _: &SourceKeys, _: Timestamp) -> Result<Sender, Refusal> {
    // That it is too old is told only where the signature is good.
    Claim::of(headers)
        .filter(|claim| !claim.signatures.is_empty())
        .map(|_| Sender::Stranger)
        .ok_or_else(unproven)
}

fn verify(proof: &Proof<'_>) -> Result<Proven, Refusal> {
    let claim = Claim::of(proof.headers).ok_or_else(unproven)?;
    if !is_signed(proof, &claim) {
        return Err(unproven());
    }
    let signed_s: i64 = claim.timestamp.parse().map_err(|_| unproven())?;
    if (proof.now.ms().div_euclid(1_000) - signed_s).abs() > TOLERANCE_S {
        return Err(Refusal::told(
            Code::StaleTimestamp,
            format!(
                "Sign the request when it is sent: `{TIMESTAMP}` may differ from the server's clock by {TOLERANCE_S} seconds."
            ),
        ));
    }
    Ok(Proven {
        id: Some(claim.id.to_owned()),
    })
}

fn is_signed(proof: &Proof<'_>, claim: &Claim<'_>) -> bool {
    let mut found = Choice::from(0);
    for secret in proof.keys.secrets(proof.now) {
        let expected = mac(secret, claim.id, claim.timestamp, proof.body);
        for given in &claim.signatures {
            found |= expected.ct_eq(given);
        }
    }
    found.into()
}

/// Reads `v1,<base64>`; other versions are not ours to check.
fn signature(text: &str) -> Option<[u8; 32]> {
    STANDARD
        .decode(text.strip_prefix("v1,")?)
        .ok()?
        .try_into()
        .ok()
}

/// An id without a dot: with one, what is signed could be cut in another place.
fn is_id(id: &str) -> bool {
    (1..=ID_MOST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.')
}

fn is_timestamp(text: &str) -> bool {
    (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn mac(secret: &[u8], id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length; an empty one is never made here.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return [0; 32];
    };
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Returns the value of the signature's header for a request.
#[must_use]
pub fn sign(secret: &[u8], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    format!(
        "v1,{}",
        STANDARD.encode(mac(secret, id, &timestamp_s.to_string(), body))
    )
}

/// Reads a secret as publishers write it, with its prefix or without, padded or not; 24 to 64 bytes.
#[must_use]
pub fn read_secret(text: &str) -> Option<Vec<u8>> {
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let text = text.strip_prefix(SECRET_PREFIX).unwrap_or(text);
    let secret = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    (24..=64).contains(&secret.len()).then_some(secret)
}

/// Returns a secret as publishers read it.
#[must_use]
pub fn write_secret(secret: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const MESSAGE: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";

    #[test]
    fn the_official_and_the_computed_vectors_come_out() {
        let secret = read_secret(SECRET).expect("a secret");
        for (body, expected) in [
            (
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "{\"test\": 2432232314}\n",
                "v1,FIt3hYjPQCdyuyMOw+0dZwwjGRAx1Il4CsgdFnOmrcc=",
            ),
            (
                r#"{"test":2432232314}"#,
                "v1,Vif40peJBP7Iyl0XGmu61n4MwdrcHov5CFREBpE0svs=",
            ),
            ("", "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="),
            (
                r#"{"a":"€"}"#,
                "v1,twslNU/fcXVuQWpx3o87nNE6PYub9UZF36N7qoei9Hw=",
            ),
        ] {
            assert_eq!(
                sign(&secret, MESSAGE, 1_614_265_330, body.as_bytes()),
                expected,
                "{body}"
            );
        }
    }

    #[test]
    fn a_dot_in_an_id_would_let_the_body_be_cut_elsewhere() {
        let secret = read_secret(SECRET).expect("a secret");
        let shifted = sign(&secret, "a.1614265330", 1_614_265_331, b"x");
        assert_eq!(shifted, sign(&secret, "a", 1_614_265_330, b"1614265331.x"));
        assert!(is_id("a") && !is_id("a.1614265330"));
    }

    #[test]
    fn a_secret_is_read_with_its_prefix_or_without_padded_or_not() {
        let secret = read_secret(SECRET).expect("a secret");
        assert_eq!(read_secret(&SECRET[6..]), Some(secret.clone()));
        assert_eq!(read_secret(&write_secret(&secret)), Some(secret));
        let odd = write_secret(&[7; 25]);
        assert_eq!(read_secret(odd.trim_end_matches('=')), Some(vec![7; 25]));
        for bad in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_***"] {
            assert_eq!(read_secret(bad), None, "{bad}");
        }
    }
}
