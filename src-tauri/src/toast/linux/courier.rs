//! Who stands on the screen under which number, and what is under way to the daemon.

mod hear;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    num::NonZeroU32,
    time::Instant,
};

use campanile_client::{
    effect::{Toast, ToastKey},
    message::Message,
    view::{Part, PartState},
};
use tokio::sync::mpsc;
use zbus::Connection;

use super::{
    PATIENCE,
    wire::{self, Capabilities, NOTIFICATIONS},
};
use crate::{bus::names, toast::queue::Order};

/// How many toasts may wait or be under way; what comes beyond is refused, and joins a summary.
const UNANSWERED: usize = 50;

/// Carries toasts to the daemon, and what people do with them to the desk.
pub struct Courier {
    events: mpsc::Sender<Message>,
    /// What was told last about the state of the toasts.
    pub(super) told: Option<PartState>,
    connection: Option<Connection>,
    /// The connection that owns the daemon's name: no other is believed.
    owner: Option<String>,
    daemon: Daemon,
    calls: HashMap<NonZeroU32, (Call, Instant)>,
    /// Toasts that wait for the daemon to say what it can do.
    waiting: VecDeque<Toast>,
    /// Toasts that are under way, with what is to follow once their number is known.
    sending: HashMap<ToastKey, Option<Next>>,
    /// The daemon's numbers. They rise, so the first is the oldest.
    known: BTreeMap<u32, Known>,
    /// Calls that were given up: if one is answered late, its toast is taken back.
    abandoned: VecDeque<NonZeroU32>,
}

/// What is known of the daemon.
enum Daemon {
    /// Nothing: it is not there, or was silent for too long. The next toast asks again.
    Unknown,
    /// It was asked what it can do.
    Asked,
    /// It can do this.
    Here(Capabilities),
}

/// A call that waits for its answer.
enum Call {
    Capabilities,
    Information,
    Notify(ToastKey),
}

/// What follows on a toast that is under way.
enum Next {
    Show(Box<Toast>),
    Close,
}

/// A toast that has a number.
struct Known {
    key: ToastKey,
    /// Whether it stands on the screen, and not only in a list of past ones.
    stands: bool,
    /// The token that a click brought along, until the click itself is told.
    token: Option<String>,
}

impl Courier {
    pub(super) fn new(events: mpsc::Sender<Message>) -> Self {
        Self {
            events,
            told: None,
            connection: None,
            owner: None,
            daemon: Daemon::Unknown,
            calls: HashMap::new(),
            waiting: VecDeque::new(),
            sending: HashMap::new(),
            known: BTreeMap::new(),
            abandoned: VecDeque::new(),
        }
    }

    /// Begins to listen on a new connection, before anything is shown: a quick click must not be lost.
    pub(super) async fn arrive(&mut self, connection: &Connection) -> zbus::Result<()> {
        names::ask(connection, "AddMatch", &wire::SIGNALS).await?;
        names::hear_of(connection, NOTIFICATIONS).await?;
        self.connection = Some(connection.clone());
        match names::ask(connection, "GetNameOwner", &NOTIFICATIONS).await {
            Ok(answer) => {
                self.owner = Some(answer.body().deserialize()?);
                self.ask().await;
            }
            Err(zbus::Error::MethodError(..)) => {
                let startable = names::ask(connection, "ListActivatableNames", &()).await?;
                let startable: Vec<String> = startable.body().deserialize()?;
                let is_startable = startable.iter().any(|name| name == NOTIFICATIONS);
                self.tell(if is_startable {
                    PartState::Unknown
                } else {
                    none()
                })
                .await;
            }
            Err(problem) => return Err(problem),
        }
        Ok(())
    }

    /// Does what was ordered, without waiting for the daemon.
    pub(super) async fn take(&mut self, order: Order) {
        match order {
            Order::Show(toast) => self.show(*toast).await,
            Order::Withdraw(key) => self.withdraw(&key).await,
            Order::Check => {
                self.told = None;
                self.call(Call::Information, wire::call("GetServerInformation", &()))
                    .await;
            }
        }
    }

    /// Answers an order that cannot be carried out, as there is no bus.
    pub(super) async fn refuse(&mut self, order: Order) {
        match order {
            Order::Show(toast) => self.send(Message::ToastFailed(toast.key)).await,
            Order::Withdraw(_) => {}
            Order::Check => {
                if let Some(state) = self.told.clone() {
                    self.send(Message::Part(Part::Toast, state)).await;
                }
            }
        }
    }

