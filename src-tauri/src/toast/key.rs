//! A toast's key as the name that a system keeps for it.

use campanile_client::effect::ToastKey;
use campanile_core::ids::EventId;

/// Writes a key: at most 64 letters, digits and hyphens, so that it fits any system's name and any link.
#[cfg(any(windows, target_os = "macos", test))]
#[must_use]
pub fn written(key: &ToastKey) -> String {
    match key {
        ToastKey::Notice(id) => format!("notice-{id}"),
        ToastKey::Summary(sitting) => format!("summary-{sitting}"),
        ToastKey::More(sitting) => format!("more-{sitting}"),
        ToastKey::App(word) => format!("app-{word}").chars().take(64).collect(),
    }
}

/// Reads a key that a system or a link brings back; `None` for anything else. A word of the app itself is known only
/// while the app runs, so it is not read.
#[must_use]
pub fn read(text: &str) -> Option<ToastKey> {
    let (kind, which) = text.split_once('-')?;
    match kind {
        "summary" => which.parse().ok().map(ToastKey::Summary),
        "more" => which.parse().ok().map(ToastKey::More),
        "notice" => EventId::parse(which).map(ToastKey::Notice),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_read() {
        let notice = ToastKey::Notice(EventId(uuid::Uuid::from_u128(7)));
        for key in [notice, ToastKey::Summary(0), ToastKey::More(u32::MAX)] {
            assert_eq!(read(&written(&key)), Some(key));
        }
        for text in [
            "",
            "notice-",
            "notice-7",
            "notice-../../etc",
            "app-keyring",
            "Summary-0",
            "summary",
            "summary-x",
            "more--1",
            "https://evil.test/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
