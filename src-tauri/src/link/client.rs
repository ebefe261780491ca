//! The side of a window and of the command line.

use std::{io, time::Duration};

use campanile_client::view::Window;
use interprocess::local_socket::tokio::Stream;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

use super::{
    Broken, door,
    wire::{self, ASKED_MOST_BYTES, TOLD_MOST_BYTES},
    words::{Answer, Push, Question},
};
use crate::{places::Places, stamp};

/// How long a desk may take for its first word; it may just be starting on a busy machine.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait before going to a closed door again.
const KNOCK_EVERY: Duration = Duration::from_millis(20);

/// A connection to the desk.
pub struct Client {
    stream: Stream,
}

/// Why the desk could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// No desk is there.
    #[error("Campanile is not running; start it: campanile")]
    NoDesk(#[source] io::Error),
    /// A desk of another build is there.
    #[error("Campanile {theirs} is running, and this is {ours}; end it and start it anew: campanile quit", ours = stamp::build())]
    OtherBuild {
        /// Its build.
        theirs: String,
    },
    /// It was there, and is no more.
    #[error("Campanile does not answer; if this stays so, end it and start it anew")]
    Broken(#[from] Broken),
}

impl Client {
    /// Connects to the desk.
    ///
    /// # Errors
    /// [`Unreached`], as one line for people.
    pub async fn connect(places: &Places) -> Result<Self, Unreached> {
        let (client, theirs) = Self::connect_to_any(places).await?;
        if theirs == stamp::build() {
            Ok(client)
        } else {
            Err(Unreached::OtherBuild { theirs })
        }
    }

    /// Connects to the desk, and keeps trying for so long while there is none.
    ///
    /// # Errors
    /// [`Unreached`], as one line for people.
    pub async fn connect_within(places: &Places, patience: Duration) -> Result<Self, Unreached> {
        let until = Instant::now() + patience;
        loop {
            match Self::connect(places).await {
                Err(Unreached::NoDesk(_)) if Instant::now() < until => sleep(KNOCK_EVERY).await,
                done => return done,
            }
        }
    }

    /// Tells a desk of whatever build to end.
    ///
    /// # Errors
    /// [`Unreached`], as one line for people.
    pub async fn quit(places: &Places) -> Result<(), Unreached> {
        let (mut client, _) = Self::connect_to_any(places).await?;
        match client.ask(&Question::Quit).await {
            // It may be gone before its answer is on the way.
            Ok(_) | Err(Broken::Ended) => Ok(()),
            Err(broken) => Err(broken.into()),
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`Broken`], after which this connection is of no use.
    pub async fn ask(&mut self, question: &Question) -> Result<Answer, Broken> {
        wire::write(&mut self.stream, ASKED_MOST_BYTES, question).await?;
        wire::read(&mut self.stream, TOLD_MOST_BYTES).await
    }

    /// Says that this window is open, for as long as what is returned lives.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn watch(mut self, window: Window) -> Result<Watching, Broken> {
        self.ask(&Question::Watch { window }).await?;
        Ok(Watching {
            stream: self.stream,
        })
    }

    async fn connect_to_any(places: &Places) -> Result<(Self, String), Unreached> {
        let stream = door::connect(places).await.map_err(Unreached::NoDesk)?;
        let mut client = Self { stream };
        let hello = Question::Hello {
            build: stamp::build().into(),
        };
        let answer = timeout(HELLO_WITHIN, client.ask(&hello)).await;
        match answer.map_err(|_| Broken::Io(io::ErrorKind::TimedOut.into()))?? {
            Answer::Hello { build } => Ok((client, build)),
            // A build that greets differently: all that is known of it is that it is another.
            _ => Ok((client, String::from("of another build"))),
        }
    }
}

/// What a window hears unasked.
pub struct Watching {
    stream: Stream,
}

impl Watching {
    /// Returns what the desk says, word by word, until it is gone; that is the last of it.
    #[must_use]
    pub fn heard(mut self) -> mpsc::Receiver<Result<Push, Broken>> {
        let (tell, heard) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                let push = tokio::select! {
                    push = wire::read(&mut self.stream, TOLD_MOST_BYTES) => push,
                    () = tell.closed() => return,
                };
                let is_last = push.is_err();
                if tell.send(push).await.is_err() || is_last {
                    return;
                }
            }
        });
        heard
    }
}
