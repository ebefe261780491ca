//! The one clock of the server: read at the edge, passed on as an argument.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use campanile_core::time::Timestamp;

/// Tells the time. Tests bring their own and turn it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Returns the clock of the system.
    #[must_use]
    pub fn system() -> Self {
        Self::reading(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            let ms = since.map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            });
            Timestamp::from_ms(ms)
        })
    }

    /// Returns a clock that shows what `read` says.
    #[must_use]
    pub fn reading(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Returns the present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
