//! The tray, as a panel sees it: what the icon says, and a click on it.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use zbus::{
    MatchRule, Message,
    blocking::{Connection, MessageIterator},
    message::Type,
    zvariant::{DynamicType, OwnedValue},
};

const ITEM: &str = "org.kde.StatusNotifierItem";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const PATIENCE: Duration = Duration::from_secs(20);

/// The eyes and the hand of the panel.
pub struct Tray {
    bus: Connection,
    /// A word for each signal of the icon.
    signals: mpsc::Receiver<()>,
}

impl Tray {
    /// Listens from here on.
    pub fn open() -> Result<Self> {
        let bus = Connection::session()?;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(ITEM)?
            .build();
        // A connection of its own: the iterator blocks the thread that waits for it.
        let told = MessageIterator::for_match_rule(rule, &Connection::session()?, None)?;
        let (sender, signals) = mpsc::channel();
        thread::spawn(move || {
            for _ in told {
                if sender.send(()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { bus, signals })
    }

    /// Waits until the icon says that so many are unread, and returns when that was.
    pub fn says(&self, unread: u64) -> Result<Instant> {
        let until = Instant::now() + PATIENCE;
        loop {
            let tooltip = self.tooltip()?;
            let digits: String = tooltip.chars().filter(char::is_ascii_digit).collect();
            let now = Instant::now();
            if digits == unread.to_string() {
                return Ok(now);
            }
            let word = self
                .signals
                .recv_timeout(until.saturating_duration_since(now));
            word.with_context(|| format!("the icon does not say {unread} but {tooltip:?}"))?;
        }
    }

    /// Clicks the icon.
    pub fn click(&self) -> Result<()> {
        self.call(ITEM, "Activate", &(0_i32, 0_i32)).map(drop)
    }

    fn tooltip(&self) -> Result<String> {
        type Pixmap = (i32, i32, Vec<u8>);
        let answer = self.call(PROPERTIES, "Get", &(ITEM, "ToolTip"))?;
        let value: OwnedValue = answer.body().deserialize()?;
        let (_, _, title, _) = <(String, Vec<Pixmap>, String, String)>::try_from(value)?;
        Ok(title)
    }

    /// Calls a method of the icon that was registered last.
    fn call(
        &self,
        interface: &str,
        method: &str,
        arguments: &(impl serde::Serialize + DynamicType),
    ) -> Result<Message> {
        let property = (WATCHER, "RegisteredStatusNotifierItems");
        let answer = self.bus.call_method(
            Some(WATCHER),
            "/StatusNotifierWatcher",
            Some(PROPERTIES),
            "Get",
            &property,
        )?;
        let items: OwnedValue = answer.body().deserialize()?;
        let items = Vec::<String>::try_from(items)?;
        let item = items.last().context("no icon is in the tray")?;
        let (service, path) = match item.find('/') {
            Some(at) => item.split_at(at),
            None => (item.as_str(), "/StatusNotifierItem"),
        };
        Ok(self
            .bus
            .call_method(Some(service), path, Some(interface), method, arguments)?)
    }
}
