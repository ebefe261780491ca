//! Time zones by today's rules: what the clock on the wall shows, and when it shows a given time.
//!
//! The rules that chrono-tz was compiled with are an hour wrong in some zones.
//! So every answer comes from [`Rules`]: TZif files of a known release of the tz database, the newer of a
//! set that is built in and the operating system's, which a shell reads and hands in.

mod archive;
mod name;
mod offsets;
mod version;
mod wall;

pub use name::{UnknownZone, Zone};
pub use offsets::Transition;
pub use version::{BadVersion, Version};
pub use wall::{BadWallTime, Local, WallTime};

pub(crate) use offsets::Offsets;

use std::{
    collections::HashMap,
    fmt,
    sync::{PoisonError, RwLock},
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::time::{DAY_MS, Timestamp};

/// The rules of all time zones, read zone by zone as they are asked for.
pub struct Rules {
    /// The newest first; the older ones answer for zones that it lacks.
    sets: Vec<Set>,
    loaded: RwLock<HashMap<Zone, Offsets>>,
}

struct Set {
    about: About,
    read: Box<Read>,
}

type Read = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

/// Where rules come from and how old they are, for the health page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Who brought them.
    pub origin: Origin,
    /// The release of the tz database.
    pub version: Version,
    /// The day on which that release was packaged, where it is known.
    pub released: Option<NaiveDate>,
}

/// Who brought a set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The operating system, by way of a shell.
    System,
    /// This program, by `crates/core/zones`.
    BuiltIn,
    /// The crate chrono-tz: the fall-back, known to be old.
    Compiled,
}

impl About {
    /// Returns how many whole days before `now` the rules were released, if that is known.
    #[must_use]
    pub fn age_days(&self, now: Timestamp) -> Option<i64> {
        let released = self.released?.and_time(chrono::NaiveTime::MIN).and_utc();
        Some((now.ms() - released.timestamp_millis()).div_euclid(DAY_MS))
    }
}

impl Rules {
    /// Returns the rules that are built into this program.
    #[must_use]
    pub fn built_in() -> Self {
        let archive = archive::built_in();
        let (version, released) = (archive.version.clone(), Some(archive.released));
        let read = |name: &str| archive::built_in().find(name).map(<[u8]>::to_vec);
        Self::from(Set {
            about: About {
                origin: Origin::BuiltIn,
                version,
                released,
            },
            read: Box::new(read),
        })
    }

    /// Returns the operating system's rules of release `version`, packaged on the day `released`.
    ///
    /// `read` takes the name of a zone and returns the bytes of its TZif file.
    /// It is called once for each zone that is asked for, at the first question; the name is always the well-formed
    /// name of a [`Zone`], without dots, so that it may be joined to a folder.
    #[must_use]
    pub fn of_system(
        version: Version,
        released: Option<NaiveDate>,
        read: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::from(Set {
            about: About {
                origin: Origin::System,
                version,
                released,
            },
            read: Box::new(read),
        })
    }

    /// Joins two sets of rules: the newer answers, and the older where the newer lacks a zone.
    ///
    /// Of two of the same release the first one answers.
    #[must_use]
    pub fn newer_of(self, other: Self) -> Self {
        let mut sets: Vec<Set> = self.sets.into_iter().chain(other.sets).collect();
        sets.sort_by(|a, b| b.about.version.cmp(&a.about.version));
        Self {
            sets,
            loaded: RwLock::default(),
        }
    }

    /// Returns where the rules come from.
    #[must_use]
    pub fn about(&self) -> About {
        let compiled = || About {
            origin: Origin::Compiled,
            version: Version::compiled(),
            released: None,
        };
        self.sets
            .first()
            .map_or_else(compiled, |set| set.about.clone())
    }

    /// Returns the release of the tz database that answers.
    #[must_use]
    pub fn version(&self) -> Version {
        self.about().version
    }

    /// Returns what the clock on the wall shows in `zone` at `at`.
    #[must_use]
    pub fn local(&self, zone: &Zone, at: Timestamp) -> Local {
        self.of(zone).local(at)
    }

    /// Returns when the clock on the wall of `zone` shows `time` on `date`; 24:00 is 00:00 of the next day.
    ///
    /// A time that the clock skips is told by the offset before the gap, and of a time that it shows twice the
    /// first is meant (R3, RFC 5545 3.3.5).
    #[must_use]
    pub fn instant(&self, zone: &Zone, date: NaiveDate, time: WallTime) -> Timestamp {
        self.of(zone).instant(wall::day_number(date), time)
    }

    /// Returns when the clock of `zone` is next put forward or back after `after`, if ever.
    #[must_use]
    pub fn next_transition(&self, zone: &Zone, after: Timestamp) -> Option<Transition> {
        self.of(zone).next_transition(after)
    }

    /// Returns the offsets of one zone, to ask several questions at the price of one look-up.
    pub(crate) fn of(&self, zone: &Zone) -> Offsets {
        if let Some(offsets) = self
            .loaded
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(zone)
        {
            return offsets.clone();
        }
        let tzif = self
            .sets
            .iter()
            .find_map(|set| Offsets::from_tzif(zone.name(), &(set.read)(zone.name())?));
        let offsets = tzif.unwrap_or_else(|| Offsets::compiled(zone.name()));
        self.loaded
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(zone.clone(), offsets.clone());
        offsets
    }
}

