//! Which windows are open, and where one is to be opened.

use campanile_core::catalogue::Kind;

use super::Session;
use crate::{
    effect::Effect,
    view::{KindAt, Window},
};

impl Session {
    /// Opens a window, the preferences at a row of theirs.
    pub(super) fn show_window(
        &mut self,
        window: Window,
        kind: Option<String>,
        activation: Option<String>,
    ) {
        let kind = kind.filter(|kind| Kind::find(kind).is_some_and(|kind| self.may_see(kind)));
        if window == Window::Preferences {
            self.turns = self.turns.wrapping_add(1);
            self.at_kind = kind.map(|kind| KindAt {
                kind,
                turn: self.turns,
            });
        }
        self.out.push(Effect::OpenWindow { window, activation });
    }

    pub(super) fn windows_are(&mut self, windows: Vec<Window>) {
        let were_open = self.windows.contains(&Window::Preferences);
        if were_open && !windows.contains(&Window::Preferences) {
            self.at_kind = None;
        }
        if windows.is_empty() {
            self.of.ask = None;
            self.problem = None;
        }
        self.windows = windows;
    }
}
