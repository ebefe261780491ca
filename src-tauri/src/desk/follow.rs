//! The task that follows the server of one account: first the token, then the stream.

use std::{env, path::PathBuf};

use campanile_client::{
    effect::Following,
    message::{Link, Message},
    sync::{self, Command, Surroundings},
};
use tokio::{sync::mpsc, task::AbortHandle};

use crate::secrets::Secrets;

/// How many commands may wait: more than a person gives before the keyring is unlocked.
const COMMANDS_MOST: usize = 1024;
/// The variable that names a file of certificate authorities to trust beside the system's.
const AUTHORITIES: &str = "CAMPANILE_CA_FILE";
/// The file in the configuration folder that is used without it: what starts at login has no variables of one's own.
const AUTHORITIES_FILE: &str = "campanile/ca.pem";

/// A server that is followed until this is dropped.
pub struct Follow {
    commands: mpsc::Sender<Command>,
    task: AbortHandle,
}

/// What following takes from this machine.
pub fn surroundings() -> Surroundings {
    let named = env::var_os(AUTHORITIES).map(PathBuf::from);
    let laid_down =
        || Some(dirs::config_dir()?.join(AUTHORITIES_FILE)).filter(|file| file.exists());
    Surroundings::of_this_machine(named.or_else(laid_down))
}

impl Follow {
    /// Starts to follow. Must be called within the runtime.
    ///
    /// A `session_only` account has no token but that of this session; any other waits for its keyring.
    pub fn start(
        following: Following,
        session_only: bool,
        secrets: Secrets,
        events: mpsc::Sender<Message>,
    ) -> Self {
        let (commands, taken) = mpsc::channel(COMMANDS_MOST);
        let task = tokio::spawn(async move {
            let token = match session_only {
                true => secrets.token_of_this_session(&following.account).await,
                false => secrets.token(&following.account).await,
            };
            match token {
                Some(token) => sync::follow(following, token, surroundings(), taken, events).await,
                None => {
                    let message = Box::new(Message::Link(Link::SignedOut));
                    // The desk may be ending; then nobody needs to know.
                    let _ = events
                        .send(Message::From {
                            account: following.account,
                            message,
                        })
                        .await;
                }
            }
        });
        Self {
            commands,
            task: task.abort_handle(),
        }
    }

    /// Tells the task something.
    pub fn tell(&self, command: Command) {
        match self.commands.try_send(command) {
            Ok(()) => {}
            // The task has ended: too old, or without a token. What is pending stays in the store.
            Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                tracing::warn!("{COMMANDS_MOST} commands wait for the server; one is dropped")
            }
        }
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.task.abort();
    }
}
