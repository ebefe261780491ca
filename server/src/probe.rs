//! The probe: whether the database can be written, found out by writing, and not for every question.

use std::sync::Mutex;

use campanile_core::time::{SECOND_MS, Timestamp};

use crate::store::Writer;

/// An answer is good for so long: anybody may ask, and a commit costs.
const LASTS_MS: i64 = 5 * SECOND_MS;

/// Finds out whether the database can be written.
#[derive(Debug, Default)]
pub struct Probe(Mutex<Option<(Timestamp, bool)>>);

impl Probe {
    /// Says whether the database can be written, as of the last few seconds.
    pub async fn is_writable(&self, writer: &Writer, now: Timestamp) -> bool {
        if let Some((at, writable)) = *self.lock()
            && (0..LASTS_MS).contains(&now.since_ms(at))
        {
            return writable;
        }
        // It changes nothing, but the page is written and the disk is asked for it.
        let write = |writing: &mut crate::store::Writing<'_>| {
            writing
                .db
                .execute("UPDATE server SET policy = policy", [])?;
            Ok(())
        };
        let writable = writer.write(write).await.is_ok();
        *self.lock() = Some((now, writable));
        writable
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, bool)>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
