//! What the long form came to, kept row by row, so that it can be taken up again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use campanile_core::time::Timestamp;

use crate::row::Row;

/// The folder of results, a file for each row.
pub struct Results(PathBuf);

impl Results {
    pub fn open() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/soak");
        fs::create_dir_all(&folder).expect("a folder for the results");
        Self(folder)
    }

    /// Says whether a row was run to its end.
    pub fn has(&self, id: &str) -> bool {
        self.0.join(id).exists()
    }

    /// Keeps a line of the table in docs/reliability.md.
    pub fn keep(&self, row: &Row, rounds: u32, figure: &str, seconds: u64) {
        let today = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0));
        let day = Timestamp::from_ms(today).to_string();
        let day = day.split('T').next().unwrap_or_default();
        let line = format!(
            "| {} | {} | {rounds} | {figure} | {seconds} s | {day} |\n",
            row.id, row.fault
        );
        fs::write(self.0.join(row.id), line).expect("the result is kept");
    }
}
