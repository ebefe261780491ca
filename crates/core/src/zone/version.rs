//! The release of the tz database, such as 2026f.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A release of the tz database. Later ones are greater: 2026f > 2026e > 2025z, and 2026za > 2026z.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(String);

/// A version line could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a release of the tz database; expected a year and a letter, such as 2026f")]
pub struct BadVersion;

impl Version {
    /// Returns the release as it is written, such as `2026f`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the release that chrono-tz was compiled with.
    pub(super) fn compiled() -> Self {
        Self(chrono_tz::IANA_TZDB_VERSION.into())
    }
}

impl FromStr for Version {
    type Err = BadVersion;

    /// Reads `2026f`, or the first line of a system's `tzdata.zi` (`# version 2026f`) or `+VERSION` file.
    ///
    /// What a packager put behind a hyphen (`2026f-dirty`) is left away.
    fn from_str(text: &str) -> Result<Self, BadVersion> {
        let line = text.lines().next().unwrap_or_default().trim();
        let release = line.strip_prefix("# version ").unwrap_or(line);
        let release = release.split('-').next().unwrap_or_default();
        let (year, letters) = release.split_at_checked(4).ok_or(BadVersion)?;
        let is_good = year.bytes().all(|b| b.is_ascii_digit())
            && (1..=2).contains(&letters.len())
            && letters.bytes().all(|b| b.is_ascii_lowercase());
        if is_good {
            Ok(Self(release.into()))
        } else {
            Err(BadVersion)
        }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        // After z comes za, so that within a year the longer one is the later.
        fn key(version: &Version) -> (Option<&str>, usize, &str) {
            (version.0.get(..4), version.0.len(), &version.0)
        }
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;

    fn try_from(text: String) -> Result<Self, BadVersion> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_from_the_lines_that_systems_carry() {
        for (text, release) in [
            ("2026f", Ok("2026f")),
            ("2026f\n", Ok("2026f")),
            ("# version 2026f\n# redo posix_only\n", Ok("2026f")),
            ("# version 2026f-dirty\n", Ok("2026f")),
            ("2026za", Ok("2026za")),
            ("", Err(BadVersion)),
            ("2026", Err(BadVersion)),
            ("2026F", Err(BadVersion)),
            ("2026abc", Err(BadVersion)),
            ("unknown", Err(BadVersion)),
            ("202єf", Err(BadVersion)),
        ] {
            assert_eq!(
                text.parse::<Version>().map(|version| version.to_string()),
                release.map(String::from),
                "{text:?}"
            );
        }
    }

    #[test]
    fn releases_are_ordered_by_time() {
        let ordered = [
            "2009z", "2025b", "2026a", "2026f", "2026z", "2026za", "2027a",
        ];
        let versions: Vec<Version> = ordered
            .iter()
            .map(|text| text.parse().expect("a version"))
            .collect();
        assert!(versions.is_sorted_by(|a, b| a < b));
        assert!(Version::compiled() < "2026f".parse().expect("a version"));
    }
}
