//! The session: what the desk knows and decides. Messages in, effects out; pure, with time as an argument.
//!
//! Nothing here waits, reads a clock or fails. [`Session::update`] takes one message and says what is to be done;
//! the views are drawn from the same state when somebody looks.

mod account;
mod announce;
mod bell;
mod choices;
mod clocks;
mod common;
mod deeds;
mod elsewhere;
mod heard;
mod ids;
mod links;
mod marks;
mod melodies;
mod open;
mod outlets;
mod preferences;
mod pushes;
mod quiet;
mod refill;
mod show;
mod sounds;
mod texts;
mod toasts;
mod tray;
mod verify;
mod waiting;
mod wake;
mod why;
mod windows;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;

use campanile_core::{
    change::{Scopes, Seq},
    ids::{Epoch, EventId, SourceId},
    inbox::{Inbox, Marked},
    policy::Policy,
    preferences::{Preferences, Settings},
    time::Timestamp,
    zone::{Rules, Zone},
};

use crate::{
    act::{Action, Availability},
    effect::{DeskSettings, Effect, Kept},
    message::{Account, Message},
    view::{AskView, KindAt, Part, PartState, Window},
    words::{Clock, Language, Words},
};

pub use common::PROBLEMS;
pub use ids::Ids;

use deeds::Deeds;
use elsewhere::Elsewhere;
use links::LinkState;
use open::Asked;
use outlets::Rulings;
use quiet::Stillness;
use refill::Refill;
use sounds::Sounds;
use texts::Texts;
use toasts::Toasts;
use tray::TrayKey;
use waiting::Waiting;
use why::Inquiry;

/// What the session must be told once.
#[derive(Debug)]
pub struct SessionConfig {
    /// The build of the desk, as windows compare it.
    pub build: String,
    /// The system's language, as a tag or as `LANG` spells it.
    pub system_language: String,
    /// The system's zone: the agent's, until quiet hours name another.
    pub system_zone: Zone,
    /// The rules of all zones.
    pub zones: Rules,
    /// Where the names of changes come from.
    pub ids: Ids,
    /// What was chosen for this desk.
    pub desk: DeskSettings,
}

/// The present moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// By the clock on the wall, which a person or a server may have set forward or back since.
    pub wall: Timestamp,
}

/// What one desk knows, decides and shows.
#[derive(Debug)]
pub struct Session {
    build: String,
    system_language: Language,
    system_zone: Zone,
    zones: Arc<Rules>,
    ids: Ids,
    desk: DeskSettings,
    words: Words,
    parts: BTreeMap<Part, PartState>,
    /// Of which parts a toast has told.
    told_parts: BTreeSet<Part>,
    windows: Vec<Window>,
    /// The row of the preferences that somebody asked for.
    at_kind: Option<KindAt>,
    /// How often such a row was asked for.
    turns: u32,
    /// The own melodies of this desk: what each file was called, by id.
    own: BTreeMap<String, String>,
    problem: Option<&'static str>,
    /// Whether a pairing link is being tried: its code is good once.
    pairing: bool,
    /// Grows with each change of the list.
    revision: u32,
    /// What the tray was last drawn from.
    drawn: Option<TrayKey>,
    /// When it was last looked at the clock.
    passed: Option<Timestamp>,
    /// The moment that was last asked for.
    woken_at: Option<Timestamp>,
    /// What this update has to keep, before anything else.
    kept: Kept,
    /// What else this update has to do.
    out: Vec<Effect>,
    /// Whether the windows would draw something else now.
    dirty: bool,
    /// Everything that is one account's, and nothing that is not.
    of: Belongings,
}

