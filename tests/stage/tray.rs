//! Eyes on the tray: the icon's picture, tooltip and menu, as its host reads them over the bus.

use std::{collections::HashMap, time::Instant};

use anyhow::{Context as _, Result, bail};
use zbus::{
    blocking::{Connection, MessageIterator, Proxy, fdo::DBusProxy},
    zvariant::{OwnedValue, Structure},
};

use super::deadline;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";

/// A picture as the bus carries it: width, height, ARGB.
type Pixmap = (i32, i32, Vec<u8>);

/// One picture of the icon.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: i32,
    pub height: i32,
    /// ARGB, as the specification has it.
    pub argb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

/// The icon of the app that was registered last.
pub struct Tray {
    connection: Connection,
}

impl Tray {
    pub fn open() -> Result<Self> {
        Ok(Self {
            connection: Connection::session()?,
        })
    }

    /// Returns what the tooltip says; empty where there is no icon.
    pub fn tooltip(&self) -> Result<String> {
        let (_, _, title, text): (String, Vec<Pixmap>, String, String) =
            self.property("ToolTip")?;
        Ok(if text.is_empty() {
            title
        } else {
            format!("{title}\n{text}")
        })
    }

    /// Returns the largest picture of the icon.
    pub fn picture(&self) -> Result<Picture> {
        let pictures: Vec<Pixmap> = self.property("IconPixmap")?;
        let largest = pictures
            .into_iter()
            .max_by_key(|(width, _, _)| *width)
            .context("the icon has no picture")?;
        Ok(Picture {
            width: largest.0,
            height: largest.1,
            argb: largest.2,
        })
    }

