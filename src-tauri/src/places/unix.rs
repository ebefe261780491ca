//! Folders of one user by their mode, and the machine's name by the kernel.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io,
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::Path,
};

/// Makes `folder` with all that leads to it, for this user alone, and narrows it where it stood open.
pub fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    if fs::metadata(folder)?.mode() & 0o077 != 0 {
        // Only the owner can do this: a folder that somebody else laid ready is refused here.
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Returns how a file is opened that, once it is made, this user alone can read.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Returns the name of the machine in its network.
pub fn machine_name() -> Option<String> {
    Some(rustix::system::uname().nodename().to_str().ok()?.into())
}