/// Everything that the desk knows of the account that is signed in; signing out leaves nothing of it (F42).
#[derive(Debug, Default)]
struct Belongings {
    account: Option<Account>,
    scopes: Option<Scopes>,
    policy: Policy,
    preferences: Preferences,
    settings: Settings,
    availability: Option<Availability>,
    focused_until: Option<Timestamp>,
    /// The conversation that is on screen until then.
    on_screen: Option<(SourceId, String)>,
    elsewhere: Elsewhere,
    inbox: Inbox,
    cursor: Option<String>,
    epoch: Option<Epoch>,
    /// Whether the present was asked for, and has not come yet: the log could have been continued.
    asked_for_present: bool,
    /// The last place of the log that was heard of.
    newest: Seq,
    /// Arrivals up to here were known at the start or by a snapshot: told again, they interrupt nobody. It is never beyond the
    /// end of the log, so that a place that was a lie silences nothing (S25).
    told_up_to: Seq,
    /// How many notices and entries could not be read since the present was last told.
    unreadable: u32,
    /// The day that it was when it was last looked.
    seen_day: Option<NaiveDate>,
    /// Whether there may be something that retention no longer covers.
    is_to_prune: bool,
    /// The latest moment at which anything was meant, so that a deed here is never older than what it answers.
    latest: Timestamp,
    texts: Texts,
    stillness: Stillness,
    link: LinkState,
    refill: Option<Refill>,
    deeds: Deeds,
    toasts: Toasts,
    rulings: Rulings,
    /// What is unread and urgent.
    urgent: HashSet<EventId>,
    sounds: Sounds,
    /// What a hold keeps back.
    held: Waiting,
    /// What came while nobody could be told: in a catch-up, before a crash, while toasts could not be shown.
    away: Waiting,
    /// What was asked of the store, and why.
    asked: HashMap<EventId, Asked>,
    /// What the server was asked about, and what it said.
    inquiry: Option<Inquiry>,
    /// What waits for a person to agree to a host.
    ask: Option<AskView>,
}

impl Session {
    /// Returns a session that knows nothing yet; [`Message::Loaded`] tells it.
    #[must_use]
    pub fn new(config: SessionConfig) -> Self {
        let system_language = Language::of(&config.system_language);
        let language = config
            .desk
            .language
            .as_deref()
            .map_or(system_language, Language::of);
        Self {
            build: config.build,
            system_language,
            system_zone: config.system_zone,
            zones: Arc::new(config.zones),
            ids: config.ids,
            desk: config.desk,
            words: Words::new(language),
            // The sound device is not opened to see whether it is there; that is asked for on the health page.
            parts: BTreeMap::from([(Part::Sound, PartState::Unknown)]),
            told_parts: BTreeSet::new(),
            windows: Vec::new(),
            at_kind: None,
            turns: 0,
            own: BTreeMap::new(),
            problem: None,
            pairing: false,
            revision: 0,
            drawn: None,
            passed: None,
            woken_at: None,
            kept: Kept::default(),
            out: Vec::new(),
            dirty: false,
            of: Belongings::default(),
        }
    }

    /// Takes one message at `now`, and returns what is to be done, in that order. What has to be kept comes first.
    pub fn update(&mut self, message: Message, now: &Now) -> Vec<Effect> {
        let now = now.wall;
        self.pass(now);
        self.take(message, now);
        self.bring_back(now);
        self.see_quiet(now);
        self.settle_waiting(now);
        self.look_for_input(now);
        self.push(now);
        self.finish(now)
    }

    fn take(&mut self, message: Message, now: Timestamp) {
        match message {
            Message::Loaded(loaded) => self.load(*loaded, now),
            Message::StoreFailed(fault) => self.store_failed(fault),
            Message::StoreRecovered => self.set_part(
                Part::Store,
                PartState::Works {
                    detail: String::new(),
                },
            ),
            Message::StoreRebuilt => self.store_rebuilt(),
            Message::Recalled { asked, items } => self.recalled(&asked, &items, now),
            Message::From { account, message } => {
                if self
                    .of
                    .account
                    .as_ref()
                    .is_some_and(|present| present.id == account)
                {
                    self.take(*message, now);
                }
            }
            Message::Link(link) => self.linked(link, now),
            Message::Heard {
                entries,
                cursor,
                catching_up,
                more,
            } => {
                self.heard(entries, cursor, catching_up, now);
                self.of.away.page_came(more, now);
            }
            Message::Snapshot(page) => self.refill(*page, now),
            Message::Unreadable { count } => self.passed_over(count),
            Message::Presence(presence) => self.present(presence),
            Message::Verdict { id, told } => self.verdict_came(id, told),
            Message::Settled(answers) => self.settled(answers, now),
            Message::Act(action) => self.act(action, None, now),
            Message::Clicked { action, activation } => self.act(action, activation, now),
            Message::Pressed {
                key,
                press,
                activation,
            } => self.pressed(key, press, activation, now),
            Message::ToastShown(key) => self.toast_shown(&key),
            Message::ToastFailed(key) => self.toast_failed(&key),
            Message::ToastClosed { key, dismissed } => self.of.toasts.closed(&key, dismissed),
            Message::Windows(windows) => self.windows_are(windows),
            // What became due was done before the message was looked at.
            Message::Woke => {}
            Message::Resumed => self.out.push(Effect::Reconnect),
            Message::NotOpened => self.not_opened(),
            Message::Paired(paired) => self.paired(paired),
            Message::Part(part, state) => self.part_is(part, state, now),
            Message::Measured { offset_ms } => self.measured(offset_ms, now),
            Message::Input { idle_ms } => self.input(idle_ms, now),
            Message::Zones(rules) => self.zones_are(rules),
            Message::OwnMelodies(all) => self.own_melodies_are(all),
        }
    }

