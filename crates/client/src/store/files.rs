//! The store's files: for this person's eyes only, and set aside when they cannot be read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use campanile_core::time::Timestamp;

/// How many files that were set aside are kept of each name: a disk that goes bad must not fill itself.
const SET_ASIDE_MOST: usize = 3;

/// What SQLite keeps beside a database.
pub const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes `folder`, and sees that nobody else can look into it.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut made = fs::DirBuilder::new();
    made.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut made, 0o700);
    made.create(folder)?;
    restrict(folder, 0o700)
}

/// Makes an empty file that nobody else can read. SQLite gives its companions the same rights.
pub fn make_private(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Writes a file that nobody else can read in place of another. A power cut leaves the old one or the new one; once
/// this has returned, the new one.
///
/// # Errors
/// What the file system says.
pub fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let fresh = beside(path, ".new");
    // One that a power cut left.
    let _ = fs::remove_file(&fresh);
    make_private(&fresh)?;
    fs::write(&fresh, text)?;
    fs::File::open(&fresh)?.sync_all()?;
    fs::rename(&fresh, path)?;
    // The name is the folder's: without this a power cut soon after brings the old file back. Some file systems of
    // other machines know no such thing, and the file stands all the same.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// Takes the rights of everybody else away. On Windows the profile's folder does that.
pub fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = fs::metadata(path)?.permissions();
        if rights.mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file with something in it.
    File,
    /// What can be no database: an empty file, a folder, a symbolic link. It is not followed.
    Strange,
}

/// Says what stands at `path`, its companions included.
pub fn look(path: &Path) -> io::Result<Found> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && found.len() > 0 => Found::File,
        Ok(_) => Found::Strange,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
        Err(error) => return Err(error),
    };
    let strange = COMPANIONS.iter().any(|suffix| {
        let companion = fs::symlink_metadata(beside(path, suffix));
        // A companion without its database belongs to another one.
        companion.is_ok_and(|companion| !companion.is_file() || found == Found::Nothing)
    });
    Ok(if strange { Found::Strange } else { found })
}

/// Moves `path` and its companions out of the way, to `<path>.corrupt-<date>`, and drops the oldest of such.
pub fn set_aside(path: &Path, now: Timestamp) -> io::Result<()> {
    let date = now.utc().format("%Y%m%dT%H%M%SZ").to_string();
    let free = |number: usize| {
        let suffix = if number == 0 {
            format!(".corrupt-{date}")
        } else {
            format!(".corrupt-{date}.{number}")
        };
        let target = beside(path, &suffix);
        fs::symlink_metadata(&target).is_err().then_some(target)
    };
    let target = (0..1_000)
        .find_map(free)
        .ok_or(io::ErrorKind::AlreadyExists)?;
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let from = beside(path, suffix);
        match fs::rename(&from, beside(&target, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    tracing::warn!(file = ?path.file_name(), "a local file could not be read and was set aside");
    drop_oldest(path);
    Ok(())
}

fn drop_oldest(path: &Path) {
    let (Some(folder), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return;
    };
    let prefix = format!("{name}.corrupt-");
    let is_companion = |name: &str| COMPANIONS.iter().any(|suffix| name.ends_with(suffix));
    let mut aside: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(&prefix) && !is_companion(name))
        })
        .map(|entry| entry.path())
        .collect();
    aside.sort();
    let surplus = aside.len().saturating_sub(SET_ASIDE_MOST);
    for old in &aside[..surplus] {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let old = beside(old, suffix);
            // A folder that somebody put there is left alone: only an empty one goes.
            let _ = fs::remove_file(&old).or_else(|_| fs::remove_dir(&old));
        }
    }
}

/// Returns the path that has `suffix` after its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
