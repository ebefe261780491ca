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

/// Returns the accounts kept within `data`, by name. A folder without a readable account is none.
#[must_use]
pub fn list(data: &Path) -> Vec<Account> {
    let mut accounts: Vec<Account> = fs::read_dir(data.join("accounts"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|found| read(&found.path()))
        .collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    accounts
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
    Ok(folder)
}

/// Forgets an account and everything that was kept for it. One that is not there is forgotten already.
///
/// # Errors
/// What the file system says.
pub fn remove(data: &Path, id: &str) -> io::Result<()> {
    let folder = folder(data, id).ok_or(io::ErrorKind::InvalidInput)?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns the account of one folder.
pub(super) fn read(folder: &Path) -> Option<Account> {
    let id = folder.file_name()?.to_str()?.to_owned();
    let path = folder.join(FILE);
    let found = fs::symlink_metadata(&path).ok()?;
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
