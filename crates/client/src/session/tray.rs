//! The tray, drawn from the session: its menu alone is enough to use the app.

use campanile_core::{quiet::Hold, time::Timestamp};
use chrono::NaiveDate;

use super::{Now, Session};
use crate::{
    act::{Action, Availability, QuietFor},
    view::{Badge, MenuItem, Mood, Part, PartState, TrayView, Window},
    words::{Language, args},
};
use campanile_core::{change::Filter, quiet::MuteFor};

/// Everything that the tray depends on: as long as it is the same, nothing is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct TrayKey {
    language: Language,
    mood: Mood,
    unread: usize,
    name: Option<String>,
    availability: Option<Availability>,
    hold: Option<Hold>,
    next_start: Option<Timestamp>,
    down_since: Option<Timestamp>,
    needs_a_person: bool,
    store_fails: bool,
    /// Times are told by the day.
    today: NaiveDate,
    /// The morning until which one can be quiet.
    morning: Option<Timestamp>,
}

impl Session {
    /// Returns what the tray depends on at `now`.
    pub(super) fn tray_key(&self, now: Timestamp) -> TrayKey {
        TrayKey {
            language: self.words.language(),
            mood: self.mood(),
            unread: self.badge(now),
            name: self
                .of
                .account
                .as_ref()
                .map(|_| self.agent_name().to_owned()),
            availability: self.of.availability,
            hold: self.of.stillness.hold().cloned(),
            next_start: self.of.stillness.next_start(),
            down_since: self.of.link.down_since(),
            needs_a_person: self.of.link.needs_a_person(),
            store_fails: self.store_fails(),
            today: self.today(now),
            morning: self.morning(now),
        }
    }

    /// Returns the tray.
    #[must_use]
    pub fn tray_view(&self, now: &Now) -> TrayView {
        let now = now.wall;
        let unread = self.badge(now);
        TrayView {
            mood: self.mood(),
            badge: Badge::of(unread),
            tooltip: self.tooltip(unread, now),
            menu: self.menu(unread, now),
        }
    }

    fn morning(&self, now: Timestamp) -> Option<Timestamp> {
        let mute = MuteFor::TomorrowMorning.from(now, self.zone(), &self.zones);
        mute.until
    }

    fn mood(&self) -> Mood {
        let link = &self.of.link;
        if self.of.account.is_none() || link.needs_a_person() || self.store_fails() {
            Mood::Attention
        } else if link.down_since().is_some() {
            Mood::Offline
        } else if !self.of.urgent.is_empty() {
            Mood::Urgent
        } else if self.of.stillness.hold().is_some() {
            Mood::Quiet
        } else {
            Mood::Calm
        }
    }

    fn store_fails(&self) -> bool {
        matches!(self.parts.get(&Part::Store), Some(PartState::Fails { .. }))
    }

    fn unread_words(&self, unread: usize) -> String {
        self.words
            .say_with("tray-unread", &args([("count", unread.into())]))
    }

    fn tooltip(&self, unread: usize, now: Timestamp) -> String {
        let words = &self.words;
        if self.of.account.is_none() {
            let state = words.say("tray-no-account");
            return words.say_with("tray-tooltip", &args([("unread", state.into())]));
        }
        let unread = self.unread_words(unread);
        match self.state_words(now) {
            None => words.say_with("tray-tooltip", &args([("unread", unread.into())])),
            Some(state) => words.say_with(
                "tray-tooltip-more",
                &args([("unread", unread.into()), ("state", state.into())]),
            ),
        }
    }

    /// Returns what is out of the ordinary, the most pressing first.
    fn state_words(&self, now: Timestamp) -> Option<String> {
        let (words, link, clock) = (&self.words, &self.of.link, self.clock(now));
        if link.is_signed_out() {
            return Some(words.say("tray-signed-out"));
        }
        if link.needs_a_person() {
            return Some(words.say("tray-too-old"));
        }
        if self.store_fails() {
            return Some(words.say("tray-store"));
        }
        if let Some(since) = link.down_since() {
            let since = words.time(since, &clock);
            return Some(words.say_with("tray-offline", &args([("since", since.into())])));
        }
        let hold = self.of.stillness.hold()?;
        Some(match hold.until {
            None => words.say("tray-quiet-open"),
            Some(until) => {
                let until = words.end(until, &clock);
                words.say_with("tray-quiet-until", &args([("until", until.into())]))
            }
        })
    }

