//! The desk's side: takes connections and hands what is asked to the desk's loop.

use std::{sync::Arc, time::Duration};

use campanile_client::view::Window;
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use tokio::{
    io::AsyncReadExt as _,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{
    Broken, door,
    wire::{self, ASKED_MOST_BYTES, TOLD_MOST_BYTES},
    words::{Answer, Push, Question},
};
use crate::{places::Places, stamp};

/// The most connections at once; each window has two.
const CONNECTIONS_MOST: usize = 32;
/// How long a connection may take to say who it is.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// How many words may wait for a window that does not read; of redraws the last one is enough.
const PUSHES_MOST: usize = 8;

/// What comes in by the socket.
pub enum Asked {
    /// A question, and where its answer goes.
    Question(Question, oneshot::Sender<Answer>),
    /// A window has opened.
    Watch {
        /// Which.
        window: Window,
        /// Where it hears.
        pushes: mpsc::Sender<Push>,
    },
    /// A window has closed: its sender is closed.
    Left,
}

/// The open door of the desk.
pub struct Server {
    listener: Listener,
}

impl Server {
    /// Opens the door; the caller holds the desk's lock.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(places: &Places) -> std::io::Result<Self> {
        Ok(Self {
            listener: door::listen(places)?,
        })
    }

    /// Takes connections for as long as somebody takes what they ask.
    pub async fn run(self, asked: mpsc::Sender<Asked>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MOST));
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match self.listener.accept().await {
                Ok(stream) if door::is_mine(&stream) => {
                    tokio::spawn(attend(stream, asked.clone(), place));
                }
                Ok(_) => tracing::warn!(
                    "a process of another user knocked at the socket, and was sent away"
                ),
                Err(error) => {
                    tracing::warn!(%error, "the local socket cannot take a connection");
                    // Out of file descriptors, as a rule: they come back with time.
                    sleep(Duration::from_secs(1)).await;
                }
            }
            if asked.is_closed() {
                return;
            }
        }
    }
}

/// Clears the door away; the caller holds the desk's lock still.
///
/// # Errors
/// What the system says.
pub fn close(places: &Places) -> std::io::Result<()> {
    door::clear(places)
}

async fn attend(stream: Stream, asked: mpsc::Sender<Asked>, place: OwnedSemaphorePermit) {
    let ended = converse(stream, asked).await;
    drop(place);
    match ended {
        Ok(()) | Err(Broken::Ended) => {}
        Err(broken) => tracing::warn!(%broken, "a connection of the local socket was cut"),
    }
}

async fn converse(mut stream: Stream, asked: mpsc::Sender<Asked>) -> Result<(), Broken> {
    let first = timeout(HELLO_WITHIN, wire::read(&mut stream, ASKED_MOST_BYTES)).await;
    let Question::Hello { build } =
        first.map_err(|_| Broken::Io(std::io::ErrorKind::TimedOut.into()))??
    else {
        return tell(&mut stream, &Answer::Refused("say hello first".into())).await;
    };
    tell(
        &mut stream,
        &Answer::Hello {
            build: stamp::build().into(),
        },
    )
    .await?;
    let is_ours = build == stamp::build();
    loop {
        match wire::read(&mut stream, ASKED_MOST_BYTES).await? {
            Question::Watch { window } if is_ours => {
                tell(&mut stream, &Answer::Done).await?;
                return push(stream, window, asked).await;
            }
            // Whatever another build means by a question, "end" it may say: it comes to take this one's place.
            question if is_ours || question == Question::Quit => {
                let (reply, answer) = oneshot::channel();
                let gone = || Broken::Ended;
                asked
                    .send(Asked::Question(question, reply))
                    .await
                    .map_err(|_| gone())?;
                let answer = answer.await.map_err(|_| gone())?;
                tell(&mut stream, &answer).await?;
            }
            _ => {
                tell(
                    &mut stream,
                    &Answer::Refused("this is another build; end it and start it anew".into()),
                )
                .await?
            }
        }
    }
}

/// Tells a window what it is to hear until it closes.
async fn push(
    mut stream: Stream,
    window: Window,
    asked: mpsc::Sender<Asked>,
) -> Result<(), Broken> {
    let (pushes, mut heard) = mpsc::channel(PUSHES_MOST);
    asked
        .send(Asked::Watch { window, pushes })
        .await
        .map_err(|_| Broken::Ended)?;
    let ended = loop {
        let mut nothing = [0];
        tokio::select! {
            push = heard.recv() => match push {
                Some(push) => if let Err(broken) = wire::write(&mut stream, TOLD_MOST_BYTES, &push).await {
                    break Err(broken);
                },
                None => break Ok(()),
            },
            // A window that watches says nothing more: whatever comes, its end or a word, ends the connection.
            _ = stream.read(&mut nothing) => break Ok(()),
        }
    };
    drop(heard);
    // Where the loop is gone, nobody needs to know.
    let _ = asked.send(Asked::Left).await;
    ended
}

/// Answers; where the answer is too long for a frame, that is the answer.
async fn tell(stream: &mut Stream, answer: &Answer) -> Result<(), Broken> {
    match wire::write(stream, TOLD_MOST_BYTES, answer).await {
        Err(Broken::TooLong { bytes, most }) => {
            let refused = Answer::Refused(format!(
                "the answer of {bytes} bytes is longer than {most}; ask for less"
            ));
            wire::write(stream, TOLD_MOST_BYTES, &refused).await
        }
        done => done,
    }
}
