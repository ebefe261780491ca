//! The window's line to the desk: asked over one connection, told over another.

use std::{future::pending, path::PathBuf, sync::Arc, time::Duration};

use campanile_client::view::Window;
use serde::Serialize;
use tauri::{AppHandle, Emitter as _};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

use super::frame::Frame;
use crate::{
    cli,
    link::{
        Broken,
        client::{Client, Unreached, Watching},
        words::{Answer, Push, Question},
    },
    places::Places,
    stamp,
};

/// How long a desk may take to come, or to come back: one that was upgraded starts anew.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a window that was closed is kept, with its page drawn, for the case that it is opened again.
const KEPT_FOR: Duration = Duration::from_secs(30);
/// The event by which a page is told to look again.
const VIEW: &str = "view";

/// Why the desk did not do what was asked, as a code for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It is not there.
    NoDesk,
    /// It would not.
    Refused,
}

impl Code {
    /// Returns the code for an answer that is not the one that was asked for.
    pub fn of(answer: &Answer) -> Self {
        if let Answer::Refused(why) = answer {
            tracing::warn!(why, "the desk refused");
        }
        Self::Refused
    }
}

/// The line.
pub struct Desk {
    /// Whose line it is.
    pub window: Window,
    places: Places,
    client: Mutex<Option<Client>>,
}

impl Desk {
    /// Returns a line that connects when it is first needed.
    pub fn new(places: Places, window: Window) -> Self {
        Self {
            window,
            places,
            client: Mutex::new(None),
        }
    }

    /// Returns where the own melodies lie.
    pub fn sounds(&self) -> PathBuf {
        self.places.sounds()
    }

    /// Asks once: a deed must not be done twice.
    pub async fn ask(&self, question: &Question) -> Result<Answer, Code> {
        let mut line = self.client.lock().await;
        let client = match line.take() {
            Some(client) => line.insert(client),
            None => line.insert(self.connect().await?),
        };
        match client.ask(question).await {
            Ok(answer) => Ok(answer),
            Err(broken) => {
                tracing::warn!(%broken, "the desk does not answer");
                *line = None;
                Err(if matches!(broken, Broken::TooLong { .. }) {
                    Code::Refused
                } else {
                    Code::NoDesk
                })
            }
        }
    }

    /// Asks, and once more where the desk was started anew meanwhile.
    pub async fn ask_again(&self, question: &Question) -> Result<Answer, Code> {
        match self.ask(question).await {
            Err(Code::NoDesk) => self.ask(question).await,
            done => done,
        }
    }

    /// Hears what the desk says unasked, until it ends or does not come back, or until the window was closed for long enough;
    /// then the process ends.
    pub async fn follow(self: Arc<Self>, app: AppHandle, frame: Arc<Frame>) {
        while let Ok(client) = self.connect().await {
            let Ok(watching) = client.watch(self.window).await else {
                continue;
            };
            // What happened before the connection stood was not heard.
            tell_page(&app);
            match self.attend(watching, &app, &frame).await {
                Ok(()) => return app.exit(0),
                Err(broken) => tracing::warn!(%broken, "the desk is gone"),
            }
        }
        tracing::warn!("there is no desk to show a window of");
        app.exit(1);
    }

    /// Does what the desk says, and tells it when the window is closed and opened again. Ends well when the window may go.
    async fn attend(
        &self,
        watching: Watching,
        app: &AppHandle,
        frame: &Arc<Frame>,
    ) -> Result<(), Broken> {
        let mut heard = watching.heard();
        let mut leaves_at = None;
        loop {
            let leaving = async {
                match leaves_at {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                push = heard.recv() => match push.unwrap_or(Err(Broken::Ended)) {
                    Ok(Push::Redraw) => tell_page(app),
                    Ok(Push::Focus { activation }) => {
                        frame.come_forward(activation);
                        if leaves_at.take().is_some() {
                            self.seen(true).await;
                            tell_page(app);
                        }
                    }
                    Ok(Push::End) => return Ok(()),
                    // Nobody would see that the desk comes back.
                    Err(_) if leaves_at.is_some() => return Ok(()),
                    Err(broken) => return Err(broken),
                },
                () = frame.closed() => {
                    leaves_at = Some(Instant::now() + KEPT_FOR);
                    self.seen(false).await;
                }
                () = leaving => match self.ask(&Question::Leave { window: self.window }).await {
                    // A click came in between; what it asks for is on its way.
                    Ok(Answer::Refused(_)) => leaves_at = Some(Instant::now() + KEPT_FOR),
                    _ => return Ok(()),
                },
            }
        }
    }

    /// Tells the desk whether the window is seen.
    async fn seen(&self, is_seen: bool) {
        let window = self.window;
        // A desk that is gone is noticed by the one who listens to it.
        let _ = self.ask(&Question::Seen { window, is_seen }).await;
    }

    async fn connect(&self) -> Result<Client, Code> {
        let reached = match Client::connect_within(&self.places, PATIENCE).await {
            // The program was upgraded while its desk ran: this window is the new one, and the desk starts anew.
            Err(Unreached::OtherBuild { .. }) if stamp::is_installed() => {
                cli::renew(&self.places).await
            }
            done => done.map_err(Into::into),
        };
        reached.map_err(|error| {
            tracing::warn!(%error, "the desk cannot be reached");
            Code::NoDesk
        })
    }
}

fn tell_page(app: &AppHandle) {
    if let Err(error) = app.emit(VIEW, ()) {
        tracing::warn!(%error, "the page cannot be told");
    }
}
