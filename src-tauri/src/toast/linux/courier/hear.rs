//! What the bus and the daemon say, believed only from whom it may come.

use std::num::NonZeroU32;

use campanile_client::{
    effect::{Press, ToastKey},
    message::Message,
    view::PartState,
};
use zbus::message;

use super::{Call, Courier, Daemon, Known, Next, none};
use crate::{
    bus::names::{self, BUS},
    toast::linux::wire::{self, Capabilities, NOTIFICATIONS, Reason},
};

/// How many numbers of toasts are remembered. A toast whose time is over can still be clicked in the system's list.
const REMEMBERED: usize = 256;

/// The longest activation token that is kept.
const TOKEN_BYTES: usize = 1024;

impl Courier {
    /// Takes in a message of the bus.
    pub(in crate::toast::linux) async fn hear(&mut self, message: &zbus::Message) {
        let header = message.header();
        let sender = header.sender().map(|name| name.as_str());
        match message.message_type() {
            message::Type::Signal if sender == Some(BUS) => {
                if let Some(owner) = names::owner_told(message, NOTIFICATIONS) {
                    self.owned_by(owner).await;
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
}
