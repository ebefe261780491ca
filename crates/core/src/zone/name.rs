//! The name of a time zone.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use super::archive;

/// A time zone by its IANA name, such as `Europe/Kyiv`: one that chrono-tz or the built-in rules know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(Arc<str>);

/// A zone was named that is none, or that came after the newest rules this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known time zone; write an IANA name, such as Europe/Kyiv or America/Vancouver")]
pub struct UnknownZone;

impl Zone {
    /// Returns the IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Returns every name that [`Zone`] accepts, sorted, links and old names included.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        let compiled = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let mut names: Vec<_> = compiled.chain(archive::built_in().names()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Default for Zone {
    /// Returns UTC.
    fn default() -> Self {
        Self("UTC".into())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let is_known =
            name.parse::<chrono_tz::Tz>().is_ok() || archive::built_in().find(name).is_some();
        if is_known {
            Ok(Self(name.into()))
        } else {
            Err(UnknownZone)
        }
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0.as_ref().into()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_read_and_written_by_its_iana_name() {
        let kyiv: Zone = serde_json::from_str("\"Europe/Kyiv\"").expect("a zone");
        assert_eq!(
            serde_json::to_string(&kyiv).expect("writes"),
            "\"Europe/Kyiv\""
        );
        assert_eq!(Zone::default(), "UTC".parse().expect("a zone"));
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for name in [
            "",
            "Europe/Kiyv",
            "europe/kyiv",
            "../etc/passwd",
            "/Europe/Kyiv",
            "Europe/Kyiv\0",
            "GMT+25",
            "Local",
        ] {
            assert_eq!(name.parse::<Zone>(), Err(UnknownZone), "{name}");
        }
        assert_eq!("E".repeat(1_000_000).parse::<Zone>(), Err(UnknownZone));
    }

    #[test]
    fn every_name_is_a_zone_and_safe_to_join_to_a_folder() {
        let names = Zone::names();
        assert!(names.len() > 590, "{}", names.len());
        for name in names {
            assert!(name.parse::<Zone>().is_ok(), "{name}");
            assert!(
                !name.starts_with('/') && !name.contains(['.', '\\', ':', '\0']),
                "{name}"
            );
        }
    }
}