    /// Returns when the first unanswered call is to be given up.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.calls.values().map(|(_, deadline)| *deadline).min()
    }

    /// Gives up the calls that were not answered in time.
    pub(super) async fn give_up(&mut self, now: Instant) {
        let late: Vec<_> = self
            .calls
            .iter()
            .filter(|(_, (_, deadline))| *deadline <= now)
            .map(|(s, _)| *s)
            .collect();
        for serial in late {
            let Some((call, _)) = self.calls.remove(&serial) else {
                continue;
            };
            self.daemon = Daemon::Unknown;
            if let Call::Notify(key) = call {
                self.abandoned.push_back(serial);
                if self.abandoned.len() > UNANSWERED {
                    self.abandoned.pop_front();
                }
                self.sending.remove(&key);
                self.send(Message::ToastFailed(key)).await;
            }
            self.fail_waiting().await;
            self.tell(Part::Toast.fails("hangs")).await;
        }
    }

    /// Forgets everything, as the bus is gone and the daemon's numbers with it.
    pub(super) async fn bus_lost(&mut self) {
        self.connection = None;
        self.forget_daemon().await;
        for (_, (call, _)) in std::mem::take(&mut self.calls) {
            if let Call::Notify(key) = call {
                self.send(Message::ToastFailed(key)).await;
            }
        }
        self.sending.clear();
        self.abandoned.clear();
        self.fail_waiting().await;
        self.tell(Part::Toast.fails("no_bus")).await;
    }

    /// Sends a message to the desk.
    pub(super) async fn send(&self, message: Message) {
        // A desk that is gone needs no news.
        let _ = self.events.send(message).await;
    }

    async fn show(&mut self, toast: Toast) {
        if let Some(next) = self.sending.get_mut(&toast.key) {
            *next = Some(Next::Show(Box::new(toast)));
            return;
        }
        self.waiting.retain(|waiting| waiting.key != toast.key);
        if self.waiting.len() + self.sending.len() >= UNANSWERED {
            self.send(Message::ToastFailed(toast.key)).await;
            return;
        }
        match self.daemon {
            Daemon::Here(can) => self.notify(toast, can).await,
            Daemon::Asked => self.waiting.push_back(toast),
            Daemon::Unknown => {
                self.waiting.push_back(toast);
                self.ask().await;
            }
        }
    }

    async fn withdraw(&mut self, key: &ToastKey) {
        self.waiting.retain(|waiting| waiting.key != *key);
        if let Some(next) = self.sending.get_mut(key) {
            *next = Some(Next::Close);
        } else if let Some(id) = self.number_of(key) {
            self.close(id).await;
        }
    }

    async fn notify(&mut self, toast: Toast, can: Capabilities) {
        let replaces = self.number_of(&toast.key).unwrap_or(0);
        let call = wire::notify(&toast, replaces, can);
        self.sending.insert(toast.key.clone(), None);
        self.call(Call::Notify(toast.key), call).await;
    }

    async fn close(&mut self, id: u32) {
        self.known.remove(&id);
        if let (Some(connection), Ok(message)) = (&self.connection, wire::close(id)) {
            // A bus that is gone is told by the stream of its messages.
            let _ = connection.send(&message).await;
        }
    }

    /// Asks the daemon what it can do and who it is. The question also starts a daemon that the bus can start.
    async fn ask(&mut self) {
        self.daemon = Daemon::Asked;
        self.call(Call::Capabilities, wire::call("GetCapabilities", &()))
            .await;
        self.call(Call::Information, wire::call("GetServerInformation", &()))
            .await;
    }

    async fn call(&mut self, call: Call, message: zbus::Result<zbus::Message>) {
        let Some(connection) = self.connection.clone() else {
            return self.failed(call).await;
        };
        let sent = match message {
            Ok(message) => {
                // Noted before it is sent: an answer cannot overtake the note.
                let serial = message.primary_header().serial_num();
                self.calls.insert(serial, (call, Instant::now() + PATIENCE));
                connection
                    .send(&message)
                    .await
                    .map_err(|problem| (problem, self.calls.remove(&serial)))
            }
            Err(problem) => Err((problem, Some((call, Instant::now())))),
        };
        if let Err((problem, call)) = sent {
            tracing::debug!(%problem, "a call to the notification daemon could not be sent");
            if let Some((call, _)) = call {
                self.failed(call).await;
            }
        }
    }

    /// Another daemon begins to count anew, so no number means anything any more.
    async fn forget_daemon(&mut self) {
        self.owner = None;
        self.daemon = Daemon::Unknown;
        for (_, known) in std::mem::take(&mut self.known) {
            if known.stands {
                self.send(Message::ToastClosed {
                    key: known.key,
                    dismissed: false,
                })
                .await;
            }
        }
    }

    async fn failed(&mut self, call: Call) {
        match call {
            Call::Notify(key) => {
                self.sending.remove(&key);
                self.send(Message::ToastFailed(key)).await;
                if self.owner.is_some() {
                    self.tell(Part::Toast.fails("refused")).await;
                }
            }
            Call::Capabilities => {
                self.daemon = Daemon::Unknown;
                self.fail_waiting().await;
            }
            Call::Information => {
                let state = if self.owner.is_some() {
                    Part::Toast.fails("refused")
                } else {
                    none()
                };
                self.tell(state).await;
            }
        }
    }

    async fn fail_waiting(&mut self) {
        for toast in std::mem::take(&mut self.waiting) {
            self.send(Message::ToastFailed(toast.key)).await;
        }
    }

    fn number_of(&self, key: &ToastKey) -> Option<u32> {
        self.known
            .iter()
            .rev()
            .find(|(_, known)| known.key == *key)
            .map(|(id, _)| *id)
    }
}

/// There is no notification daemon.
fn none() -> PartState {
    Part::Toast.fails("none")
}
