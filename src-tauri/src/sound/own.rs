//! A person's own sound files: copied when chosen, known by a name only, and never trusted (S5, F39).

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

use super::{
    decode::{Format, Unplayable, decode},
    errand::Errand,
    voice::Clip,
};

#[cfg_attr(unix, path = "own/unix.rs")]
#[cfg_attr(windows, path = "own/windows.rs")]
mod platform;

const FILE_MOST_BYTES: u64 = 20 * 1024 * 1024;
const NAME_MOST_BYTES: usize = 64;
/// A file that takes longer to read lies beyond a network that is gone, or was made to take long.
const PATIENCE: Duration = Duration::from_secs(5);
/// What preferences write before the name of an own file.
const PREFIX: &str = "own:";

/// Why a file is no melody.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The name leads out of the folder or is one that a system keeps for itself.
    #[error("an own melody is named by up to 64 letters, digits, dots, dashes and underscores")]
    Name,
    /// It is a folder, a link, a device or a pipe.
    #[error("choose a plain file")]
    NotAFile,
    /// It holds more than [`FILE_MOST_BYTES`].
    #[error("the file is too large; choose one of at most {} MB", FILE_MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// It is longer than a melody.
    #[error("the sound is too long; choose one of at most 10 seconds")]
    TooLong,
    /// None of the formats.
    #[error("choose a file in the format WAV, OGG, FLAC or MP3")]
    Format,
    /// It cannot be decoded.
    #[error("the file is damaged or cannot be decoded; choose another")]
    Damaged,
    /// The system did not let it be read or copied.
    #[error("the file cannot be read or copied: {0}")]
    System(#[from] io::Error),
}

impl Refused {
    /// Returns the code under which the language catalogue knows it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NotAFile => "not_a_file",
            Self::TooLarge => "too_large",
            Self::TooLong => "too_long",
            Self::Format => "format",
            Self::Damaged => "damaged",
            Self::System(_) => "system",
        }
    }
}

impl From<Unplayable> for Refused {
    fn from(unplayable: Unplayable) -> Self {
        match unplayable {
            Unplayable::Format => Self::Format,
            Unplayable::TooLong => Self::TooLong,
            Unplayable::Damaged => Self::Damaged,
        }
    }
}

/// Checks a file that a person chose and copies it into `folder` under a name made up here.
///
/// Returns the melody's id, `own:<name>`, for preferences. It waits for the disk: call it where waiting is allowed.
///
/// # Errors
/// [`Refused`]; then nothing was copied.
pub fn choose(file: &Path, folder: &Path) -> Result<String, Refused> {
    // A person may choose a link; what it leads to is then opened as strictly as any.
    let file = fs::canonicalize(file)?;
    // What was checked is written, and not read a second time.
    let (bytes, format) = checked(&Errand::default(), move || {
        let bytes = read(&file)?;
        decode(bytes.clone())?;
        let format = Format::of(&bytes).ok_or(Refused::Format)?;
        Ok((bytes, format))
    })?;
    let name = format!("{}.{}", Uuid::new_v4().simple(), format.ending());
    fs::create_dir_all(folder)?;
    let copy = folder.join(&name);
    let written = platform::create(&copy).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    if let Err(error) = written {
        let _ = fs::remove_file(&copy);
        return Err(error.into());
    }
    Ok(format!("{PREFIX}{name}"))
}

/// Returns the name of an own file if the melody is one.
pub fn name(melody: &str) -> Option<&str> {
    melody.strip_prefix(PREFIX)
}

/// Reads the own file of this name.
///
/// # Errors
/// [`Refused`].
pub fn load(folder: &Path, name: &str, errand: &Errand) -> Result<Clip, Refused> {
    let file = place(folder, name)?;
    checked(errand, move || Ok(decode(read(&file)?)?))
}

/// Does what a file from anywhere may keep from coming to an end.
fn checked<T: Send + 'static>(
    errand: &Errand,
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    errand.run(PATIENCE, work).unwrap_or(Err(Refused::Damaged))
}

/// Returns where the file of this name lies: directly in `folder`, whatever the name, which comes from a server.
fn place(folder: &Path, name: &str) -> Result<PathBuf, Refused> {
    let fits = (1..=NAME_MOST_BYTES).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        // Neither `.` nor `..`; and Windows drops a dot at the end.
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !is_device(name);
    if fits {
        Ok(folder.join(name))
    } else {
        Err(Refused::Name)
    }
}

/// Says whether Windows would open a device by this name, whatever its ending.
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    let numbered = |kind| {
        stem.strip_prefix(kind)
            .is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

fn read(file: &Path) -> Result<Vec<u8>, Refused> {
    let file = platform::open(file)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Refused::NotAFile);
    }
    if metadata.len() > FILE_MOST_BYTES {
        return Err(Refused::TooLarge);
    }
    bounded(file)
}

/// Reads a file that may grow while it is read.
fn bounded(file: File) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    file.take(FILE_MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_MOST_BYTES {
        return Err(Refused::TooLarge);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
