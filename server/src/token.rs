//! Tokens and codes: made of 256 random bits, told once, kept as hashes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What is kept of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// Returns the hash of `token`.
    ///
    /// A plain hash is enough: the token is random, not a word that somebody could guess.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Says whether it is the hash of the same token, in a time that tells nothing.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// Why nothing random could be had.
#[derive(Debug, thiserror::Error)]
#[error("the system has no random numbers to give: {0}")]
pub struct NoRandomness(#[from] getrandom::Error);

/// Returns `N` random bytes.
///
/// # Errors
/// [`NoRandomness`] if the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Returns a fresh token: 43 characters that need no escaping anywhere.
///
/// # Errors
/// [`NoRandomness`] if the system gives none.
pub fn fresh() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_given_twice_and_is_known_by_its_hash() {
        let (one, other) = (fresh().expect("random"), fresh().expect("random"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(TokenHash::of(&one).is(&TokenHash::of(&one)));
        assert!(!TokenHash::of(&one).is(&TokenHash::of(&other)));
        assert_eq!(format!("{:?}", TokenHash::of(&one)), "TokenHash(…)");
    }
}
