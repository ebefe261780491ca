//! The icon and its menu, as the panel asks for them.

use std::sync::Arc;

use campanile_client::{
    act::Action,
    message::Message,
    view::{MenuItem, Mood, TrayView, Window},
};
use ksni::{
    Category, Icon, OfflineReason, Status, ToolTip,
    menu::{CheckmarkItem, RadioGroup, RadioItem, StandardItem, SubMenu},
};
use tokio::sync::{mpsc, watch};

use super::host::Host;
use crate::tray::{
    NAME,
    picture::{self, SIZES, Style},
};

/// What a choice among several does.
type Select = Box<dyn Fn(&mut Item, usize) + Send>;

/// What stands in the tray.
pub struct Item {
    view: Arc<TrayView>,
    pictures: Vec<Icon>,
    events: mpsc::Sender<Message>,
    hosts: watch::Sender<Host>,
}

impl Item {
    pub(super) fn new(
        view: Arc<TrayView>,
        events: mpsc::Sender<Message>,
        hosts: watch::Sender<Host>,
    ) -> Self {
        let pictures = pictures(&view);
        Self {
            view,
            pictures,
            events,
            hosts,
        }
    }

    /// Takes another view.
    pub(super) fn show(&mut self, view: Arc<TrayView>) {
        if (view.mood, view.badge) != (self.view.mood, self.view.badge) {
            self.pictures = pictures(&view);
        }
        self.view = view;
    }

    /// Passes on what a person clicked. It runs on the icon's own thread, which may wait for the desk.
    ///
    /// A panel sends the activation token ahead of the click; one that came after it would not be heard before this ends.
    fn act(&self, action: Action) {
        let activation = ksni::current_xdg_activation_token();
        let _ = self
            .events
            .blocking_send(Message::Clicked { action, activation });
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        NAME.to_lowercase()
    }

    fn title(&self) -> String {
        NAME.to_owned()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn status(&self) -> Status {
        match self.view.mood {
            Mood::Urgent | Mood::Attention => Status::NeedsAttention,
            Mood::Calm | Mood::Quiet | Mood::Offline => Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        self.pictures.clone()
    }

    /// Panels read every property at each change, and a picture is the dearest of them: it is told twice only where it
    /// is asked for by name.
    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        match self.status() {
            Status::NeedsAttention => self.pictures.clone(),
            _ => Vec::new(),
        }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: self.view.tooltip.clone(),
            ..ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        menu(&self.view.menu)
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.act(Action::Show {
            window: Window::Bell,
            kind: None,
        });
    }

    fn watcher_online(&self) {
        self.hosts.send_replace(Host::Here);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.hosts.send_replace(Host::Gone);
        // The icon goes on waiting: panels restart.
        true
    }
}

fn menu(items: &[MenuItem]) -> Vec<ksni::MenuItem<Item>> {
    items
        .chunk_by(|one, next| is_ticked(one) && is_ticked(next))
        .flat_map(entries)
        .collect()
}

fn is_ticked(item: &MenuItem) -> bool {
    matches!(
        item,
        MenuItem::Do {
            checked: Some(_),
            ..
        }
    )
}

/// Returns the entries of one item, or of several that stand for one choice: where exactly one is ticked, they are drawn
/// as such.
fn entries(items: &[MenuItem]) -> Vec<ksni::MenuItem<Item>> {
    let ticked = |item: &MenuItem| {
        matches!(
            item,
            MenuItem::Do {
                checked: Some(true),
                ..
            }
        )
    };
    match items.iter().position(ticked) {
        Some(selected) if items.len() > 1 && !items.iter().skip(selected + 1).any(ticked) => {
            vec![choice(items, selected)]
        }
        _ => items.iter().map(entry).collect(),
    }
}

fn choice(items: &[MenuItem], selected: usize) -> ksni::MenuItem<Item> {
    let (options, actions): (Vec<_>, Vec<_>) = items
        .iter()
        .filter_map(|item| match item {
            MenuItem::Do { label, action, .. } => Some((
                RadioItem {
                    label: plain(label),
                    enabled: action.is_some(),
                    ..Default::default()
                },
                action.clone(),
            )),
            MenuItem::Sub { .. } | MenuItem::Line => None,
        })
        .unzip();
    let select: Select = Box::new(move |item, chosen| {
        if let Some(Some(action)) = actions.get(chosen) {
            item.act(action.clone());
        }
    });
    RadioGroup {
        selected,
        select,
        options,
    }
    .into()
}

fn entry(item: &MenuItem) -> ksni::MenuItem<Item> {
    match item {
        MenuItem::Do {
            label,
            action,
            checked,
        } => {
            let (label, enabled) = (plain(label), action.is_some());
            let action = action.clone();
            let activate: Box<dyn Fn(&mut Item) + Send> = Box::new(move |item| {
                if let Some(action) = action.clone() {
                    item.act(action);
                }
            });
            match *checked {
                Some(checked) => CheckmarkItem {
                    label,
                    enabled,
                    checked,
                    activate,
                    ..Default::default()
                }
                .into(),
                None => StandardItem {
                    label,
                    enabled,
                    activate,
                    ..Default::default()
                }
                .into(),
            }
        }
        MenuItem::Sub { label, items } => SubMenu {
            label: plain(label),
            submenu: menu(items),
            ..Default::default()
        }
        .into(),
        MenuItem::Line => ksni::MenuItem::Separator,
    }
}

/// Menus read an underscore as the mark of an access key, unless there are two.
fn plain(label: &str) -> String {
    label.replace('_', "__")
}

fn pictures(view: &TrayView) -> Vec<Icon> {
    SIZES
        .iter()
        .filter_map(|size| picture::draw(view.mood, view.badge, *size, Style::Color))
        .map(|picture| Icon {
            width: picture.size.cast_signed(),
            height: picture.size.cast_signed(),
            data: argb(picture.rgba),
        })
        .collect()
}

/// Puts the opacity first, as the panels read it.
fn argb(mut rgba: Vec<u8>) -> Vec<u8> {
    for pixel in rgba.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    rgba
}

#[cfg(test)]
mod tests;
