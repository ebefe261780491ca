//! The admin socket: one question as a line of JSON, one answer as another.

use std::{
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use campanile_protocol::problem::Code;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use super::{Ask, Told, perform};
use crate::{refusal::Refusal, store::Writer};

/// The most bytes of a question: a roster.
const QUESTION_MOST_BYTES: u64 = 8 * 1024 * 1024;
/// A question that comes too slowly is not waited for.
const QUESTION_PATIENCE: Duration = Duration::from_secs(30);

/// The socket, which goes when this is dropped.
#[derive(Debug)]
pub struct Door {
    path: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
        // The next server removes it otherwise.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Answers at `path`. The caller holds the lock of the folder, so whatever lies there is left over.
///
/// # Errors
/// If the socket cannot be made.
pub fn listen(path: &Path, writer: Writer, base: String) -> io::Result<Door> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let task = tokio::spawn(accept(listener, writer, base));
    Ok(Door {
        path: path.to_owned(),
        task,
    })
}

/// The conversations end with this: none may keep the writer from ending.
async fn accept(listener: UnixListener, writer: Writer, base: String) {
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(conversations.spawn(answer(stream, writer.clone(), base.clone()))),
                Err(error) => {
                    // Out of file descriptors, mostly: those that are in use must end first.
                    tracing::warn!(%error, "the admin socket cannot accept");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = conversations.join_next(), if !conversations.is_empty() => {}
        }
    }
}

async fn answer(stream: UnixStream, writer: Writer, base: String) {
    if let Err(error) = converse(stream, &writer, &base).await {
        tracing::debug!(%error, "an admin went away");
    }
}

async fn converse(stream: UnixStream, writer: &Writer, base: &str) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut question = String::new();
    let mut read = BufReader::new(read.take(QUESTION_MOST_BYTES));
    tokio::time::timeout(QUESTION_PATIENCE, read.read_line(&mut question)).await??;
    let told = match serde_json::from_str::<Ask>(&question) {
        Ok(ask) => {
            let base = base.to_owned();
            writer
                .write(move |writing| perform(writing, &base, ask))
                .await
        }
        Err(error) => Err(Refusal::told(Code::BadRequest, error.to_string())),
    };
    let told = told.unwrap_or_else(|refusal| Told::Refused {
        problem: refusal.problem(),
    });
    let mut line = serde_json::to_string(&told)?;
    line.push('\n');
    write.write_all(line.as_bytes()).await
}

/// Asks a running server.
///
/// # Errors
/// If none answers at `path`.
pub async fn ask(path: &Path, ask: &Ask) -> io::Result<Told> {
    let mut stream = UnixStream::connect(path).await?;
    let mut line = serde_json::to_string(ask)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}
