//! Which build this program is, so that a desk and a window of two builds never talk past each other.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::UNIX_EPOCH,
};

/// The program as it was when this process started.
struct Started {
    program: PathBuf,
    build: String,
}

/// Returns the build of this process: its version, and the size and time of its file.
///
/// The first call looks at the file: it belongs at the very start, before an upgrade can put another in its place.
pub fn build() -> &'static str {
    &started().build
}

/// Returns the file from which this process was started; after an upgrade another program may stand there.
pub fn program() -> &'static Path {
    &started().program
}

/// Says whether the program's file is still the one that this process was started from.
pub fn is_installed() -> bool {
    of(program()) == build()
}

fn started() -> &'static Started {
    static STARTED: OnceLock<Started> = OnceLock::new();
    STARTED.get_or_init(|| {
        // An unknown path leaves the bare name, which is then looked for in PATH.
        let program = std::env::current_exe().unwrap_or_else(|_| env!("CARGO_PKG_NAME").into());
        let build = of(&program);
        Started { program, build }
    })
}

fn of(program: &Path) -> String {
    let about = std::fs::metadata(program).ok();
    let bytes = about.as_ref().map_or(0, std::fs::Metadata::len);
    let changed = about.and_then(|about| about.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let changed_ms = changed.map_or(0, |since| since.as_millis());
    format!("{}+{bytes:x}.{changed_ms:x}", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_another_build() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, "1").expect("written");
        std::fs::write(&two, "22").expect("written");
        assert_ne!(of(&one), of(&two));
        assert_eq!(of(&one), of(&one));
        assert!(is_installed());
    }
}
