//! The tray: its picture, its tooltip and its menu, as a value.

use crate::act::Action;

/// The tray as it is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct TrayView {
    /// The picture.
    pub mood: Mood,
    /// The number drawn into it.
    pub badge: Badge,
    /// The tooltip: "Campanile: 3 unread, quiet until 08:00".
    pub tooltip: String,
    /// The menu, which alone is enough to use the app.
    pub menu: Vec<MenuItem>,
}

impl TrayView {
    /// Returns the menu as text: a line for each entry, a menu of its own indented, what cannot be clicked in brackets.
    #[must_use]
    pub fn menu_text(&self) -> String {
        let mut text = String::new();
        write(&self.menu, 0, &mut text);
        text
    }
}

fn write(items: &[MenuItem], depth: usize, text: &mut String) {
    for item in items {
        text.push_str(&"  ".repeat(depth));
        match item {
            MenuItem::Do {
                label,
                action,
                checked,
            } => {
                let tick = if *checked == Some(true) { "* " } else { "" };
                let (open, close) = if action.is_some() {
                    ("", "")
                } else {
                    ("[", "]")
                };
                text.extend([tick, open, label, close, "\n"]);
            }
            MenuItem::Sub { label, items } => {
                text.extend([label, " >\n"]);
                write(items, depth + 1, text);
            }
            MenuItem::Line => text.push_str("--\n"),
        }
    }
}

/// The state that the picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mood {
    /// All is read, or a number stands in it.
    Calm,
    /// Something urgent is unread: own colour and shape.
    Urgent,
    /// Quiet: a moon.
    Quiet,
    /// No link: struck through.
    Offline,
    /// Somebody must do something: an exclamation mark. Signed out, no account, a full disk.
    Attention,
}

/// The number in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Badge {
    /// Nothing unread.
    None,
    /// 1 to 9.
    Digit(u8),
    /// More than 9: "9+".
    Many,
}

impl Badge {
    /// Returns the badge for so many unread rows.
    #[must_use]
    pub fn of(unread: usize) -> Self {
        match u8::try_from(unread) {
            Ok(0) => Self::None,
            Ok(n @ 1..=9) => Self::Digit(n),
            _ => Self::Many,
        }
    }
}

/// An entry of the tray's menu.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuItem {
    /// Something to click.
    Do {
        /// The words.
        label: String,
        /// What a click does; none greys it out.
        action: Option<Action>,
        /// Whether it is ticked, for a choice among several.
        checked: Option<bool>,
    },
    /// A menu of its own.
    Sub {
        /// The words.
        label: String,
        /// Its entries.
        items: Vec<MenuItem>,
    },
    /// A line between.
    Line,
}
