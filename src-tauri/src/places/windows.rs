//! Folders of one user: those below the profile are nobody else's by inheritance.

use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

/// Makes `folder` with all that leads to it.
pub fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Returns how a file is opened: below the profile it is nobody else's by inheritance.
pub fn private() -> OpenOptions {
    OpenOptions::new()
}

/// Returns the name of the machine in its network.
pub fn machine_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
