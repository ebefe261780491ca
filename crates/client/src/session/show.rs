//! Toasts: a few singly, the rest as "N more", and one summary for what nobody was told of (R7).

use std::{cmp::Reverse, collections::BTreeMap};

use campanile_core::{
    catalogue::{Kind, UNKNOWN_MELODY},
    channel::Channel,
    event::Notice,
    ids::EventId,
    preferences::ToastShows,
    time::Timestamp,
};

use super::{
    Session,
    announce::Turn,
    sounds::REPEAT_MS,
    toasts::{GROW_MS, MOST, Single, Sum},
};
use crate::{
    effect::{Button, Effect, Play, Press, Toast, ToastKey},
    view::Part,
    words::{Fate, args},
};

/// How many kinds a sum names.
const KINDS_NAMED: usize = 3;

impl Session {
    /// Shows notices: the most important ones singly as far as there is room, the others as "N more".
    pub(super) fn show(&mut self, mut turns: Vec<Turn<'_>>, now: Timestamp) {
        turns.sort_by_key(|turn| Reverse(turn.importance));
        let standing = self
            .of
            .toasts
            .single
            .iter()
            .filter(|single| single.stands(now))
            .count();
        let room = self.of.settings.toast.most.saturating_sub(standing);
        let rest = turns.split_off(room.min(turns.len()));
        for turn in turns {
            self.show_single(turn.notice, now);
        }
        if !rest.is_empty() {
            let ids: Vec<_> = rest.iter().map(|turn| turn.notice.id).collect();
            self.fold(ids, now);
        }
    }

    fn show_single(&mut self, notice: &Notice, now: Timestamp) {
        let settings = &self.of.settings.toast;
        let repeats_left = settings.repeats;
        let single = Single {
            id: notice.id,
            ends_at: self.toast_end(now),
            closed: false,
            confirmed: false,
            repeats_left,
            repeat_at: (repeats_left > 0).then(|| now.plus_ms(REPEAT_MS)),
        };
        let toasts = &mut self.of.toasts;
        toasts.single.retain(|other| other.id != notice.id);
        if toasts.single.len() == MOST {
            toasts.single.pop_front();
        }
        toasts.single.push_back(single);
        let toast = self.toast_of(notice);
        self.out.push(Effect::Toast(Box::new(toast)));
    }

    /// Returns a notice as a toast; it shows no more than the agent allows (R7).
    fn toast_of(&self, notice: &Notice) -> Toast {
        let (title, body) = match self.of.settings.toast.shows {
            ToastShows::Nothing => (self.words.say("notice-hidden"), String::new()),
            ToastShows::Name => self.words.outline(notice),
            ToastShows::Text => {
                let parts = [self.words.about(notice), self.words.text(notice)];
                let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                (self.words.title(notice), parts.join("\n"))
            }
        };
        let open = notice.target().map(|_| (Press::Open, "toast-open"));
        let buttons = open
            .into_iter()
            .chain([(Press::Read, "toast-read"), (Press::Snooze, "toast-snooze")]);
        Toast {
            key: ToastKey::Notice(notice.id),
            title,
            body,
            buttons: buttons
                .map(|(press, label)| Button {
                    press,
                    label: self.words.say(label),
                })
                .collect(),
            urgent: Kind::find(notice.kind.as_str()).is_some_and(|kind| kind.urgent),
            duration_ms: self.toast_duration_ms(),
        }
    }

    /// Returns how long a toast stays; none for until it is dismissed.
    fn toast_duration_ms(&self) -> Option<u32> {
        u32::try_from(self.of.settings.toast.duration_ms)
            .ok()
            .filter(|ms| *ms > 0)
    }

    fn toast_end(&self, now: Timestamp) -> Option<Timestamp> {
        let duration_ms = self.toast_duration_ms()?;
        Some(now.plus_ms(duration_ms.into()))
    }

