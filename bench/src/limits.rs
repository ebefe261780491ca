//! The limit of open files: each stream is one in the server and one here.

use anyhow::ensure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as the system lets it, and says what to do where that is too little for `files`.
pub fn allow_files(files: usize) -> anyhow::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )?;
    let most = limit.maximum.unwrap_or(u64::MAX);
    ensure!(
        most >= files as u64,
        "{files} open files are needed and {most} are allowed; raise the hard limit: ulimit -Hn {files}"
    );
    Ok(())
}