impl From<Set> for Rules {
    fn from(set: Set) -> Self {
        Self {
            sets: vec![set],
            loaded: RwLock::default(),
        }
    }
}

/// Two sets are the same where the same releases of the same origins answer in the same order; files are not compared.
impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        let abouts = |rules: &Self| -> Vec<About> {
            rules.sets.iter().map(|set| set.about.clone()).collect()
        };
        abouts(self) == abouts(other)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.sets.iter().map(|set| &set.about))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    /// Rules of `version` in which every zone that `knows` names has Kathmandu's clock.
    fn nepalese(version: &str, knows: &'static str) -> Rules {
        let read = move |name: &str| {
            (name == knows).then(|| {
                archive::built_in()
                    .find("Asia/Kathmandu")
                    .expect("in the archive")
                    .to_vec()
            })
        };
        Rules::of_system(version.parse().expect("a version"), None, read)
    }

    fn offset_min(rules: &Rules, name: &str) -> i32 {
        rules
            .local(&zone(name), at("2026-07-01T00:00:00Z"))
            .offset_s
            / 60
    }

    #[test]
    fn the_built_in_rules_are_those_of_2026f() {
        let about = Rules::built_in().about();
        assert_eq!(
            (about.origin, about.version.as_str()),
            (Origin::BuiltIn, "2026f")
        );
        assert_eq!(about.age_days(at("2026-11-28T12:00:00Z")), Some(31));
    }

    #[test]
    fn the_newer_rules_answer_and_the_older_fill_their_gaps() {
        for (system, kyiv) in [("2026e", 180), ("2026g", 345), ("2027a", 345)] {
            for rules in [
                Rules::built_in().newer_of(nepalese(system, "Europe/Kyiv")),
                nepalese(system, "Europe/Kyiv").newer_of(Rules::built_in()),
            ] {
                assert_eq!(offset_min(&rules, "Europe/Kyiv"), kyiv, "{rules:?}");
                assert_eq!(offset_min(&rules, "Europe/Berlin"), 120, "{rules:?}");
                assert_eq!(
                    rules.version(),
                    system
                        .parse::<Version>()
                        .expect("a version")
                        .max(Rules::built_in().version())
                );
            }
        }
    }

    #[test]
    fn of_two_sets_of_one_release_the_first_answers() {
        assert_eq!(
            offset_min(
                &Rules::built_in().newer_of(nepalese("2026f", "Europe/Kyiv")),
                "Europe/Kyiv"
            ),
            180
        );
        assert_eq!(
            offset_min(
                &nepalese("2026f", "Europe/Kyiv").newer_of(Rules::built_in()),
                "Europe/Kyiv"
            ),
            345
        );
    }

    #[test]
    fn a_zone_that_no_set_can_read_is_answered_by_the_compiled_rules() {
        let broken = Rules::of_system("2027a".parse().expect("a version"), None, |_| {
            Some(b"TZif but not quite".to_vec())
        });
        let (kyiv, built_in) = (zone("Europe/Kyiv"), Rules::built_in());
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (day, time) in [
            ("2026-07-01", "12:00"),
            ("2026-03-29", "03:30"),
            ("2026-10-25", "03:30"),
            ("2026-12-31", "24:00"),
        ] {
            let time = time.parse().expect("a wall time");
            assert_eq!(
                broken.instant(&kyiv, date(day), time),
                built_in.instant(&kyiv, date(day), time),
                "{day} {time}"
            );
        }
        let now = at("2026-11-21T12:00:00Z");
        assert_eq!(broken.local(&kyiv, now), built_in.local(&kyiv, now));
        assert_eq!(
            broken.next_transition(&kyiv, now),
            built_in.next_transition(&kyiv, now)
        );
        assert_eq!(broken.next_transition(&zone("Asia/Kathmandu"), now), None);
    }

    #[test]
    fn a_file_is_read_once() {
        use std::sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        };
        let reads = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&reads);
        let rules = Rules::of_system("2027a".parse().expect("a version"), None, move |name| {
            counted.fetch_add(1, Ordering::Relaxed);
            archive::built_in().find(name).map(<[u8]>::to_vec)
        });
        for _ in 0..3 {
            offset_min(&rules, "Europe/Kyiv");
        }
        assert_eq!(reads.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_end_of_time_does_no_harm() {
        let rules = Rules::built_in();
        for name in [
            "Europe/Kyiv",
            "Pacific/Kiritimati",
            "Pacific/Pago_Pago",
            "UTC",
        ] {
            for edge in [Timestamp::MIN, Timestamp::MAX] {
                let local = rules.local(&zone(name), edge);
                assert!(local.offset_s.abs() <= 15 * 3600);
            }
            assert_eq!(rules.next_transition(&zone(name), Timestamp::MAX), None);
            for date in [NaiveDate::MIN, NaiveDate::MAX] {
                let at = rules.instant(&zone(name), date, WallTime::END_OF_DAY);
                assert!((Timestamp::MIN..=Timestamp::MAX).contains(&at));
            }
        }
    }
}
