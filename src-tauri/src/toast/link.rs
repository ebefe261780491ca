//! A press on a toast as a link to this program, where a system keeps it for longer than the desk lives.
//!
//! It names the toast by its key and carries no address: what is opened is looked up by whoever reads it.
//! Any page and any program can open a link, so it acts only with a proof that it was on a toast: a word that this run of the desk made up.

use std::sync::LazyLock;

use campanile_client::effect::{Press, ToastKey};
use campanile_protocol::pairing::LINK_SCHEME;
use url::{Host, Url};
use uuid::Uuid;

use super::key;

/// The word in the place of a host.
const HOST: &str = "toast";

/// The proof that stands in the links of this run. Those of an earlier one prove nothing any more.
static PROOF: LazyLock<Uuid> = LazyLock::new(Uuid::new_v4);

/// Writes the link of a press. A toast of the app itself leads where the summary's does: into the bell.
#[cfg(any(windows, test))]
#[must_use]
pub fn written(key: &ToastKey, press: Press) -> String {
    let key = if matches!(key, ToastKey::App(_)) {
        &ToastKey::Summary(0)
    } else {
        key
    };
    format!(
        "{LINK_SCHEME}://{HOST}?key={}&press={}&proof={}",
        key::written(key),
        press.id(),
        *PROOF
    )
}

/// Reads a link that was on a toast of this run; `None` for anything else.
#[must_use]
pub fn read(link: &str) -> Option<(ToastKey, Press)> {
    let (key, press, proof) = parts(link)?;
    (proof == *PROOF).then_some((key, press))
}

/// Says whether a link is written as that of a press, whoever wrote it.
#[must_use]
pub fn is_press(link: &str) -> bool {
    parts(link).is_some()
}

fn parts(link: &str) -> Option<(ToastKey, Press, Uuid)> {
    let url = Url::parse(link).ok()?;
    let is_ours = url.scheme() == LINK_SCHEME
        && url.host() == Some(Host::Domain(HOST))
        // Windows writes the path that no link of ours has.
        && matches!(url.path(), "" | "/")
        && url.port().is_none()
        && url.username().is_empty()
        && url.fragment().is_none();
    let mut pairs = url.query_pairs();
    let mut part = |name: &str| {
        let (found, value) = pairs.next()?;
        (found == name).then_some(value)
    };
    let (key, press, proof) = (part("key")?, part("press")?, part("proof")?);
    if !is_ours || pairs.next().is_some() {
        return None;
    }
    Some((
        key::read(&key)?,
        Press::find(&press)?,
        Uuid::parse_str(&proof).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use campanile_core::ids::EventId;

    use super::*;

    #[test]
    fn a_press_is_read_as_it_was_written() {
        let notice = ToastKey::Notice(EventId(uuid::Uuid::from_u128(7)));
        for key in [notice, ToastKey::Summary(1), ToastKey::More(1)] {
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
        assert_eq!(read(&link), Some((ToastKey::Summary(0), Press::Open)));
    }

    #[test]
    fn a_link_that_somebody_else_wrote_proves_nothing() {
        let link = written(&ToastKey::Summary(0), Press::Read);
        let foreign = link.replace(&PROOF.to_string(), &Uuid::nil().to_string());
        assert!(is_press(&foreign));
        assert_eq!(read(&foreign), None);
        let unproved = link.split("&proof").next().expect("a link");
        assert!(!is_press(unproved));
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
            let (before, fragment) = link.split_once('#').unwrap_or((link, ""));
            let link = format!("{before}&proof={}#{fragment}", *PROOF);
            let link = link.trim_end_matches('#');
            assert!(!is_press(link), "{link}");
        }
    }
}