    fn menu(&self, unread: usize, now: Timestamp) -> Vec<MenuItem> {
        let words = &self.words;
        let item = |id: &str, action| MenuItem::Do {
            label: words.say(id),
            action: Some(action),
            checked: None,
        };
        let bell = Action::Show {
            window: Window::Bell,
            kind: None,
        };
        let mut menu = Vec::new();
        if self.of.account.is_none() {
            menu.push(item("tray-sign-in", bell));
        } else {
            if self.of.link.is_signed_out() {
                menu.push(item("tray-sign-in-again", bell.clone()));
            }
            menu.push(MenuItem::Do {
                label: self.unread_words(unread),
                action: Some(bell),
                checked: None,
            });
            menu.push(self.agent_menu());
            menu.push(self.quiet_menu(now));
            let all = Action::ReadAll {
                filter: Filter::default(),
            };
            let label = words.say("tray-read-all");
            menu.push(MenuItem::Do {
                label,
                action: (unread > 0).then_some(all),
                checked: None,
            });
        }
        menu.push(MenuItem::Line);
        menu.push(item(
            "tray-preferences",
            Action::Show {
                window: Window::Preferences,
                kind: None,
            },
        ));
        menu.push(item("tray-test", Action::Test));
        menu.push(item("tray-quit", Action::Quit));
        menu
    }

    fn agent_menu(&self) -> MenuItem {
        let words = &self.words;
        let present = self.of.availability.unwrap_or(Availability::Available);
        let label = |availability: Availability| words.say(&format!("tray-{}", availability.id()));
        let items = Availability::ALL.iter().map(|availability| MenuItem::Do {
            label: label(*availability),
            action: Some(Action::Available {
                as_what: *availability,
            }),
            checked: Some(*availability == present),
        });
        let name = crate::words::plain(self.agent_name(), crate::words::TITLE_MOST);
        let agent = args([
            ("name", name.into()),
            ("availability", label(present).into()),
        ]);
        MenuItem::Sub {
            label: words.say_with("tray-agent", &agent),
            items: items.collect(),
        }
    }

    fn quiet_menu(&self, now: Timestamp) -> MenuItem {
        let (words, clock) = (&self.words, self.clock(now));
        let hold = self.of.stillness.hold();
        let label = match (hold.map(|hold| hold.until), self.of.stillness.next_start()) {
            (Some(None), _) => words.say("tray-hours-open"),
            (Some(Some(until)), _) => words.say_with(
                "tray-hours-until",
                &args([("until", words.end(until, &clock).into())]),
            ),
            (None, Some(start)) => words.say_with(
                "tray-hours-from",
                &args([("start", words.end(start, &clock).into())]),
            ),
            (None, None) => words.say("tray-hours-off"),
        };
        let item = |label, how| MenuItem::Do {
            label,
            action: Some(Action::Quiet { how }),
            checked: None,
        };
        let morning = self
            .morning(now)
            .map(|at| words.time(at, &clock))
            .unwrap_or_default();
        let until_morning =
            words.say_with("tray-until-morning", &args([("until", morning.into())]));
        let off = MenuItem::Do {
            label: words.say("tray-off"),
            action: hold.map(|_| Action::Quiet { how: QuietFor::Off }),
            checked: None,
        };
        let items = vec![
            item(words.say("tray-half-an-hour"), QuietFor::HalfAnHour),
            item(words.say("tray-an-hour"), QuietFor::AnHour),
            item(until_morning, QuietFor::UntilMorning),
            item(words.say("tray-until-i-say"), QuietFor::UntilISay),
            off,
        ];
        MenuItem::Sub { label, items }
    }
}
