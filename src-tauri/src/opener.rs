//! Opens a URL in the person's browser: the only function of the program that does.

use url::Url;

#[cfg_attr(target_os = "linux", path = "opener/linux.rs")]
#[cfg_attr(target_os = "windows", path = "opener/windows.rs")]
#[cfg_attr(target_os = "macos", path = "opener/macos.rs")]
mod platform;

/// The longest URL that is handed to the system.
const URL_MOST_BYTES: usize = 8 * 1024;

/// Why a URL was not opened.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// It leads to something else than a web page.
    #[error("only http and https links are opened, and this one is {0}")]
    Scheme(String),
    /// It names no host, or a name and password before it, which serve to deceive.
    #[error("the link has no plain host")]
    Host,
    /// It is longer than any system takes.
    #[error("the link is {0} bytes long, more than {URL_MOST_BYTES}")]
    TooLong(usize),
    /// The system has nothing that opens links.
    #[error("no browser could be started: {0}; on Linux install xdg-utils")]
    System(#[from] std::io::Error),
}

/// Opens `url`, and lets the browser come forward by the activation token of the click that asked for it.
///
/// Whether the link is one that its source may send the person to is the session's to say; here it only must be a web
/// link that no system takes for anything else.
///
/// # Errors
/// [`Unopened`]. Success means that the system took the link, not that a page was seen.
pub fn open(url: &Url, activation: Option<&str>) -> Result<(), Unopened> {
    check(url)?;
    Ok(platform::open(url, activation)?)
}

fn check(url: &Url) -> Result<(), Unopened> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Unopened::Scheme(url.scheme().into()));
    }
    let has_plain_host = url.host_str().is_some_and(|host| !host.is_empty());
    if !has_plain_host || !url.username().is_empty() || url.password().is_some() {
        return Err(Unopened::Host);
    }
    match url.as_str().len() {
        0..=URL_MOST_BYTES => Ok(()),
        bytes => Err(Unopened::TooLong(bytes)),
    }
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
            (&long, false),
        ] {
            let url = Url::parse(text).expect("a URL");
            assert_eq!(check(&url).is_ok(), opens, "{text}");
        }
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
