//! The built-in set of TZif files, as `scripts/zones` packs it.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::Version;

/// Returns the archive that is part of this program.
pub(super) fn built_in() -> &'static Archive<'static> {
    static BUILT_IN: LazyLock<Archive<'static>> = LazyLock::new(|| {
        Archive::read(include_bytes!("../../zones/zones.bin"))
            .expect("scripts/zones wrote the built-in archive")
    });
    &BUILT_IN
}

/// Zones by name, as slices of one file.
pub(super) struct Archive<'a> {
    pub version: Version,
    pub released: NaiveDate,
    /// Sorted by name.
    zones: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Archive<'a> {
    /// Reads the layout that is told in `scripts/zones`; none if it is not followed to the last byte.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut input = Input(bytes);
        let header = std::str::from_utf8(input.until(b'\n')?).ok()?;
        let ["zones", "1", version, released] = header.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        let count = input.number::<2>()?;
        let mut index = Vec::with_capacity(count);
        for _ in 0..count {
            let length = input.number::<1>()?;
            index.push((
                std::str::from_utf8(input.take(length)?).ok()?,
                input.number::<4>()?,
                input.number::<4>()?,
            ));
        }
        let file = |offset: usize, length: usize| input.0.get(offset..)?.get(..length);
        let zones = index
            .into_iter()
            .map(|(name, offset, length)| Some((name, file(offset, length)?)));
        let zones: Vec<_> = zones.collect::<Option<_>>()?;
        zones.is_sorted_by(|a, b| a.0 < b.0).then_some(Self {
            version: version.parse().ok()?,
            released: released.parse().ok()?,
            zones,
        })
    }

    pub fn find(&self, name: &str) -> Option<&'a [u8]> {
        let place = self
            .zones
            .binary_search_by(|(known, _)| (*known).cmp(name))
            .ok()?;
        self.zones.get(place).map(|(_, tzif)| *tzif)
    }

    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.zones.iter().map(|(name, _)| *name)
    }
}

/// What is left to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes what stands before `end`, and `end` itself.
    fn until(&mut self, end: u8) -> Option<&'a [u8]> {
        let length = self.0.iter().position(|byte| *byte == end)?;
        let taken = self.take(length)?;
        self.take(1)?;
        Some(taken)
    }

    /// Takes a number of `SIZE` bytes, little endian.
    fn number<const SIZE: usize>(&mut self) -> Option<usize> {
        Some(
            self.take(SIZE)?
                .iter()
                .rev()
                .fold(0, |number, byte| number << 8 | usize::from(*byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_archive_knows_every_zone_that_chrono_tz_knows() {
        for zone in chrono_tz::TZ_VARIANTS {
            assert!(
                built_in()
                    .find(zone.name())
                    .is_some_and(|tzif| tzif.starts_with(b"TZif")),
                "{zone}"
            );
        }
        assert_eq!(built_in().find("Europe/Nowhere"), None);
    }

    #[test]
    fn an_archive_is_read_whole_or_not_at_all() {
        let good =
            b"zones 1 2026f 2026-10-28\n\x02\0\x01A\0\0\0\0\x03\0\0\0\x01B\x01\0\0\0\x02\0\0\0xyz";
        let archive = Archive::read(good).expect("a good archive");
        assert_eq!(
            (archive.find("A"), archive.find("B"), archive.find("C")),
            (Some(&b"xyz"[..]), Some(&b"yz"[..]), None)
        );
        for length in 0..good.len() {
            assert!(
                Archive::read(&good[..length]).is_none(),
                "cut to {length} bytes"
            );
        }
        let unsorted =
            b"zones 1 2026f 2026-10-28\n\x02\0\x01B\0\0\0\0\x03\0\0\0\x01A\x01\0\0\0\x02\0\0\0xyz";
        assert!(Archive::read(unsorted).is_none());
    }
}