    /// Waits until the tooltip fits `wanted`, looking again at each word of the icon or the watcher, and returns it.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let listening = Connection::session()?;
        let bus = DBusProxy::new(&listening)?;
        for interface in [ITEM, WATCHER] {
            bus.add_match_rule(
                format!("type='signal',interface='{interface}'")
                    .as_str()
                    .try_into()?,
            )?;
        }
        let mut signals = MessageIterator::from(&listening);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || while signals.next().is_some() && sender.send(()).is_ok() {});
        let limit = deadline();
        let mut last = String::new();
        loop {
            if let Ok(tooltip) = self.tooltip() {
                if wanted(&tooltip) {
                    return Ok(tooltip);
                }
                last = tooltip;
            }
            if receiver
                .recv_timeout(limit.saturating_duration_since(Instant::now()))
                .is_err()
            {
                bail!("waited for {what}; the tooltip stayed at {last:?}");
            }
        }
    }

    /// Hands over the activation token of the click that follows, as a panel of a Wayland desktop does.
    pub fn hand_over(&self, token: &str) -> Result<()> {
        self.item()?
            .call_method("ProvideXdgActivationToken", &token)?;
        Ok(())
    }

    /// Clicks the icon with the left button, as a panel does.
    pub fn activate(&self) -> Result<()> {
        self.item()?.call_method("Activate", &(0_i32, 0_i32))?;
        Ok(())
    }

    /// Clicks the entry of the menu that bears `label`, as a panel does.
    pub fn click(&self, label: &str) -> Result<()> {
        let menu = self.menu()?;
        let entries = entries(&menu)?;
        let id = find(&entries, label).with_context(|| format!("{label:?} among {entries:#?}"))?;
        let data = zbus::zvariant::Value::from(0_i32);
        menu.call_method("Event", &(id, "clicked", data, 0_u32))?;
        Ok(())
    }

    /// Returns the keys that lead from the open menu to the entry at the end of `path`, and press it.
    pub fn keys_to(&self, path: &[&str]) -> Result<Vec<&'static str>> {
        let mut level = entries(&self.menu()?)?;
        let mut keys = Vec::new();
        for label in path {
            // Of a menu nothing is chosen yet, of one within it the first entry.
            if keys.is_empty() {
                keys.push("Down");
            }
            let at = level.iter().position(|entry| entry.label == *label);
            let at = at.with_context(|| format!("{label:?} among {level:#?}"))?;
            let passed = level.iter().take(at).filter(|entry| entry.can_be_chosen);
            keys.extend(passed.map(|_| "Down"));
            level = level.swap_remove(at).children;
            keys.push(if level.is_empty() { "Return" } else { "Right" });
        }
        Ok(keys)
    }

    fn menu(&self) -> Result<Proxy<'_>> {
        let (service, _) = self.place()?;
        let path: zbus::zvariant::OwnedObjectPath = self.property("Menu")?;
        Ok(Proxy::new(
            &self.connection,
            service,
            path,
            "com.canonical.dbusmenu",
        )?)
    }

    fn item(&self) -> Result<Proxy<'_>> {
        let (service, path) = self.place()?;
        Ok(Proxy::new(&self.connection, service, path, ITEM)?)
    }

    fn property<T>(&self, name: &str) -> Result<T>
    where
        T: TryFrom<OwnedValue>,
        T::Error: Into<zbus::Error>,
    {
        let item = self.item()?;
        let properties = Proxy::new(
            &self.connection,
            item.destination().to_owned(),
            item.path().to_owned(),
            "org.freedesktop.DBus.Properties",
        )?;
        let value: OwnedValue = properties.call("Get", &(ITEM, name))?;
        T::try_from(value).map_err(|error| anyhow::anyhow!(error.into()))
    }

    /// Returns the icons that are registered, of whatever program.
    pub fn icons(&self) -> Result<Vec<String>> {
        let watcher = Proxy::new(&self.connection, WATCHER, "/StatusNotifierWatcher", WATCHER)?;
        let watched = Proxy::new(
            &self.connection,
            WATCHER,
            "/StatusNotifierWatcher",
            "org.freedesktop.DBus.Properties",
        )?;
        let items: OwnedValue = watched.call(
            "Get",
            &(
                watcher.interface().as_str(),
                "RegisteredStatusNotifierItems",
            ),
        )?;
        Ok(Vec::<String>::try_from(items)?)
    }

    fn place(&self) -> Result<(String, String)> {
        let items = self.icons()?;
        let item = items.last().context("no icon is registered")?;
        let at = item.find('/').unwrap_or(item.len());
        let path = if at == item.len() {
            "/StatusNotifierItem"
        } else {
            &item[at..]
        };
        Ok((item[..at].to_owned(), path.to_owned()))
    }
}

/// An entry of the menu.
#[derive(Debug)]
struct Entry {
    id: i32,
    label: String,
    /// Neither a line nor grey.
    can_be_chosen: bool,
    children: Vec<Entry>,
}

type Properties = HashMap<String, OwnedValue>;
type Layout = (i32, Properties, Vec<OwnedValue>);

fn entries(menu: &Proxy<'_>) -> Result<Vec<Entry>> {
    let (_, root): (u32, Layout) =
        menu.call("GetLayout", &(0_i32, -1_i32, Vec::<String>::new()))?;
    root.2.into_iter().map(entry).collect()
}

fn entry(child: OwnedValue) -> Result<Entry> {
    let (id, properties, children) = Layout::try_from(Structure::try_from(child)?)?;
    let label = properties.get("label").cloned().map(String::try_from);
    let is_grey = properties.get("enabled").cloned().map(bool::try_from) == Some(Ok(false));
    Ok(Entry {
        id,
        can_be_chosen: label.is_some() && !is_grey,
        label: label.transpose()?.unwrap_or_default(),
        children: children.into_iter().map(entry).collect::<Result<_>>()?,
    })
}

fn find(entries: &[Entry], label: &str) -> Option<i32> {
    entries.iter().find_map(|entry| {
        if entry.label == label {
            Some(entry.id)
        } else {
            find(&entry.children, label)
        }
    })
}
