//! Opens a URL in the person's browser: the only function of the program that does.

use campanile_protocol::web_link::{self, Unfit};
use url::Url;

#[cfg_attr(target_os = "linux", path = "opener/linux.rs")]
#[cfg_attr(target_os = "windows", path = "opener/windows.rs")]
#[cfg_attr(target_os = "macos", path = "opener/macos.rs")]
mod platform;

/// Why a URL was not opened.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// It is no link for anybody to open.
    #[error(transparent)]
    Unfit(#[from] Unfit),
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
    web_link::check(url)?;
    Ok(platform::open(url, activation)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_web_link_reaches_no_system() {
        for text in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "smb://host/share",
        ] {
            let url = Url::parse(text).expect("a URL");
            assert!(
                matches!(open(&url, None), Err(Unopened::Unfit(_))),
                "{text}"
            );
        }
    }
}