    fn act(&mut self, action: Action, activation: Option<String>, now: Timestamp) {
        self.problem = None;
        self.dirty = true;
        match action {
            Action::Open { id, agreed } => self.open(id, agreed, activation, now),
            Action::Read { what } => self.read(&what, now),
            Action::Unread { what } => self.unread(&what, now),
            Action::Snooze { what, until } => self.snooze(&what, until, now),
            Action::Remove { what } => self.remove(&what, now),
            Action::ReadAll { filter } => self.read_all(filter, now),
            Action::Undo => self.undo(now),
            Action::Prefer { cells } => self.choose(cells, now),
            Action::Quiet { how } => self.be_quiet(how, now),
            Action::Available { as_what } => self.be_available(as_what, now),
            Action::Preview { melody, volume } => self.preview(melody, volume),
            Action::RemoveMelody { melody } => self.remove_melody(&melody, now),
            Action::Why { id } => self.ask_why(id),
            Action::Test => self.test(),
            Action::Check { part } => self.out.push(Effect::Check(part)),
            Action::Pair { link } => self.pair(link),
            Action::OfferPair { link } => self.offer_pair(link),
            Action::SignOut => self.sign_out(),
            Action::Show { window, kind } => self.show_window(window, kind, activation),
            Action::Reconnect => self.out.push(Effect::Reconnect),
            Action::Language { language } => self.speak(language),
            Action::Theme { theme } => self.draw_in(theme),
            Action::Autostart { on } => self.out.push(Effect::Autostart(on)),
            Action::Quit => self.out.push(Effect::Quit),
        }
    }

    /// Hands out what has gathered, with the tray, the windows and the next moment where they are others.
    fn finish(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::with_capacity(self.out.len() + 4);
        let kept = std::mem::take(&mut self.kept);
        if !kept.is_empty() {
            effects.push(Effect::Keep(Box::new(kept)));
        }
        effects.append(&mut self.out);
        let tray = self.tray_key(now);
        if self.drawn.as_ref() != Some(&tray) {
            effects.push(Effect::Tray(Box::new(self.tray_view(&Now { wall: now }))));
            self.drawn = Some(tray);
            self.dirty = true;
        }
        if std::mem::take(&mut self.dirty) && !self.windows.is_empty() {
            effects.push(Effect::Redraw);
        }
        let next = self.next_moment(now);
        if let Some(at) = next
            && self.woken_at != next
        {
            effects.push(Effect::Wake(at));
            self.woken_at = next;
        }
        effects
    }

    fn clock(&self, now: Timestamp) -> Clock<'_> {
        Clock {
            now,
            zone: self.zone(),
            rules: &self.zones,
        }
    }

    /// Writes down a mark that is another.
    fn keep_mark(&mut self, id: EventId, marked: Marked) {
        self.kept.marks.push((id, marked));
    }

    fn list_changed(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.dirty = true;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_session_may_live_on_any_thread() {
        fn is_send<T: Send>() {}
        is_send::<super::Session>();
    }
}
