//! The preferences, drawn from the session: what holds, what it inherits, and who locked it.

use campanile_core::{
    catalogue::{Group, KINDS, Kind, Role},
    channel::Channel,
    decide,
    policy::Lock,
    preferences::{ANY_KIND, Facet, FocusSilences, Scope, ToastShows},
    quiet::HeldEmail,
    time::{DAY_MS, Timestamp},
};
use serde_json::Value;

use super::{Now, Session};
use crate::{
    view::{
        CellView, ChannelView, GroupView, KindView, Part, PartState, PlaceView, PreferencesView,
        QuietHoursView, WindowView,
    },
    words::args,
};

/// How far ahead a change of the clocks is told.
const CLOCKS_MS: i64 = 183 * DAY_MS;

impl Session {
    /// Returns the preferences window for one scope.
    #[must_use]
    pub fn preferences_view(&self, scope: &Scope, now: &Now) -> PreferencesView {
        let scopes = match scope {
            Scope::Everything => vec![Scope::Everything],
            scope => vec![scope.clone(), Scope::Everything],
        };
        let channels: Vec<Channel> = Channel::ALL
            .iter()
            .copied()
            .filter(|channel| self.of.policy.has(*channel))
            .collect();
        let settings = &self.of.settings;
        let groups: Vec<_> = Group::ALL
            .iter()
            .filter_map(|group| self.group_view(*group, &channels, &scopes, now))
            .collect();
        PreferencesView {
            common: self.common(now),
            scope: scope.to_string(),
            at_kind: self.at_kind.clone(),
            places: self.places(),
            follow: self.follows(scope),
            channels: channels
                .iter()
                .map(|channel| self.channel_view(*channel))
                .collect(),
            toast_kinds: self.toast_kinds(&scopes),
            groups,
            full: self.of.policy.notification_center_enabled,
            melodies: self.melodies(),
            quiet_hours: self.quiet_hours_view(now.wall),
            toast_duration_ms: i32::try_from(settings.toast.duration_ms).unwrap_or(i32::MAX),
            toast_most: u32::try_from(settings.toast.most).unwrap_or(u32::MAX),
            toast_repeats: u32::from(settings.toast.repeats),
            toast_shows: match settings.toast.shows {
                ToastShows::Text => "text",
                ToastShows::Name => "name",
                ToastShows::Nothing => "nothing",
            }
            .to_owned(),
            focus: match self.of.preferences.focus_silences() {
                FocusSilences::Inbox => "inbox",
                FocusSilences::Conversation => "conversation",
            }
            .to_owned(),
            others_wait: self.of.preferences.others_wait(),
            volume: u32::from(settings.sound.volume),
            sound_gap_ms: i32::try_from(settings.sound.gap_ms).unwrap_or(i32::MAX),
            sound_repeats: settings.sound.repeats,
            autostart: match self.parts.get(&Part::Autostart) {
                Some(PartState::Works { .. }) => Some(true),
                Some(PartState::Off) => Some(false),
                _ => None,
            },
            language_chosen: self.desk.language.is_some(),
        }
    }

    fn places(&self) -> Vec<PlaceView> {
        let everything = PlaceView {
            scope: "*".into(),
            what: "everything".into(),
            name: String::new(),
        };
        let places = self
            .of
            .scopes
            .iter()
            .flat_map(|scopes| &scopes.places)
            .map(|place| PlaceView {
                scope: place.scope.to_string(),
                what: match place.scope {
                    Scope::Everything => "everything",
                    Scope::Line(_) => "line",
                    Scope::Inbox(_) => "inbox",
                    Scope::Team(_) => "team",
                }
                .to_owned(),
                name: crate::words::plain(
                    place
                        .reference
                        .name
                        .as_deref()
                        .unwrap_or(&place.reference.id),
                    crate::words::TITLE_MOST,
                ),
            });
        std::iter::once(everything).chain(places).collect()
    }

    /// Returns whether the agent follows a line, if it may choose to.
    fn follows(&self, scope: &Scope) -> Option<bool> {
        let places = &self.of.scopes.as_ref()?.places;
        let place = places.iter().find(|place| place.scope == *scope)?;
        let by_default = place.follow?;
        let facet = Facet::Follow.id();
        let chosen = self.of.preferences.value(scope, ANY_KIND, facet);
        Some(chosen.and_then(Value::as_bool).unwrap_or(by_default))
    }

    fn channel_view(&self, channel: Channel) -> ChannelView {
        let only_mine = Facet::OnlyMine(channel);
        let setting = |facet: Facet| {
            self.of
                .preferences
                .value(&Scope::Everything, ANY_KIND, facet.id())
        };
        ChannelView {
            id: channel.id().to_owned(),
            on: decide::channel_is_on(channel, &self.of.preferences, &self.of.policy),
            // With the centre off, the channels' own switches are what is left to choose (R17).
            lock: self
                .of
                .policy
                .lock(ANY_KIND, channel)
                .filter(|lock| *lock != Lock::ViewOnly),
            only_mine: setting(only_mine).and_then(Value::as_bool).unwrap_or(false),
        }
    }

    fn group_view(
        &self,
        group: Group,
        channels: &[Channel],
        scopes: &[Scope],
        now: &Now,
    ) -> Option<GroupView> {
        let kinds = KINDS
            .iter()
            .filter(|kind| kind.group == group && self.may_see(kind));
        let kinds: Vec<_> = kinds
            .map(|kind| self.kind_view(kind, channels, scopes, now.wall))
            .collect();
        (!kinds.is_empty()).then(|| GroupView {
            id: group.id().to_owned(),
            kinds,
        })
    }

