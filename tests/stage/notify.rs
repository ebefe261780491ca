//! An ear on the session bus: every toast that any program asks the notification daemon for.

use std::{
    collections::HashMap,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use zbus::{
    blocking::{Connection, MessageIterator, fdo::MonitoringProxy},
    message::Type,
    zvariant::OwnedValue,
};

use super::deadline;

/// What a program asked of the daemon, or the daemon told.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Notify(Notify),
    Close,
    Action(String),
}

/// One `Notify` call.
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    pub replaces: u32,
    pub title: String,
    pub body: String,
    /// Ids and labels in turn.
    pub actions: Vec<String>,
    pub urgency: Option<u8>,
    pub is_silent: bool,
    pub timeout_ms: i32,
}

/// The ear. It hears from the moment it is made.
pub struct Ear(mpsc::Receiver<Heard>);

impl Ear {
    pub fn open() -> Result<Self> {
        let connection = Connection::session()?;
        let messages = MessageIterator::from(connection.clone());
        MonitoringProxy::new(&connection)?.become_monitor(
            &["interface='org.freedesktop.Notifications'".try_into()?],
            0,
        )?;
        let (said, heard) = mpsc::channel();
        thread::spawn(move || {
            for message in messages.flatten() {
                let Some(heard) = read(&message) else {
                    continue;
                };
                if said.send(heard).is_err() {
                    return;
                }
            }
        });
        Ok(Self(heard))
    }

    /// Waits for the next toast for which `wanted` holds, and returns it.
    pub fn toast(&self, mut wanted: impl FnMut(&Notify) -> bool) -> Result<Notify> {
        let mut others = Vec::new();
        let limit = deadline();
        loop {
            match self
                .0
                .recv_timeout(limit.saturating_duration_since(Instant::now()))
            {
                Ok(Heard::Notify(notify)) if wanted(&notify) => return Ok(notify),
                Ok(other) => others.push(other),
                Err(_) => bail!("no such toast came; instead: {others:#?}"),
            }
        }
    }

    /// Waits for so long for such a toast, and returns it if it came; all that was heard joins `heard`.
    pub fn hear(
        &self,
        patience: Duration,
        wanted: impl Fn(&Notify) -> bool,
        heard: &mut Vec<Heard>,
    ) -> Option<Notify> {
        let limit = Instant::now() + patience;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            let next = self.0.recv_timeout(left).ok()?;
            heard.push(next.clone());
            if let Heard::Notify(toast) = next
                && wanted(&toast)
            {
                return Some(toast);
            }
        }
    }

    /// Waits until a toast is taken back.
    pub fn withdrawal(&self) -> Result<()> {
        let limit = deadline();
        loop {
            match self
                .0
                .recv_timeout(limit.saturating_duration_since(Instant::now()))
            {
                Ok(Heard::Close) => return Ok(()),
                Ok(_) => {}
                Err(_) => bail!("no toast was taken back"),
            }
        }
    }

    /// What was heard so far and not asked for.
    pub fn drain(&self) -> Vec<Heard> {
        self.0.try_iter().collect()
    }
}

fn read(message: &zbus::Message) -> Option<Heard> {
    type Arguments = (
        String,
        u32,
        String,
        String,
        String,
        Vec<String>,
        HashMap<String, OwnedValue>,
        i32,
    );
    let header = message.header();
    match (message.message_type(), header.member()?.as_str()) {
        (Type::MethodCall, "Notify") => {
            let body = message.body();
            let (_, replaces, _, title, text, actions, hints, timeout_ms): Arguments =
                body.deserialize().ok()?;
            Some(Heard::Notify(Notify {
                replaces,
                title,
                body: text,
                actions,
                urgency: hints
                    .get("urgency")
                    .and_then(|hint| u8::try_from(hint).ok()),
                is_silent: hints
                    .get("suppress-sound")
                    .and_then(|hint| bool::try_from(hint).ok())
                    .unwrap_or(false),
                timeout_ms,
            }))
        }
        (Type::MethodCall, "CloseNotification") => Some(Heard::Close),
        (Type::Signal, "ActionInvoked") => {
            let (_, action): (u32, String) = message.body().deserialize().ok()?;
            Some(Heard::Action(action))
        }
        _ => None,
    }
}