    fn fold(&mut self, ids: Vec<EventId>, now: Timestamp) {
        for id in &ids {
            self.of.rulings.tell(*id, Fate::Folded);
        }
        let standing = self.of.toasts.more.take().filter(|more| more.stands(now));
        let fresh = standing.is_none();
        let mut more = standing.unwrap_or_else(|| Sum::new(now));
        more.unconfirmed.extend(&ids);
        more.ids.extend(ids);
        more.stale = true;
        let grows = !fresh && now.since_ms(more.drawn_at) < GROW_MS;
        self.of.toasts.more = Some(more);
        if !grows {
            self.draw_more(now);
        }
    }

    fn draw_more(&mut self, now: Timestamp) {
        let ends_at = self.toast_end(now);
        let Some(more) = &mut self.of.toasts.more else {
            return;
        };
        more.stale = false;
        more.drawn_at = now;
        more.ends_at = ends_at;
        let count = more.count();
        let body = self.kinds_of(self.of.toasts.more.as_ref());
        self.show_sum(
            ToastKey::More(self.of.toasts.sitting),
            "toast-more",
            count,
            body,
        );
    }

    /// Shows one toast for many notices. While the one before it stands, it stands for all of them.
    pub(super) fn show_summary(
        &mut self,
        ids: Vec<EventId>,
        beyond: u32,
        quiet: bool,
        now: Timestamp,
    ) {
        let standing = self.of.toasts.summary.take().filter(|sum| sum.stands(now));
        let mut sum = standing.unwrap_or_else(|| Sum::new(now));
        sum.unconfirmed.extend(&ids);
        sum.ids.extend(ids);
        sum.beyond += beyond;
        sum.drawn_at = now;
        sum.ends_at = self.toast_end(now);
        let count = sum.count();
        self.of.toasts.summary = Some(sum);
        let body = self.kinds_of(self.of.toasts.summary.as_ref());
        let title = if quiet {
            "toast-summary-quiet"
        } else {
            "toast-summary-away"
        };
        self.show_sum(
            ToastKey::Summary(self.of.toasts.sitting),
            title,
            count,
            body,
        );
    }

    fn show_sum(&mut self, key: ToastKey, title: &str, count: usize, body: String) {
        let toast = Toast {
            key,
            title: self.words.say_with(title, &args([("count", count.into())])),
            body,
            buttons: vec![Button {
                press: Press::Open,
                label: self.words.say("toast-open"),
            }],
            urgent: false,
            duration_ms: self.toast_duration_ms(),
        };
        self.out.push(Effect::Toast(Box::new(toast)));
    }

