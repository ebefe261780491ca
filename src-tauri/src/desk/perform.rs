//! Performs what the session asks for: the one place that knows every adapter.

use std::sync::Arc;

use campanile_client::{
    effect::{Effect, Kept},
    message::Message,
    sync::Command,
    view::Part,
};

use super::{follow::Follow, resident::Resident, settings, zones};
use crate::{autostart, idle, opener, sound};

impl Resident {
    /// Performs one effect. Only what is to be kept is waited for: whatever is told after it is in the store.
    pub(super) async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Keep(kept) => self.keep(*kept).await,
            Effect::Toast(toast) => self.toast.show(*toast),
            Effect::Withdraw(key) => self.toast.withdraw(key),
            Effect::Play(play) => self.sound.play(play),
            Effect::Hush(notice) => self.sound.hush(notice),
            Effect::Tray(view) => self.to_draw.tray = Some(view),
            Effect::Redraw => self.to_draw.windows = true,
            Effect::Wake(at) => self.alarm.set(at),
            Effect::Push(changes) => self.tell_server(Command::Push(changes)),
            Effect::Resync => self.tell_server(Command::Resync),
            Effect::LookForInput => {
                let events = self.events.clone();
                tokio::spawn(async move {
                    let idle_ms = idle::since_input()
                        .await
                        .map(|idle| i64::try_from(idle.as_millis()).unwrap_or(i64::MAX));
                    events.send(Message::Input { idle_ms }).await
                });
            }
            Effect::AskVerdict(id) => self.tell_server(Command::Verdict(id)),
            Effect::Reconnect => self.tell_server(Command::Reconnect),
            Effect::Follow(following) => {
                // The old one ends before the new one starts: two would be told everything twice.
                self.follow = None;
                self.cursor = following
                    .as_ref()
                    .and_then(|following| following.cursor.clone());
                let session_only = self
                    .signed_in
                    .as_ref()
                    .is_some_and(|signed_in| signed_in.account.session_only);
                self.follow = following.map(|following| {
                    Follow::start(
                        following,
                        session_only,
                        self.secrets.clone(),
                        self.events.clone(),
                    )
                });
            }
            Effect::Open { url, activation } => {
                if let Err(error) = opener::open(&url, activation.as_deref()) {
                    tracing::error!(%error, "a link was not opened");
                    self.tell(Message::NotOpened);
                }
            }
            Effect::OpenWindow { window, activation } => self.windows.open(window, activation),
            Effect::Pair(link) => self.pair(link),
            Effect::SignIn(account) => self.sign_in(*account).await,
            Effect::SignOut { account, pending } => self.sign_out(*account, pending).await,
            Effect::KeepDesk(chosen) => {
                if let Err(error) = settings::keep(&self.places, &chosen) {
                    tracing::error!(%error, "what was chosen for this desk cannot be kept");
                }
            }
            Effect::Prune(at) => self.prune(at),
            Effect::Recall(ids) => self.recall(ids),
            Effect::RemoveMelody(melody) => {
                let folder = self.places.sounds();
                tokio::task::spawn_blocking(move || {
                    if let Err(error) = sound::remove(&folder, &melody) {
                        tracing::error!(%error, "an own melody was not deleted");
                    }
                });
            }
            Effect::Autostart(on) => {
                if let Err(error) = autostart::set(on) {
                    tracing::error!(%error, "the start at login cannot be changed");
                    self.tell(Message::Part(
                        Part::Autostart,
                        Part::Autostart.fails("unwritable"),
                    ));
                } else {
                    self.check(Part::Autostart);
                }
            }
            Effect::Check(part) => self.check(part),
            Effect::Quit => self.is_ending = true,
        }
    }

    /// Looks how one part of the desk is; the answer comes as [`Message::Part`].
    pub(super) fn check(&mut self, part: Part) {
        match part {
            Part::Server => self.tell_server(Command::Reconnect),
            Part::Tray => self.tray.check(),
            Part::Toast => self.toast.check(),
            Part::Sound => self.sound.check(),
            Part::Keyring => self.secrets.check(true),
            Part::Store => {
                if let Some(signed_in) = &self.signed_in {
                    let store = Arc::clone(&signed_in.store);
                    // How that went is heard by the store's own word.
                    tokio::spawn(async move { store.retry().await });
                }
            }
            Part::Clock => self.tell_server(Command::Measure),
            Part::Zones => {
                let events = self.events.clone();
                tokio::spawn(async move {
                    if let Ok(rules) = tokio::task::spawn_blocking(zones::rules).await {
                        // A desk that is gone needs no rules.
                        let _ = events.send(Message::Zones(Arc::new(rules))).await;
                    }
                });
            }
            Part::Autostart => self.tell(Message::Part(Part::Autostart, autostart::state())),
            Part::SystemQuiet => {
                let events = self.events.clone();
                tokio::spawn(async move {
                    events
                        .send(Message::Part(Part::SystemQuiet, idle::system_quiet().await))
                        .await
                });
            }
        }
    }

    async fn keep(&mut self, kept: Kept) {
        let cursor = kept.cursor.clone();
        if let Some(signed_in) = &self.signed_in {
            // A failure is told by the store's own word; what was not written waits in memory there.
            let _ = signed_in.store.keep(kept).await;
        }
        if let Some(cursor) = cursor {
            self.cursor = Some(cursor.clone());
            self.tell_server(Command::Kept(cursor));
        }
    }

    fn recall(&self, ids: Vec<campanile_core::ids::EventId>) {
        let Some(signed_in) = &self.signed_in else {
            return;
        };
        let (store, events) = (Arc::clone(&signed_in.store), self.events.clone());
        let account = signed_in.account.id.clone();
        tokio::spawn(async move {
            let items = store.items(ids.clone()).await.unwrap_or_default();
            let message = Box::new(Message::Recalled { asked: ids, items });
            events.send(Message::From { account, message }).await
        });
    }

    /// Looks which own melodies are here; they come as [`Message::OwnMelodies`], before the future ends.
    pub(super) fn list_melodies(&self) -> impl Future<Output = ()> + use<> {
        let (folder, events) = (self.places.sounds(), self.events.clone());
        async move {
            let listed = tokio::task::spawn_blocking(move || sound::list(&folder)).await;
            match listed {
                // A desk that is gone needs no news.
                Ok(Ok(all)) => drop(events.send(Message::OwnMelodies(all)).await),
                Ok(Err(error)) => tracing::warn!(%error, "the own melodies cannot be listed"),
                Err(error) => tracing::warn!(%error, "the own melodies were not listed"),
            }
        }
    }

    fn tell_server(&self, command: Command) {
        if let Some(follow) = &self.follow {
            follow.tell(command);
        }
    }
}
