//! Who stands on the screen under which number, and what is under way to the daemon.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    num::NonZeroU32,
    time::Instant,
};

use campanile_client::{
    effect::{Press, Toast, ToastKey},
    message::Message,
    view::{Part, PartState},
};
use tokio::sync::mpsc;
use zbus::{Connection, message};

use super::{
    PATIENCE,
    wire::{self, BUS, Capabilities, NOTIFICATIONS, Reason},
};
use crate::toast::queue::Order;

/// How many toasts may wait or be under way; what comes beyond is refused, and joins a summary.
const UNANSWERED: usize = 50;

/// How many numbers of toasts are remembered. A toast whose time is over can still be clicked in the system's list.
const REMEMBERED: usize = 256;

/// The longest activation token that is kept.
const TOKEN_BYTES: usize = 1024;

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
        for rule in wire::RULES {
            bus_call(connection, "AddMatch", &rule).await?;
        }
        self.connection = Some(connection.clone());
        match bus_call(connection, "GetNameOwner", &NOTIFICATIONS).await {
            Ok(answer) => {
                self.owner = Some(answer.body().deserialize()?);
                self.ask().await;
            }
            Err(zbus::Error::MethodError(..)) => {
                let startable = bus_call(connection, "ListActivatableNames", &()).await?;
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

    /// Takes in a message of the bus.
    pub(super) async fn hear(&mut self, message: &zbus::Message) {
        let header = message.header();
        let sender = header.sender().map(|name| name.as_str());
        match message.message_type() {
            message::Type::Signal if sender == Some(BUS) => {
                if header
                    .member()
                    .is_some_and(|member| member == "NameOwnerChanged")
                    && let Ok((name, _, owner)) =
                        message.body().deserialize::<(String, String, String)>()
                    && name == NOTIFICATIONS
                {
                    self.owned_by(Some(owner).filter(|owner| !owner.is_empty()))
                        .await;
                }
            }
            message::Type::Signal if sender.is_some() && sender == self.owner.as_deref() => {
                if let Some(member) = header.member() {
                    self.hear_daemon(member.as_str(), message).await;
                }
            }
            message::Type::MethodReturn if sender.is_some() && sender == self.owner.as_deref() => {
                if let Some(serial) = header.reply_serial() {
                    self.hear_answer(serial, message).await;
                }
            }
            message::Type::Error if sender == Some(BUS) || sender == self.owner.as_deref() => {
                if let Some(serial) = header.reply_serial() {
                    self.hear_error(serial, header.error_name().map_or("", |name| name.as_str()))
                        .await;
                }
            }
            message::Type::Signal
            | message::Type::MethodReturn
            | message::Type::Error
            | message::Type::MethodCall => {}
        }
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

    async fn owned_by(&mut self, owner: Option<String>) {
        if owner == self.owner {
            return;
        }
        self.forget_daemon().await;
        self.owner = owner;
        if self.owner.is_some() {
            self.ask().await;
        } else {
            self.tell(none()).await;
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

    async fn hear_daemon(&mut self, member: &str, message: &zbus::Message) {
        let body = message.body();
        match member {
            "ActivationToken" => {
                if let Ok((id, token)) = body.deserialize::<(u32, String)>()
                    && token.len() <= TOKEN_BYTES
                    && let Some(known) = self.known.get_mut(&id)
                {
                    known.token = Some(token);
                }
            }
            "ActionInvoked" => {
                // The name of the action is looked up and nothing else is taken from the signal (threat S24).
                if let Ok((id, action)) = body.deserialize::<(u32, String)>()
                    && let Some(press) = Press::find(&action)
                    && let Some(known) = self.known.get_mut(&id)
                {
                    let message = Message::Pressed {
                        key: known.key.clone(),
                        press,
                        activation: known.token.take(),
                    };
                    self.send(message).await;
                }
            }
            "NotificationClosed" => {
                if let Ok((id, reason)) = body.deserialize::<(u32, u32)>() {
                    self.closed(id, Reason::read(reason)).await;
                }
            }
            _ => {}
        }
    }

    async fn closed(&mut self, id: u32, reason: Reason) {
        let Some(known) = self.known.get_mut(&id) else {
            return;
        };
        let stood = std::mem::replace(&mut known.stands, false);
        let key = known.key.clone();
        if reason != Reason::Expired {
            self.known.remove(&id);
        }
        if stood {
            self.send(Message::ToastClosed {
                key,
                dismissed: reason == Reason::Dismissed,
            })
            .await;
        }
    }

    async fn hear_answer(&mut self, serial: NonZeroU32, message: &zbus::Message) {
        let Some((call, _)) = self.calls.remove(&serial) else {
            if let Some(place) = self
                .abandoned
                .iter()
                .position(|abandoned| *abandoned == serial)
            {
                self.abandoned.remove(place);
                if let Ok(id) = message.body().deserialize::<u32>() {
                    self.close(id).await;
                }
            }
            return;
        };
        match call {
            Call::Capabilities => match message.body().deserialize::<Vec<String>>() {
                Ok(list) => self.can(Capabilities::read(&list)).await,
                Err(_) => self.failed(Call::Capabilities).await,
            },
            Call::Information => {
                if let Ok((name, _, version, _)) = message
                    .body()
                    .deserialize::<(String, String, String, String)>()
                {
                    let detail = format!("{name} {version}").chars().take(80).collect();
                    self.tell(PartState::Works { detail }).await;
                }
            }
            Call::Notify(key) => match message.body().deserialize::<u32>() {
                // A daemon that gives no number can neither take the toast back nor tell of a click.
                Ok(0) | Err(_) => self.failed(Call::Notify(key)).await,
                Ok(id) => self.shown(key, id).await,
            },
        }
    }

    async fn hear_error(&mut self, serial: NonZeroU32, name: &str) {
        let Some((call, _)) = self.calls.remove(&serial) else {
            return;
        };
        tracing::debug!(name, "the notification daemon refused a call");
        self.failed(call).await;
    }

    async fn can(&mut self, can: Capabilities) {
        self.daemon = Daemon::Here(can);
        for toast in std::mem::take(&mut self.waiting) {
            self.notify(toast, can).await;
        }
    }

    async fn shown(&mut self, key: ToastKey, id: u32) {
        let next = self.sending.remove(&key).flatten();
        while let Some(other) = self.number_of(&key) {
            // The daemon did not put it in the place of the former one, so the two stand side by side.
            if other == id {
                self.known.remove(&id);
            } else {
                self.close(other).await;
            }
        }
        self.known.insert(
            id,
            Known {
                key: key.clone(),
                stands: true,
                token: None,
            },
        );
        if self.known.len() > REMEMBERED {
            self.known.pop_first();
        }
        self.send(Message::ToastShown(key)).await;
        if matches!(self.told, Some(PartState::Fails { .. })) {
            self.call(Call::Information, wire::call("GetServerInformation", &()))
                .await;
        }
        match next {
            None => {}
            Some(Next::Close) => self.close(id).await,
            Some(Next::Show(toast)) => Box::pin(self.show(*toast)).await,
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

async fn bus_call<B: serde::Serialize + zbus::zvariant::Type>(
    connection: &Connection,
    method: &str,
    body: &B,
) -> zbus::Result<zbus::Message> {
    connection
        .call_method(Some(BUS), "/org/freedesktop/DBus", Some(BUS), method, body)
        .await
}
