//! Asking: the running server over its admin socket, or the database itself where none runs.

use anyhow::{Context as _, bail};

use crate::{
    admin::{self, Ask, Told},
    clock::Clock,
    config::Config,
    store::{Folder, StoreError, Writer},
};

/// Asks, and returns what was told; a refusal is an error.
pub async fn ask(config: &Config, ask: Ask) -> anyhow::Result<Told> {
    let folder = Folder::open(&config.data)?;
    let told = match folder.lock() {
        Err(StoreError::InUse(_)) => {
            admin::ask(&folder.socket(), &ask).await.with_context(|| {
                format!(
                    "the running server does not answer at {}",
                    folder.socket().display()
                )
            })?
        }
        Err(error) => return Err(error.into()),
        Ok(mut lock) => {
            let db = lock.open_database(&folder)?;
            let base = config.base(config.listen);
            let (writer, thread) = Writer::start(db, Clock::system(), |_, _| {}, |_| {})?;
            let told = writer
                .write(move |writing| admin::perform(writing, &base, ask))
                .await;
            drop(writer);
            // The lock is held until the writer has let the database go.
            tokio::task::spawn_blocking(move || thread.join())
                .await?
                .ok()
                .context("the writer panicked")?;
            told.unwrap_or_else(|refusal| Told::Refused {
                problem: refusal.problem(),
            })
        }
    };
    match told {
        Told::Refused { problem } => bail!("{}", problem.detail),
        told => Ok(told),
    }
}
