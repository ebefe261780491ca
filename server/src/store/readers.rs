//! Readers: a few connections of their own, so that reading never waits for the writer.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::open::open_reader;
use crate::refusal::Refusal;

/// So many read at once; the others wait their turn.
const READERS: usize = 4;

/// The door to the readers.
#[derive(Clone)]
pub struct Readers(Arc<Shared>);

struct Shared {
    path: PathBuf,
    turns: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Returns readers of the database at `path`. Connections are opened when they are asked for.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(Arc::new(Shared {
            path,
            turns: Semaphore::new(READERS),
            idle: Mutex::new(Vec::new()),
        }))
    }

    /// Calls `look` with the database as it is at one moment.
    ///
    /// # Errors
    /// What `look` refuses; [`Refusal::Store`] if the database cannot be read; [`Refusal::Broken`] if `look` panicked.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let shared = self.0.clone();
        let _turn = self
            .0
            .turns
            .acquire()
            .await
            .map_err(|error| Refusal::Store(error.to_string()))?;
        // The words of a panic may be those of a customer: they go nowhere.
        tokio::task::spawn_blocking(move || shared.read(look))
            .await
            .unwrap_or(Err(Refusal::Broken))
    }
}

impl Shared {
    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut db = match idle {
            Some(db) => db,
            None => open_reader(&self.path)?,
        };
        let result = {
            let moment = db.transaction()?;
            look(&moment)
        };
        // A connection that failed is not used again.
        if !matches!(result, Err(Refusal::Store(_))) {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(db);
        }
        result
    }
}