    /// Kinds for admins are shown to admins only, billing kinds to billing admins (R16).
    pub(super) fn may_see(&self, kind: &Kind) -> bool {
        let roles: &[Role] = self.of.scopes.as_ref().map_or(&[], |scopes| &scopes.roles);
        kind.audience
            .role()
            .is_none_or(|role| roles.contains(&role))
    }

    fn kind_view(
        &self,
        kind: &Kind,
        channels: &[Channel],
        scopes: &[Scope],
        now: Timestamp,
    ) -> KindView {
        let (preferences, policy) = (&self.of.preferences, &self.of.policy);
        let here = |facet: Facet| {
            scopes
                .first()
                .and_then(|scope| preferences.value(scope, kind.id, facet.id()))
        };
        let volume = preferences
            .chosen(scopes, kind.id, Facet::Volume.id())
            .and_then(|(_, value)| value.as_u64());
        KindView {
            id: kind.id.to_owned(),
            cells: channels
                .iter()
                .map(|channel| self.cell_view(kind, *channel, scopes))
                .collect(),
            melody: decide::melody(kind.id, scopes, preferences, policy).to_owned(),
            melody_inherited: here(Facet::Melody).is_none(),
            volume: volume.and_then(|volume| u32::try_from(volume).ok()),
            always_alert: decide::always_alerts(kind.id, scopes, preferences, policy),
            view_only: policy.is_view_only(kind.id),
            sent: self.is_sent(kind),
            muted: preferences
                .kind_mute(kind.id)
                .is_some_and(|mute| mute.is_in_force(now)),
            urgent: kind.urgent,
        }
    }

    fn cell_view(&self, kind: &Kind, channel: Channel, scopes: &[Scope]) -> CellView {
        let lock = self.of.policy.lock(kind.id, channel);
        let (ticked, here) = self.tick(kind.id, channel, scopes);
        CellView {
            on: match lock {
                Some(Lock::Required) => true,
                Some(Lock::Unavailable) => false,
                Some(Lock::ViewOnly) | None => ticked,
            },
            inherited: !here,
            lock,
        }
    }

    /// Says whether a source may send this kind; one that did not say what it sends may send any (R17).
    fn is_sent(&self, kind: &Kind) -> bool {
        let sources = self
            .of
            .scopes
            .as_ref()
            .map_or(&[][..], |scopes| &scopes.sources);
        sources.iter().any(|source| {
            source.kinds.is_empty() || source.kinds.iter().any(|sent| sent.as_str() == kind.id)
        })
    }

    fn toast_kinds(&self, scopes: &[Scope]) -> u32 {
        let with_toast = KINDS.iter().filter(|kind| {
            self.may_see(kind)
                && self.is_sent(kind)
                && self.cell_view(kind, Channel::Toast, scopes).on
        });
        u32::try_from(with_toast.count()).unwrap_or(u32::MAX)
    }

    fn quiet_hours_view(&self, now: Timestamp) -> QuietHoursView {
        let hours = &self.of.stillness.quiet().hours;
        let windows = hours.windows.iter().map(|window| WindowView {
            days: window.days.names().map(str::to_owned).collect(),
            start: window.start.to_string(),
            end: window.end.to_string(),
        });
        let always = |kind: &&Kind| {
            decide::always_alerts(
                kind.id,
                &[Scope::Everything],
                &self.of.preferences,
                &self.of.policy,
            )
        };
        let heard = KINDS
            .iter()
            .filter(|kind| self.may_see(kind))
            .filter(always);
        QuietHoursView {
            on: hours.on,
            zone: self.zone().name().to_owned(),
            there_now: self.zones.local(self.zone(), now).time().to_string(),
            windows: windows.collect(),
            hold_email: hours.email == HeldEmail::Hold,
            still_heard: heard.map(|kind| kind.id.to_owned()).collect(),
            next: self.next_quiet(now),
            clocks: self.next_clocks(now),
        }
    }

    /// Returns what comes next, in words.
    fn next_quiet(&self, now: Timestamp) -> String {
        let (words, clock, zone) = (&self.words, self.clock(now), self.zone().name());
        if let Some(hold) = self.of.stillness.hold() {
            return match hold.until {
                None => words.say("quiet-now-open"),
                Some(end) => {
                    let end = words.time(end, &clock);
                    words.say_with(
                        "quiet-now",
                        &args([("end", end.into()), ("zone", zone.into())]),
                    )
                }
            };
        }
        let Some(span) = self.of.stillness.quiet().next_hold(now, &self.zones) else {
            return words.say("quiet-none");
        };
        let start = words.time(span.start, &clock);
        match span.end {
            None => words.say_with(
                "quiet-next-open",
                &args([("start", start.into()), ("zone", zone.into())]),
            ),
            Some(end) => {
                let end = words.time(end, &clock);
                let told = [
                    ("start", start.into()),
                    ("end", end.into()),
                    ("zone", zone.into()),
                ];
                words.say_with("quiet-next", &args(told))
            }
        }
    }

    /// Returns the next change of the clocks in words; empty where none comes soon.
    fn next_clocks(&self, now: Timestamp) -> String {
        let zone = self.zone();
        let Some(change) = self.zones.next_transition(zone, now) else {
            return String::new();
        };
        if change.at.since_ms(now) > CLOCKS_MS {
            return String::new();
        }
        let (after, today) = (
            self.zones.local(zone, change.at),
            self.zones.local(zone, now).date,
        );
        let before = self.zones.local(zone, change.at.plus_ms(-1));
        let id = if after.offset_s > before.offset_s {
            "clocks-forward"
        } else {
            "clocks-back"
        };
        let date = self.words.date(after.date, today);
        self.words.say_with(id, &args([("date", date.into())]))
    }
}
