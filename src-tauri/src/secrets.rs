//! The keyring: where the token of an account is kept, and nowhere else.
//!
//! A keyring may come up after the desk, may be locked, may ask the person, may die and come back.
//! So one thread talks to it, nobody waits for it who has anything else to do, and without it a token lives in memory for this session only.
//! It may also hang for good, in calls that nobody can take back: each goes out on an errand, and what is not back in time is given up.

use std::{collections::HashMap, io, sync::mpsc, thread, time::Duration};

use campanile_client::{
    message::Message,
    sync::Token,
    view::{Part, PartState},
};
use tokio::{sync::oneshot, time::timeout};

use crate::errand::{Errand, Unfinished};

#[cfg_attr(target_os = "linux", path = "secrets/linux.rs")]
#[cfg_attr(target_os = "windows", path = "secrets/windows.rs")]
#[cfg_attr(target_os = "macos", path = "secrets/macos.rs")]
mod platform;

/// The name under which the keyring lists what is ours.
const SERVICE: &str = "Campanile";
/// After this long the health page says that the keyring is waited for; it may be asking the person.
const WAITING_AFTER: Duration = Duration::from_secs(20);
/// How long a person may take to answer the keyring's question; then it is taken for sent away.
const PERSON_WITHIN: Duration = Duration::from_secs(120);
/// How long the keyring may take for what asks nobody.
const KEYRING_WITHIN: Duration = Duration::from_secs(10);
/// How many calls may be lost, each with its thread; beyond, the keyring is left alone until the last of them is back.
const LOST_MOST: u8 = 4;
/// How long to wait before a keyring that is not there is looked for again: at first, and at most.
const AGAIN_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// Keeps the memory of this process, in which a token lives, from other programs of the person and out of what a crash leaves behind.
pub fn seclude() {
    platform::seclude();
}

