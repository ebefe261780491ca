//! The device token, which nothing but a request's header may hold.

use reqwest::header::HeaderValue;

/// A device token. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes what the server gave or the keyring kept; `None` where it could not stand in a header.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits =
            (1..=1_024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then_some(Self(text))
    }

    /// Returns the token itself, for the keyring.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the header that shows it to the server, and to no log.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::new("canary").expect("a token");
        assert_eq!(format!("{token:?}"), "***");
        assert_eq!(format!("{:?}", token.header()), "Some(Sensitive)");
    }

    #[test]
    fn a_token_is_one_word_that_a_header_can_hold() {
        for bad in ["", "a b", "a\r\nX-Evil: 1", "tökén", &"a".repeat(1_025)] {
            assert_eq!(Token::new(bad), None, "{bad:?}");
        }
    }
}
