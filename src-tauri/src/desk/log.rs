//! The log: a bounded file in the state folder, and the terminal where RUST_LOG asks for it.
//!
//! Only this program's own words are written: a library at its most talkative prints headers, and a header may hold a token.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, fmt::MakeWriter, layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::places::{self, Places};

/// The most bytes of one file; there are two, the present one and the one before.
const FILE_MOST_BYTES: u64 = 1024 * 1024;

/// Starts the log of the process called `name`, which is told of bugs, too.
pub fn start(places: &Places, name: &str) {
    let ours = || filter_fn(|about| about.target().starts_with("campanile"));
    // As JSON every value stays within its quotes: what comes from outside cannot forge a line.
    let file = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(Rotating::new(places.state.join(format!("{name}.log"))))
        .with_filter(EnvFilter::new("info"))
        .with_filter(ours());
    let terminal = std::env::var_os("RUST_LOG").map(|_| {
        tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            // A terminal that is gone or full is told to nobody: telling it on the same terminal panics.
            .log_internal_errors(false)
            .with_filter(EnvFilter::from_default_env())
            .with_filter(ours())
    });
    // A second start within one process is a test's; the first one stays.
    let _ = tracing_subscriber::registry()
        .with(file)
        .with(terminal)
        .try_init();
    campanile_panics::tell();
}

/// A file that makes way for a fresh one when it is full.
struct Rotating {
    path: PathBuf,
    open: Mutex<Option<(File, u64)>>,
}

impl Rotating {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            open: Mutex::new(None),
        }
    }

    fn write_line(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, bytes) = match &mut *open {
            Some(open) => open,
            none => {
                let file = places::private()
                    .create(true)
                    .append(true)
                    .open(&self.path)?;
                let bytes = file.metadata()?.len();
                none.insert((file, bytes))
            }
        };
        file.write_all(line)?;
        *bytes += line.len() as u64;
        if *bytes >= FILE_MOST_BYTES {
            *open = None;
            fs::rename(&self.path, self.path.with_extension("log.old"))?;
        }
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Rotating {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

/// The way of one line into the file.
struct Line<'a>(&'a Rotating);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A disk that is full or read-only must not fill the terminal, too: the health page tells of it.
        let _ = self.0.write_line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_stay_within_their_bounds() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Rotating::new(folder.path().join("desk.log"));
        let line = [b'x'; 1000];
        for _ in 0..5 * FILE_MOST_BYTES / 1000 {
            log.write_line(&line).expect("written");
        }
        let mut bytes: Vec<u64> = fs::read_dir(folder.path())
            .expect("listed")
            .map(|file| file.expect("a file").metadata().expect("its size").len())
            .collect();
        bytes.sort_unstable();
        assert_eq!(bytes.len(), 2);
        assert!(bytes[1] < FILE_MOST_BYTES + 1000);
    }
}
