//! Following a server: its stream comes in as messages, and what was done here goes out to it.

use std::{panic::AssertUnwindSafe, path::PathBuf, sync::Arc, time::Duration};

use campanile_core::{ids::EventId, time::Timestamp};
use campanile_protocol::{changes::PushedChange, routes};
use futures_util::FutureExt as _;
use reqwest::Method;
use serde::de::IgnoredAny;
use tokio::{sync::mpsc, time::Instant};
use url::Url;

use crate::{
    effect::Following,
    message::{Link, Message},
};

mod backoff;
mod clock;
mod frames;
mod http;
mod pair;
mod push;
mod retry_after;
mod state;
mod stream;
mod token;
mod verdict;
mod why;

pub(crate) use http::is_this_machine;
pub use pair::{PairingLink, pair, sign_out};
pub use token::Token;
pub use why::Why;

use backoff::{Backoff, Outcome};
use http::Server;
use state::{Gone, State};

/// A stream that brought neither the end of a line nor 32 KiB of one for so long is dead: the server sends a comment every 15 s.
pub const SILENCE: Duration = Duration::from_secs(40);

/// A server that refused the token, or wanted a newer desk, is asked again after so long: it may have been its own mistake.
const LOOK_AGAIN: Duration = Duration::from_secs(5 * 60);

/// What the desk tells the task that follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Push these changes, in this order, after those that wait already. One that waits already is not pushed twice.
    Push(Vec<PushedChange>),
    /// What the session asked to keep with this cursor has been handed to the store: a new connection goes on from here.
    Kept(String),
    /// Ask for a snapshot: the log cannot be continued.
    Resync,
    /// Ask how the server decided of this notice; [`Message::Verdict`] answers. Of several that wait the last counts.
    Verdict(EventId),
    /// Read the server's clock; [`Message::Measured`] answers.
    Measure,
    /// Connect at once: the machine woke, or its network is another.
    Reconnect,
    /// End.
    Stop,
}

/// What following takes from the machine it runs on, so that a test can give it something else.
#[derive(Clone)]
pub struct Surroundings {
    /// The wall clock.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Chance: a number from 0 up to, but not, 1.
    pub chance: Arc<dyn Fn() -> f64 + Send + Sync>,
    /// A PEM file of authorities to trust beside those of the system.
    pub authorities: Option<PathBuf>,
}

impl Surroundings {
    /// Returns those of this machine.
    #[must_use]
    pub fn of_this_machine(authorities: Option<PathBuf>) -> Self {
        Self {
            wall: Arc::new(wall),
            chance: Arc::new(chance),
            authorities,
        }
    }
}

fn wall() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn chance() -> f64 {
    // 53 bits are what a float from 0 to 1 can tell apart. A machine without chance gets the middle.
    getrandom::u64().map_or(0.5, |bits| (bits >> 11) as f64 / (1_u64 << 53) as f64)
}

/// Follows a server until it is told to stop. While the token is refused, or the desk is too old, it looks every five minutes
/// whether it still is.
///
/// A part that panics is told, and all begins anew with a snapshot: what broke it may be the next thing in the log.
///
/// Everything it hears goes into `mailbox` as [`Message::From`] that account; it waits where that is full.
/// It never waits for the mailbox before it takes a command, so that the desk may wait for it.
pub async fn follow(
    following: Following,
    token: Token,
    surroundings: Surroundings,
    mut commands: mpsc::Receiver<Command>,
    mailbox: mpsc::Sender<Message>,
) {
    let state = State::new(&following, surroundings, mailbox);
    let obey = async {
        while let Some(command) = commands.recv().await {
            match command {
                Command::Push(changes) => state.queue(changes),
                Command::Kept(cursor) => state.kept(cursor),
                Command::Resync => state.resync(),
                Command::Verdict(id) => state.ask(id),
                Command::Measure => state.measure(),
                Command::Reconnect => state.reconnect(),
                Command::Stop => break,
            }
        }
    };
    let following = async {
        let mut backoff = Backoff::new();
        loop {
            let began = Instant::now();
            let end = AssertUnwindSafe(async {
                tokio::select! {
                    end = stream::run(&state, &following.server, &token) => end,
                    end = push::run(&state, &following.server, &token) => end,
                    end = clock::run(&state, &following.server, &token) => end,
                    end = verdict::run(&state, &following.server, &token) => end,
                }
            });
            let Ok(end) = end.catch_unwind().await else {
                state.forget_cursor();
                if wait_broken(&state, &mut backoff, began).await.is_err() {
                    return;
                }
                continue;
            };
            let link = match end {
                Some(End::SignedOut) => Link::SignedOut,
                Some(End::TooOld) => Link::TooOld,
                None => return,
            };
            state.set_online(false);
            if state.tell(Message::Link(link)).await.is_err() {
                return;
            }
            until_let_in(&state, &following.server, &token).await;
        }
    };
    tokio::select! {
        () = obey => {}
        () = following => {}
    }
}

/// Tells that a part broke, and waits longer each time.
async fn wait_broken(state: &State, backoff: &mut Backoff, began: Instant) -> Result<(), Gone> {
    tracing::error!("what follows the server broke down; it begins anew");
    state.set_online(false);
    let stood = Outcome::Stood(began.elapsed());
    let wait = backoff.next(stood, (state.surroundings.chance)());
    let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let link = Link::Offline {
        retry_at: (state.surroundings.wall)().plus_ms(wait_ms),
        why: Why::Broken.code(),
    };
    state.tell(Message::Link(link)).await?;
    tokio::time::sleep(wait).await;
    Ok(())
}

/// Waits until the server takes the token again. Nothing that happens here hastens it: a refusal is not haggled over.
async fn until_let_in(state: &State, base: &Url, token: &Token) {
    loop {
        let spread = LOOK_AGAIN.mul_f64((state.surroundings.chance)() / 5.0);
        let nudged = async {
            loop {
                state.nudged().await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN + spread) => {}
            never = nudged => never,
        }
        let Ok(server) = Server::new(base, Some(token), &state.surroundings) else {
            continue;
        };
        let request = server.request(Method::GET, routes::DEVICES, &[]);
        if server.ask::<IgnoredAny>(request).await.is_ok() {
            return;
        }
    }
}

/// Why following cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The server knows this desk no more.
    SignedOut,
    /// The server needs a newer desk.
    TooOld,
}
