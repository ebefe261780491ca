//! The newer of two sets of zone rules: the built-in one and the operating system's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use campanile_core::zone::{Rules, Version};

/// Where systems keep their rules; one that has none of these is served by the built-in rules.
const FOLDERS: &[&str] = &[
    "/usr/share/zoneinfo",
    "/var/db/timezone/zoneinfo",
    "/usr/share/lib/zoneinfo",
];
/// The files in which a folder says of which release it is.
const VERSION_FILES: &[&str] = &["tzdata.zi", "+VERSION", "version"];
/// A file of rules is some kilobytes long.
const FILE_MOST_BYTES: u64 = 1024 * 1024;

/// Returns the rules to go by.
pub fn rules() -> Rules {
    let folder = std::env::var_os("TZDIR").map(PathBuf::from);
    let mut folders = folder.into_iter().chain(FOLDERS.iter().map(PathBuf::from));
    match folders.find_map(of_folder) {
        Some(system) => system.newer_of(Rules::built_in()),
        None => Rules::built_in(),
    }
}

fn of_folder(folder: PathBuf) -> Option<Rules> {
    let (version, file) = VERSION_FILES.iter().find_map(|name| {
        let file = folder.join(name);
        let version: Version = String::from_utf8(read(&file)?).ok()?.parse().ok()?;
        Some((version, file))
    })?;
    let packaged = fs::metadata(file)
        .and_then(|about| about.modified())
        .ok()
        .map(chrono::DateTime::<chrono::Utc>::from);
    let rules = Rules::of_system(version, packaged.map(|at| at.date_naive()), move |name| {
        read(&folder.join(name))
    });
    Some(rules)
}

fn read(file: &Path) -> Option<Vec<u8>> {
    let about = fs::metadata(file).ok()?;
    (about.is_file() && about.len() <= FILE_MOST_BYTES)
        .then(|| fs::read(file).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_names_its_release_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(of_folder(folder.path().into()).is_none());
        fs::write(
            folder.path().join("tzdata.zi"),
            "# version 2031c\nR A 1977 1978\n",
        )
        .expect("written");
        let rules = of_folder(folder.path().into()).expect("rules");
        assert_eq!(rules.version().as_str(), "2031c");
        let newer = rules.newer_of(Rules::built_in());
        assert_eq!(newer.version().as_str(), "2031c");
    }
}
