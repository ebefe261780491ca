//! A press on a toast as a link to this program, where a system keeps it for longer than the desk lives.
//!
//! It names the toast by its key and carries no address: what is opened is looked up by whoever reads it.

use campanile_client::effect::{Press, ToastKey};
use campanile_protocol::pairing::LINK_SCHEME;
use url::{Host, Url};

use super::key;

/// The word in the place of a host.
const HOST: &str = "toast";

/// Writes the link of a press. A toast of the app itself leads where the summary's does: into the bell.
#[cfg(any(windows, test))]
#[must_use]
pub fn written(key: &ToastKey, press: Press) -> String {
    let key = if matches!(key, ToastKey::App(_)) {
        &ToastKey::Summary
    } else {
        key
    };
    format!(
        "{LINK_SCHEME}://{HOST}?key={}&press={}",
        key::written(key),
        press.id()
    )
}

/// Reads such a link, which may come from anybody; `None` for anything else.
#[must_use]
pub fn read(link: &str) -> Option<(ToastKey, Press)> {
    let url = Url::parse(link).ok()?;
    let is_ours = url.scheme() == LINK_SCHEME
        && url.host() == Some(Host::Domain(HOST))
        // Windows writes the path that no link of ours has.
        && matches!(url.path(), "" | "/")
        && url.port().is_none()
        && url.username().is_empty()
        && url.fragment().is_none();
    let mut pairs = url.query_pairs();
    match (is_ours, pairs.next()?, pairs.next()?, pairs.next()) {
        (true, (first, key), (second, press), None) if first == "key" && second == "press" => {
            Some((key::read(&key)?, Press::find(&press)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use campanile_core::ids::EventId;

    use super::*;

    #[test]
    fn a_press_is_read_as_it_was_written() {
        let notice = ToastKey::Notice(EventId(uuid::Uuid::from_u128(7)));
        for key in [notice, ToastKey::Summary, ToastKey::More] {
            for press in Press::ALL {
                let link = written(&key, *press);
                assert_eq!(read(&link), Some((key.clone(), *press)), "{link}");
                let link = link.replace("toast?", "toast/?");
                assert_eq!(read(&link), Some((key.clone(), *press)), "{link}");
            }
        }
    }

    #[test]
    fn a_toast_of_the_app_itself_leads_into_the_bell() {
        let link = written(&ToastKey::App("keyring"), Press::Open);
        assert_eq!(read(&link), Some((ToastKey::Summary, Press::Open)));
    }

    #[test]
    fn nothing_else_is_a_press() {
        for link in [
            "",
            "campanile://toast",
            "campanile://toast?key=summary",
            "campanile://toast?press=read&key=summary",
            "campanile://toast?key=summary&press=delete",
            "campanile://toast?key=summary&press=read&press=snooze",
            "campanile://toast?key=https://evil.test/&press=default",
            "campanile://toast?key=app-keyring&press=default",
            "campanile://toast/a?key=summary&press=read",
            "campanile://toast:1?key=summary&press=read",
            "campanile://a@toast?key=summary&press=read",
            "campanile://toast?key=summary&press=read#x",
            "campanile://pair?key=summary&press=read",
            "https://toast?key=summary&press=read",
            "campanile:toast?key=summary&press=read",
        ] {
            assert_eq!(read(link), None, "{link}");
        }
    }
}
