//! Folders of one user: those below the profile are nobody else's by inheritance.

use std::{fs, io, path::Path};

/// Makes `folder` with all that leads to it.
pub fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Returns the name of the machine in its network.
pub fn machine_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
