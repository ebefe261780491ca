//! Which links may be opened at all: pages of the web on a plain host, and nothing that a system takes for something else.

use url::Url;

/// The longest link as somebody wrote it, in bytes.
pub const LINK_MOST_BYTES: usize = 2_000;
/// The longest URL that is handed to the system, in bytes: each sign beyond ASCII takes three there for one.
pub const URL_MOST_BYTES: usize = 8 * 1024;

/// Why a link is opened by nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no URL, or holds signs that a URL has no place for.
    #[error("it is no link")]
    NoLink,
    /// It leads to something else than a web page.
    #[error("only http and https links are opened, and this one is {0}")]
    Scheme(String),
    /// It names no host, or a name and password before it, which serve to deceive.
    #[error("the link has no plain host")]
    Host,
    /// It is longer than any system takes.
    #[error("the link is {bytes} bytes long, more than {most}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// What is taken.
        most: usize,
    },
}

/// Reads a link as somebody outside wrote it. What is opened is the URL as it was understood here, never the text:
/// another reader may understand a tab, a backslash or a space in it otherwise (S2).
///
/// # Errors
/// [`Unfit`].
pub fn read(text: &str) -> Result<Url, Unfit> {
    let steers = |sign: char| sign.is_control() || sign.is_whitespace() || sign == '\\';
    check_length(text, LINK_MOST_BYTES)?;
    // A browser reads `https:host` as well, and a person does not.
    let is_whole = ["https://", "http://"].iter().any(|start| {
        let found = text.get(..start.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(start))
    });
    if text.contains(steers) {
        return Err(Unfit::NoLink);
    }
    let url = Url::parse(text).map_err(|_| Unfit::NoLink)?;
    check(&url)?;
    if is_whole {
        Ok(url)
    } else {
        Err(Unfit::NoLink)
    }
}

/// Checks a link that was read already, at the last door before the system.
///
/// # Errors
/// [`Unfit`].
pub fn check(url: &Url) -> Result<(), Unfit> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Unfit::Scheme(url.scheme().into()));
    }
    if !url.host_str().is_some_and(is_plain)
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(Unfit::Host);
    }
    check_length(url.as_str(), URL_MOST_BYTES)
}

/// WHATWG lets a host hold quotes and braces, which no name has and which end the word where a system starts a browser
/// by a line of text.
fn is_plain(host: &str) -> bool {
    let plain = |sign: u8| sign.is_ascii_alphanumeric() || b"-._:[]".contains(&sign);
    !host.is_empty() && host.bytes().all(plain)
}

fn check_length(link: &str, most: usize) -> Result<(), Unfit> {
    let bytes = link.len();
    if bytes > most {
        return Err(Unfit::TooLong { bytes, most });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_links_are_opened() {
        let long = format!("https://desk.example.org/{}", "a".repeat(URL_MOST_BYTES));
        for (text, opens) in [
            ("https://desk.example.org/c/412", true),
            ("http://127.0.0.1:3000/c/412?a=b#c", true),
            ("https://xn--80ak6aa92e.com/", true),
            ("HTTPS://DESK.EXAMPLE.ORG", true),
            ("https://desk.example.org/--help;rm%20-rf", true),
            ("javascript:alert(1)", false),
            ("file:///etc/passwd", false),
            ("campanile://pair?server=x&code=y", false),
            ("ms-msdt:/id", false),
            ("data:text/html,hi", false),
            ("smb://host/share", false),
            ("https://desk.example.org@evil.test/", false),
            ("https://user:secret@desk.example.org/", false),
            ("https://desk.example.org\"--option/", false),
            ("https://[::1]:8080/c_d", true),
            (&long, false),
        ] {
            let url = Url::parse(text).expect("a URL");
            assert_eq!(check(&url).is_ok(), opens, "{text}");
        }
    }

    #[test]
    fn of_every_case_of_the_web_platform_only_the_web_is_opened() {
        let cases = include_str!("../../../tests/data/urls.json");
        let cases: Vec<(String, Option<String>, bool)> =
            serde_json::from_str(cases).expect("the cases");
        let mut opened = 0;
        for url in cases
            .iter()
            .flat_map(|(text, is, _)| [Some(text), is.as_ref()])
        {
            let Some(Ok(url)) = url.map(|url| Url::parse(url)) else {
                continue;
            };
            if check(&url).is_ok() {
                opened += 1;
                assert!(matches!(url.scheme(), "https" | "http"), "{url}");
                assert!(!url.authority().contains('@'), "{url}");
                let mut signs = url.as_str().bytes();
                assert!(
                    signs.all(|sign| sign.is_ascii_graphic() && sign != b'"'),
                    "{url}"
                );
            }
        }
        assert!(opened > 300, "{opened}");
    }

    #[test]
    fn what_is_handed_on_can_be_no_option_and_no_second_word() {
        for text in [
            "https://desk.example.org/a b\n-c \"d\"",
            "http://-x.example/--y",
        ] {
            let url = Url::parse(text).expect("a URL");
            check(&url).expect("opens");
            assert!(url.as_str().starts_with("http"), "{url}");
            assert!(
                url.as_str()
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'"'),
                "{url}"
            );
        }
    }
}