    /// Returns which kinds a sum is made of, the most frequent first.
    fn kinds_of(&self, sum: Option<&Sum>) -> String {
        if self.of.settings.toast.shows == ToastShows::Nothing {
            return String::new();
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for id in sum.iter().flat_map(|sum| &sum.ids) {
            if let Some(item) = self.of.inbox.item(*id) {
                *counts.entry(self.of.inbox.kind(item)).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        // Those that were only counted are of kinds that nobody remembers.
        let is_more = counts.len() > KINDS_NAMED || sum.is_some_and(|sum| sum.beyond > 0);
        let unnamed = is_more.then(|| "…".to_owned());
        let named = counts.into_iter().take(KINDS_NAMED).map(|(kind, count)| {
            let named = args([
                ("kind", self.words.kind(kind).into()),
                ("count", count.into()),
            ]);
            self.words.say_with("toast-summary-kind", &named)
        });
        named.chain(unnamed).collect::<Vec<_>>().join(", ")
    }

    /// Draws again what its time has come for.
    pub(super) fn show_due(&mut self, now: Timestamp) {
        let more = self.of.toasts.more.as_ref();
        if more.is_some_and(|more| more.stale && now.since_ms(more.drawn_at) >= GROW_MS) {
            self.draw_more(now);
        }
        let due = |single: &Single| single.repeat_at.is_some_and(|at| at <= now);
        let repeats: Vec<_> = self
            .of
            .toasts
            .single
            .iter()
            .filter(|single| due(single))
            .map(|s| s.id)
            .collect();
        for id in repeats {
            self.show_again(id, now);
        }
    }

    fn show_again(&mut self, id: EventId, now: Timestamp) {
        let ends_at = self.toast_end(now);
        let notice = self.still_told(id, Channel::Toast, now).cloned();
        let Some(single) = self.of.toasts.find(id) else {
            return;
        };
        single.repeat_at = None;
        let Some(notice) = notice else { return };
        single.repeats_left = single.repeats_left.saturating_sub(1);
        single.repeat_at = (single.repeats_left > 0).then(|| now.plus_ms(REPEAT_MS));
        single.ends_at = ends_at;
        single.closed = false;
        let toast = self.toast_of(&notice);
        self.out.push(Effect::Toast(Box::new(toast)));
    }

    /// Takes everything back that would still tell of a notice: it was read, removed or put off, here or elsewhere (R6).
    pub(super) fn withdraw(&mut self, id: EventId) {
        let (gone, mut unconfirmed) = self.of.toasts.forget(id);
        self.out.extend(gone.into_iter().map(Effect::Withdraw));
        if self.of.sounds.forget(id) {
            self.out.push(Effect::Hush(id));
        }
        unconfirmed |= self.of.held.forget(id);
        unconfirmed |= self.of.away.forget(id);
        unconfirmed |= self.of.elsewhere.forget(id);
        if unconfirmed {
            self.kept.toasted.push(id);
        }
    }

    /// Takes everything back.
    pub(super) fn withdraw_all(&mut self) {
        self.out
            .extend(self.of.toasts.keys().into_iter().map(Effect::Withdraw));
        self.out.extend(self.of.sounds.rung().map(Effect::Hush));
    }

    pub(super) fn toast_shown(&mut self, key: &ToastKey) {
        let toasts = &mut self.of.toasts;
        match key {
            ToastKey::Notice(id) => {
                if let Some(single) = toasts.find(*id)
                    && !std::mem::replace(&mut single.confirmed, true)
                {
                    self.kept.toasted.push(*id);
                }
            }
            many => {
                if let Some(Some(sum)) = toasts.sum(many) {
                    self.kept.toasted.append(&mut sum.unconfirmed);
                }
            }
        }
    }

    /// What could not be shown waits until toasts work again.
    pub(super) fn toast_failed(&mut self, key: &ToastKey) {
        let toasts = &mut self.of.toasts;
        let untold: Vec<EventId> = match key {
            ToastKey::Notice(id) => {
                let of_this_account = toasts.find(*id).map(|single| single.id);
                toasts.single.retain(|single| single.id != *id);
                of_this_account.into_iter().collect()
            }
            many => {
                let sum = toasts.sum(many).and_then(Option::take);
                sum.into_iter().flat_map(|sum| sum.ids).collect()
            }
        };
        for id in untold {
            self.of.away.wait(id, None);
        }
    }

    /// Shows what is the matter with a part, and what cures it: with no window open nobody would see it.
    pub(super) fn tell_of_part(&mut self, part: Part, code: &str) {
        let part = part.id();
        self.show_own(
            part,
            self.words.say(&format!("health-{part}")),
            self.words.say(&format!("part-{part}-{code}")),
        );
    }

    fn show_own(&mut self, key: &'static str, title: String, body: String) {
        let toast = Toast {
            key: ToastKey::App(key),
            title,
            body,
            buttons: Vec::new(),
            urgent: false,
            duration_ms: self.toast_duration_ms(),
        };
        self.out.push(Effect::Toast(Box::new(toast)));
    }

    /// Shows a toast and plays a melody, to see and hear that both work.
    pub(super) fn test(&mut self) {
        let words = &self.words;
        self.show_own(
            "test",
            words.say("toast-test"),
            words.say("toast-test-text"),
        );
        let play = Play {
            notice: None,
            melody: "carillon".into(),
            instead: UNKNOWN_MELODY.into(),
            volume: self.of.settings.sound.volume,
        };
        self.out.push(Effect::Play(play));
    }
}