/// Why the keyring is of no use now.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// There is none.
    #[error("there is no keyring")]
    Absent(#[source] keyring_core::Error),
    /// It is locked, and the person did not unlock it.
    #[error("the keyring is locked")]
    Locked,
    /// It failed.
    #[error("the keyring failed")]
    Failed(#[source] keyring_core::Error),
}

impl Trouble {
    /// Returns it for the health page.
    fn state(&self) -> PartState {
        match self {
            Self::Absent(_) => Part::Keyring.fails("absent"),
            Self::Locked => Part::Keyring.fails("locked"),
            Self::Failed(_) => Part::Keyring.fails("failed"),
        }
    }
}

/// The way to the keyring's thread.
#[derive(Clone)]
pub struct Secrets {
    orders: mpsc::Sender<Order>,
    events: tokio::sync::mpsc::Sender<Message>,
}

enum Order {
    Token(String, oneshot::Sender<Result<Option<Token>, Trouble>>),
    Keep(String, Token, oneshot::Sender<bool>),
    Take(String, oneshot::Sender<Option<Token>>),
    Check { may_ask: bool },
}

impl Secrets {
    /// Starts the thread, which tells the health page how the keyring is.
    ///
    /// # Errors
    /// What the system says when it has no thread left.
    pub fn start(events: tokio::sync::mpsc::Sender<Message>) -> std::io::Result<Self> {
        let (orders, taken) = mpsc::channel();
        let mut keeper = Keeper {
            events: events.clone(),
            session_only: HashMap::new(),
            told: None,
            may_ask: true,
            errand: Errand::default(),
            lost: 0,
            is_stale: false,
        };
        thread::Builder::new()
            .name("keyring".into())
            .spawn(move || {
                for order in taken {
                    keeper.follow(order);
                }
            })?;
        Ok(Self { orders, events })
    }

    /// Returns the token of an account; `None` if there is a keyring, and it does not hold one.
    ///
    /// Waits for as long as there is no keyring: it may come up after the desk, and may be unlocked later.
    pub async fn token(&self, account: &str) -> Option<Token> {
        let mut pause = AGAIN_AFTER.0;
        loop {
            if let Ok(token) = self.look_up(account).await? {
                return token;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(AGAIN_AFTER.1);
        }
    }

    /// Returns the token of an account that was signed in for one session only: that of this session, if it is this one.
    pub async fn token_of_this_session(&self, account: &str) -> Option<Token> {
        self.look_up(account).await?.ok().flatten()
    }

    /// Keeps the token of an account. Returns whether the keyring has it; where not, it lives for this session only.
    pub async fn keep(&self, account: &str, token: Token) -> bool {
        let (reply, answer) = oneshot::channel();
        self.ask(Order::Keep(account.into(), token, reply), answer)
            .await
            .unwrap_or(false)
    }

    /// Forgets the token of an account, and returns it once that is done, so that the server can be told to take it no more.
    ///
    /// The order is given at once: a token that is kept after this call stays.
    pub fn take(&self, account: &str) -> impl Future<Output = Option<Token>> + use<> {
        let (reply, answer) = oneshot::channel();
        self.order(Order::Take(account.into(), reply));
        async move { answer.await.ok().flatten() }
    }

    /// Looks how the keyring is, and tells the health page. Only where `may_ask` is set may it ask to be unlocked.
    pub fn check(&self, may_ask: bool) {
        self.order(Order::Check { may_ask });
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the keyring's thread is gone");
        }
    }

    async fn look_up(&self, account: &str) -> Option<Result<Option<Token>, Trouble>> {
        let (reply, answer) = oneshot::channel();
        self.ask(Order::Token(account.into(), reply), answer).await
    }

    async fn ask<T>(&self, order: Order, mut answer: oneshot::Receiver<T>) -> Option<T> {
        self.order(order);
        if let Ok(answer) = timeout(WAITING_AFTER, &mut answer).await {
            return answer.ok();
        }
        let waiting = Part::Keyring.fails("waiting");
        // The desk may be ending; then nobody needs to know.
        let _ = self
            .events
            .send(Message::Part(Part::Keyring, waiting))
            .await;
        let answer = answer.await.ok();
        // Whatever it came to: it is not waited for any more.
        self.check(false);
        answer
    }
}

/// What the thread owns.
struct Keeper {
    events: tokio::sync::mpsc::Sender<Message>,
    session_only: HashMap<String, Token>,
    told: Option<PartState>,
    /// Whether the keyring may ask the person: not again by itself after they sent it away.
    may_ask: bool,
    /// On which the calls go out.
    errand: Errand,
    /// How many calls were given up.
    lost: u8,
    /// Whether one that was given up may still hold the connection.
    is_stale: bool,
}

impl Keeper {
    fn follow(&mut self, order: Order) {
        match order {
            Order::Token(account, reply) => {
                let token = match self.session_only.get(&account) {
                    Some(token) => Ok(Some(token.clone())),
                    None => self.with_keyring(move || read(&account)),
                };
                // Whoever asked may have stopped waiting.
                let _ = reply.send(token);
            }
            Order::Keep(account, token, reply) => {
                self.may_ask = true;
                let (whose, secret) = (account.clone(), token.clone());
                let kept = self.with_keyring(move || write(&whose, &secret)).is_ok();
                if kept {
                    self.session_only.remove(&account);
                } else {
                    self.session_only.insert(account, token);
                }
                let _ = reply.send(kept);
            }
            Order::Take(account, reply) => {
                let of_this_session = self.session_only.remove(&account);
                // Where the keyring is away, the token stays in it, and is of no use once the server has taken it back.
                let kept = self.with_keyring(move || {
                    let kept = read(&account)?;
                    match entry(&account)?.delete_credential() {
                        Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(kept),
                        Err(keyring_core::Error::Ambiguous(all)) => clear(&all).map(|()| kept),
                        Err(other) => Err(other),
                    }
                });
                let _ = reply.send(of_this_session.or(kept.ok().flatten()));
            }
            Order::Check { may_ask } => {
                self.told = None;
                let may_ask_by_itself = std::mem::replace(&mut self.may_ask, may_ask);
                let outcome = self.with_keyring(|| Ok(()));
                self.may_ask = outcome.is_ok() || (may_ask_by_itself && !may_ask);
            }
        }
    }

    /// Does something with the keyring, and tells the health page how that went.
    fn with_keyring<T: Send + 'static>(
        &mut self,
        deed: impl Fn() -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Trouble> {
        let outcome = self
            .open()
            .and_then(|patience| self.out(patience, move || done(&deed)));
        self.may_ask &= !matches!(outcome, Err(Trouble::Locked));
        let state = match &outcome {
            Ok(_) => PartState::Works {
                detail: platform::NAME.into(),
            },
            Err(trouble) => trouble.state(),
        };
        if self.told.as_ref() != Some(&state) {
            if let Err(trouble) = &outcome {
                tracing::warn!(?trouble, "the keyring cannot be used");
            }
            self.told = Some(state.clone());
            // The desk may be ending; then nobody needs to know.
            let _ = self
                .events
                .blocking_send(Message::Part(Part::Keyring, state));
        }
        outcome
    }

    /// Sees that the keyring is there and open; returns how long it may take for what follows.
    fn open(&mut self) -> Result<Duration, Trouble> {
        let (may_ask, is_stale) = (self.may_ask, self.is_stale);
        let opened = self.out(PERSON_WITHIN + KEYRING_WITHIN, move || {
            let patience = platform::unlock(may_ask)?;
            let connected = if is_stale {
                platform::reopen()
            } else {
                platform::open()
            };
            connected.map_err(Trouble::Absent).map(|()| patience)
        })?;
        self.is_stale = false;
        Ok(opened)
    }

    /// Does something that may never come back.
    fn out<T: Send + 'static>(
        &mut self,
        patience: Duration,
        work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        match self.errand.run(patience, work) {
            Ok(came_to) => came_to,
            Err(unfinished) => {
                if unfinished == Unfinished::Late {
                    self.is_stale = true;
                    if self.lost < LOST_MOST {
                        self.lost += 1;
                        self.errand = Errand::default();
                    }
                }
                Err(Trouble::Failed(keyring_core::Error::PlatformFailure(
                    Box::new(io::Error::from(io::ErrorKind::TimedOut)),
                )))
            }
        }
    }
}

