//! The window's line to the desk: asked over one connection, told over another.

use std::{path::PathBuf, sync::Arc, time::Duration};

use campanile_client::view::Window;
use serde::Serialize;
use tauri::{AppHandle, Emitter as _};
use tokio::sync::Mutex;

use super::frame;
use crate::{
    cli,
    link::{
        Broken,
        client::{Client, Unreached},
        words::{Answer, Push, Question},
    },
    places::Places,
    stamp,
};

/// How long a desk may take to come, or to come back: one that was upgraded starts anew.
const PATIENCE: Duration = Duration::from_secs(10);
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

    /// Hears what the desk says unasked, until it ends or does not come back; then the window closes.
    pub async fn follow(self: Arc<Self>, app: AppHandle) {
        while let Ok(client) = self.connect().await {
            let Ok(mut heard) = client.watch(self.window).await else {
                continue;
            };
            // What happened before the connection stood was not heard.
            tell_page(&app);
            loop {
                match heard.next().await {
                    Ok(Push::Redraw) => tell_page(&app),
                    Ok(Push::Focus { activation }) => frame::come_forward(&app, activation),
                    Ok(Push::End) => return app.exit(0),
                    Err(broken) => {
                        tracing::warn!(%broken, "the desk is gone");
                        break;
                    }
                }
            }
        }
        tracing::warn!("there is no desk to show a window of");
        app.exit(1);
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
