//! A person's own sound files: copied when chosen, known by a name only, and never trusted (S5, F39).
//!
//! Beside each copy lies what the file was called, for the person's eyes on this desk only.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use campanile_client::{message::OwnMelody, words};
use uuid::Uuid;

use super::{
    decode::{Format, Unplayable, decode},
    voice::Clip,
};
use crate::{errand::Errand, places};

#[cfg_attr(unix, path = "own/unix.rs")]
#[cfg_attr(windows, path = "own/windows.rs")]
mod platform;

/// The most bytes of a sound file.
pub const FILE_MOST_BYTES: usize = 20 * 1024 * 1024;
/// The most bytes of what a file was called.
pub const CALLED_MOST_BYTES: usize = 1024;
/// How many own melodies a desk has at most: each stands in every picker.
const OWN_MOST: usize = 32;
const NAME_MOST_BYTES: usize = 64;
/// A file that takes longer to read lies beyond a network that is gone, or was made to take long.
const PATIENCE: Duration = Duration::from_secs(5);
/// What preferences write before the name of an own file.
const PREFIX: &str = "own:";
/// The ending of the file that says what another was called.
const CALLED: &str = "called";

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
    /// There are [`OWN_MOST`] of them already.
    #[error("there are {OWN_MOST} own melodies; remove one first")]
    TooMany,
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
            Self::TooMany => "too_many",
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

/// Checks the bytes of a file that a person chose, and keeps them in `folder` under a name made up here.
///
/// Returns the melody's id, `own:<name>`, for preferences; `called` is what the file was called. It waits for the disk:
/// call it where waiting is allowed.
///
/// # Errors
/// [`Refused`]; then nothing was kept.
pub fn adopt(bytes: Vec<u8>, called: &str, folder: &Path) -> Result<String, Refused> {
    if bytes.len() > FILE_MOST_BYTES {
        return Err(Refused::TooLarge);
    }
    places::make_private(folder)?;
    if list(folder)?.len() >= OWN_MOST {
        return Err(Refused::TooMany);
    }
    let (bytes, format) = checked(&Errand::default(), move || {
        decode(bytes.clone())?;
        let format = Format::of(&bytes).ok_or(Refused::Format)?;
        Ok((bytes, format))
    })?;
    let name = format!("{}.{}", Uuid::new_v4().simple(), format.ending());
    let copy = folder.join(&name);
    let called = words::plain(called, words::TITLE_MOST);
    let kept = write(&copy, &bytes).and_then(|()| write(&label(&copy), called.as_bytes()));
    if let Err(error) = kept {
        for file in [label(&copy), copy] {
            let _ = fs::remove_file(file);
        }
        return Err(error.into());
    }
    Ok(format!("{PREFIX}{name}"))
}

/// Returns the own melodies that lie in `folder`; none where there is no such folder.
///
/// # Errors
/// What the system says.
pub fn list(folder: &Path) -> io::Result<Vec<OwnMelody>> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut all = Vec::new();
    for file in files {
        let file = file?;
        let Ok(name) = file.file_name().into_string() else {
            continue;
        };
        let is_melody = place(folder, &name).is_ok() && Format::has_ending(&name);
        if is_melody && file.file_type()?.is_file() {
            let called = read(&label(&file.path()), CALLED_MOST_BYTES).unwrap_or_default();
            let called = words::plain(&String::from_utf8_lossy(&called), words::TITLE_MOST);
            all.push(OwnMelody {
                id: format!("{PREFIX}{name}"),
                name: if called.is_empty() { name } else { called },
            });
        }
    }
    Ok(all)
}

/// Deletes an own melody. One that is not there is deleted already.
///
/// # Errors
/// [`Refused`].
pub fn remove(folder: &Path, melody: &str) -> Result<(), Refused> {
    let copy = place(folder, name(melody).unwrap_or_default())?;
    for file in [label(&copy), copy] {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
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
    checked(errand, move || Ok(decode(read(&file, FILE_MOST_BYTES)?)?))
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

/// Returns where it is written what the file at `copy` was called.
fn label(copy: &Path) -> PathBuf {
    let mut label = copy.as_os_str().to_owned();
    label.push(".");
    label.push(CALLED);
    label.into()
}

fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = places::private().write(true).create_new(true).open(place)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn read(file: &Path, most_bytes: usize) -> Result<Vec<u8>, Refused> {
    let file = platform::open(file)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Refused::NotAFile);
    }
    if metadata.len() > most_bytes as u64 {
        return Err(Refused::TooLarge);
    }
    bounded(file, most_bytes)
}

/// Reads a file that may grow while it is read.
fn bounded(file: File, most_bytes: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    file.take(most_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most_bytes {
        return Err(Refused::TooLarge);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
