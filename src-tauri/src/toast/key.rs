//! A toast's key as the name that a system keeps for it.

use campanile_client::effect::ToastKey;
use campanile_core::ids::EventId;

/// Writes a key: at most 64 letters, digits and hyphens, so that it fits any system's name and any link.
#[cfg(any(windows, target_os = "macos", test))]
#[must_use]
pub fn written(key: &ToastKey) -> String {
    match key {
        ToastKey::Notice(id) => format!("notice-{id}"),
        ToastKey::Summary => "summary".into(),
        ToastKey::More => "more".into(),
        ToastKey::App(word) => format!("app-{word}").chars().take(64).collect(),
    }
}

/// Reads a key that a system or a link brings back; `None` for anything else. A word of the app itself is known only
/// while the app runs, so it is not read.
#[must_use]
pub fn read(text: &str) -> Option<ToastKey> {
    match text {
        "summary" => Some(ToastKey::Summary),
        "more" => Some(ToastKey::More),
        _ => EventId::parse(text.strip_prefix("notice-")?).map(ToastKey::Notice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_read() {
        let notice = ToastKey::Notice(EventId(uuid::Uuid::from_u128(7)));
        for key in [notice, ToastKey::Summary, ToastKey::More] {
            assert_eq!(read(&written(&key)), Some(key));
        }
        for text in [
            "",
            "notice-",
            "notice-7",
            "notice-../../etc",
            "app-keyring",
            "Summary",
            "https://evil.test/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
