//! How the desk is, as lines for people and as JSON for programs.

use std::fmt::Write as _;

use campanile_client::view::{LinkView, PartState};

use crate::link::words::Status;

/// Returns it as JSON, indented.
pub fn json(status: &Status) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(status)? + "\n")
}

/// Returns it in a few lines.
pub fn lines(status: &Status) -> String {
    let mut lines = String::new();
    let link = match &status.link {
        LinkView::NoAccount => {
            "not signed in; get a pairing link, then: campanile pair <link>".into()
        }
        LinkView::Connecting => "connecting".into(),
        LinkView::Connected => "connected".into(),
        LinkView::Offline {
            host,
            since,
            retry_at,
            why,
        } => {
            format!("no answer from {host} since {since} ({why}); next attempt at {retry_at}")
        }
        LinkView::SignedOut => {
            "signed out by the server; get a pairing link, then: campanile pair <link>".into()
        }
        LinkView::TooOld => "the server needs a newer Campanile; install it".into(),
    };
    let mut line = |name: &str, value: &str| {
        // Names come from a server: a terminal must not take them for its own language.
        let plain: String = value
            .chars()
            .map(|letter| {
                if letter.is_control() {
                    '\u{fffd}'
                } else {
                    letter
                }
            })
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{name:12} {plain}");
    };
    line("link", &link);
    if let Some(account) = &status.account {
        let ends = if account.session_only {
            ", until the app ends"
        } else {
            ""
        };
        line(
            "account",
            &format!("{} at {}{ends}", account.name, account.host),
        );
    }
    line("unread", &status.unread.to_string());
    let quiet = match &status.quiet.hold {
        Some(hold) => hold
            .until
            .map_or_else(|| "yes".into(), |until| format!("until {until}")),
        None => status
            .quiet
            .next_start
            .map_or_else(|| "no".into(), |start| format!("from {start}")),
    };
    line("quiet", &quiet);
    if status.waiting > 0 {
        line(
            "waiting",
            &format!("{} changes for the server", status.waiting),
        );
    }
    if let Some(error) = &status.last_error {
        line("last error", error);
    }
    for part in &status.parts {
        if let PartState::Fails { code } = &part.is {
            line(
                "trouble",
                &format!("{:?}: {code}", part.part).to_lowercase(),
            );
        }
    }
    lines
}
