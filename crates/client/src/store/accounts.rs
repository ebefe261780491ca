//! The accounts: a folder for each, with a small file that says which server it is of. Tokens are in the keyring.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use url::Url;

use super::files;
use crate::message::Account;

const FILE: &str = "account.json";
/// What becomes of that file when the account is left, until its token has been handed back.
const LEFT: &str = "left.json";
/// More is not read: it is not ours.
const MOST_BYTES: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct Saved {
    server: Url,
    name: String,
    #[serde(default)]
    session_only: bool,
}

/// Returns the folder of the account `id` within `data`; `None` where `id` is no account's name.
#[must_use]
pub fn folder(data: &Path, id: &str) -> Option<PathBuf> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = (1..=200).contains(&id.len()) && !id.starts_with('.') && id.bytes().all(plain);
    is_name.then(|| data.join("accounts").join(id))
}

/// Returns the accounts kept within `data`, the one that was kept last first. A folder without a readable account is none.
#[must_use]
pub fn list(data: &Path) -> Vec<Account> {
    named(data, FILE)
}

/// Returns the accounts that were left and whose tokens may not have been handed back.
#[must_use]
pub fn left(data: &Path) -> Vec<Account> {
    named(data, LEFT)
}

fn named(data: &Path, file: &str) -> Vec<Account> {
    let mut accounts: Vec<_> = fs::read_dir(data.join("accounts"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|found| {
            let path = found.path().join(file);
            let kept_at = fs::symlink_metadata(&path).and_then(|about| about.modified());
            Some((kept_at.ok()?, read(&path)?))
        })
        .collect();
    accounts.sort_by(|(a_at, a), (b_at, b)| b_at.cmp(a_at).then_with(|| a.id.cmp(&b.id)));
    accounts.into_iter().map(|(_, account)| account).collect()
}

/// Keeps an account within `data`, and returns its folder. A power cut leaves the old one or the new one.
///
/// # Errors
/// What the file system says; an id that is no account's name is invalid input.
pub fn keep(data: &Path, account: &Account) -> io::Result<PathBuf> {
    let folder = folder(data, &account.id).ok_or(io::ErrorKind::InvalidInput)?;
    files::make_folder(data)?;
    files::make_folder(&data.join("accounts"))?;
    files::make_folder(&folder)?;
    let saved = Saved {
        server: account.server.clone(),
        name: account.name.clone(),
        session_only: account.session_only,
    };
    let text = serde_json::to_vec_pretty(&saved)?;
    files::replace(&folder.join(FILE), &text)?;
    // Its token is needed again.
    missing_is_fine(fs::remove_file(folder.join(LEFT)))?;
    Ok(folder)
}

/// Leaves an account: from here on it is [`left`], and everything else that was kept for it goes. The name goes first, so
/// that a desk that is ended halfway does not come back with it. One that is not there was left already.
///
/// # Errors
/// What the file system says; the account may be left all the same.
pub fn leave(data: &Path, id: &str) -> io::Result<()> {
    let folder = folder(data, id).ok_or(io::ErrorKind::InvalidInput)?;
    missing_is_fine(fs::rename(folder.join(FILE), folder.join(LEFT)))?;
    let entries = match fs::read_dir(&folder) {
        Err(error) => return missing_is_fine(Err(error)),
        entries => entries?,
    };
    let mut went = Ok(());
    for entry in entries {
        let entry = entry?;
        if entry.file_name() == LEFT {
            continue;
        }
        let gone = match entry.file_type()? {
            kind if kind.is_dir() => fs::remove_dir_all(entry.path()),
            _ => fs::remove_file(entry.path()),
        };
        // One that cannot go keeps none of the others.
        went = went.and(missing_is_fine(gone));
    }
    went
}

/// Forgets an account that was [`left`], once its token has been handed back. One that was signed in to again meanwhile
/// stays.
///
/// # Errors
/// What the file system says.
pub fn forget(data: &Path, id: &str) -> io::Result<()> {
    let folder = folder(data, id).ok_or(io::ErrorKind::InvalidInput)?;
    missing_is_fine(fs::remove_file(folder.join(LEFT)))?;
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        gone => missing_is_fine(gone),
    }
}

fn missing_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Returns the account whose folder this is.
pub(super) fn of(folder: &Path) -> Option<Account> {
    read(&folder.join(FILE))
}

/// Returns the account that a file names.
fn read(path: &Path) -> Option<Account> {
    let id = path.parent()?.file_name()?.to_str()?.to_owned();
    let found = fs::symlink_metadata(path).ok()?;
    if !found.is_file() || found.len() > MOST_BYTES {
        return None;
    }
    let saved: Saved = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    Some(Account {
        id,
        server: saved.server,
        name: saved.name,
        session_only: saved.session_only,
    })
}
