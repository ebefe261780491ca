//! The commits of a database, as they are seen from outside while another process has it open.

use std::{
    ffi::OsString,
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::Path,
    time::{Duration, Instant},
};

/// The head of the index of the log beside a database: it is another after each commit (<https://sqlite.org/walformat.html>).
const HEAD_BYTES: usize = 48;

/// What tells of the commits.
pub struct Commits(File);

impl Commits {
    /// Watches the database at `path`.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut index = OsString::from(path);
        index.push("-shm");
        File::open(index).map(Self)
    }

    /// Waits for the next, and no longer than so long.
    pub fn wait_for_next(&self, patience: Duration) -> io::Result<()> {
        let (before, limit) = (self.head()?, Instant::now() + patience);
        // Without a pause: what is to be met follows at once.
        while self.head()? == before && Instant::now() < limit {}
        Ok(())
    }

    fn head(&self) -> io::Result<[u8; HEAD_BYTES]> {
        let mut head = [0; HEAD_BYTES];
        self.0.read_exact_at(&mut head, 0).map(|()| head)
    }
}