/// Does something with the keyring, once more with a fresh connection where the old one is dead.
fn done<T>(deed: &impl Fn() -> keyring_core::Result<T>) -> Result<T, Trouble> {
    let outcome = match deed() {
        Err(keyring_core::Error::PlatformFailure(dead)) => {
            tracing::info!(%dead, "the keyring is asked once more, with a connection of its own");
            platform::reopen().map_err(Trouble::Absent)?;
            deed()
        }
        done => done,
    };
    outcome.map_err(|error| match error {
        keyring_core::Error::NoStorageAccess(_) => Trouble::Locked,
        other => Trouble::Failed(other),
    })
}

fn entry(account: &str) -> keyring_core::Result<keyring_core::Entry> {
    keyring_core::Entry::new(SERVICE, account)
}

fn read(account: &str) -> keyring_core::Result<Option<Token>> {
    match entry(account)?.get_secret() {
        // Somebody else's bytes under our name are no token of ours.
        Ok(bytes) => Ok(String::from_utf8(bytes).ok().and_then(Token::new)),
        Err(keyring_core::Error::NoEntry) => Ok(None),
        // Nor can ours be told from theirs beside it.
        Err(keyring_core::Error::Ambiguous(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn write(account: &str, token: &Token) -> keyring_core::Result<()> {
    let (entry, secret) = (entry(account)?, token.reveal().as_bytes());
    match entry.set_secret(secret) {
        // Whatever bears our name makes way: with two of them no token could be kept ever again.
        Err(keyring_core::Error::Ambiguous(all)) => {
            clear(&all)?;
            entry.set_secret(secret)
        }
        done => done,
    }
}

fn clear(entries: &[keyring_core::Entry]) -> keyring_core::Result<()> {
    entries
        .iter()
        .try_for_each(|entry| entry.delete_credential())
}
