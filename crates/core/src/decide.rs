//! What to do with one notice: which channels it goes out on, and why (R2).

mod verdict;

use serde_json::Value;

use crate::{
    catalogue::{Channels, Kind, UNKNOWN_DEFAULTS, UNKNOWN_MELODY},
    channel::{Channel, InQuietHours, Side},
    event::Notice,
    ids::SourceId,
    policy::{Lock, Policy},
    preferences::{ANY_KIND, Facet, FocusSilences, Preferences, Scope, Settings},
    quiet::{HeldEmail, Hold, TimedMute},
    time::Timestamp,
};

pub use verdict::{Outcome, Reason, Ruled, Verdict};

/// Everything that a verdict depends on besides the notice.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// What the agent prefers.
    pub preferences: &'a Preferences,
    /// What the admin imposes.
    pub policy: &'a Policy,
    /// Why it is quiet for this agent now, if it is: [`crate::quiet::Quiet::hold`].
    pub hold: Option<&'a Hold>,
    /// What the agent looks at.
    pub focus: Focus<'a>,
}

/// What the agent looks at in the platform. How much of it is silent then is the agent's choice, [`Facet::Focus`] (R5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus<'a> {
    /// Nothing that matters here.
    #[default]
    Elsewhere,
    /// The platform's inbox page, with no conversation open.
    Inbox,
    /// The inbox page with one conversation on screen.
    Conversation {
        /// The source that it is of: another may use the same id.
        source: &'a SourceId,
        /// The source's own id.
        id: &'a str,
    },
}

/// Decides what becomes of `notice` on each channel that is `side`'s to decide.
///
/// A verdict governs the interruption, never the record: the notice stands in the history whatever it says (R1).
#[must_use]
pub fn decide(notice: &Notice, side: Side, at: &Circumstances<'_>) -> Verdict {
    let kind = Kind::find(notice.kind.as_str());
    let judge = Judge {
        notice,
        kind,
        scopes: at.preferences.scopes_of(notice),
        at,
    };
    let channels = Channel::ALL
        .iter()
        .copied()
        .filter(|channel| channel.side() == side);
    Verdict {
        urgent: kind.is_some_and(|kind| kind.urgent),
        rulings: channels
            .map(|channel| {
                let (outcome, reason) = judge.rule(channel);
                Ruled {
                    channel,
                    outcome,
                    reason,
                }
            })
            .collect(),
    }
}

/// Returns whether `kind` is ticked for `channel` in `scopes`, and by which layer: the layers below the channel's own switch.
#[must_use]
pub fn ticked(
    kind: &str,
    channel: Channel,
    scopes: &[Scope],
    preferences: &Preferences,
    policy: &Policy,
) -> (bool, Reason) {
    let facet = channel.switch();
    // A view-only row keeps the agent's choices but does not use them (R17).
    let may_choose = policy.lock(kind, channel) != Some(Lock::ViewOnly);
    let chosen = may_choose
        .then(|| preferences.chosen(scopes, kind, facet))
        .flatten();
    if let Some((scope, Value::Bool(on))) = chosen {
        return (
            *on,
            Reason::Chosen {
                scope: scope.clone(),
            },
        );
    }
    if let Some(Value::Bool(on)) = policy.default_for(kind, facet) {
        return (*on, Reason::Instance);
    }
    let known = Kind::find(kind);
    let defaults: Channels = known.map_or(UNKNOWN_DEFAULTS, |kind| kind.defaults);
    (
        defaults.has(channel),
        if known.is_some() {
            Reason::Catalogue
        } else {
            Reason::UnknownKind
        },
    )
}

/// Says whether `kind` always alerts in `scopes` (R4).
#[must_use]
pub fn always_alerts(
    kind: &str,
    scopes: &[Scope],
    preferences: &Preferences,
    policy: &Policy,
) -> bool {
    let facet = Facet::AlwaysAlert;
    open_choice(kind, facet, scopes, preferences, policy)
        .or_else(|| policy.default_for(kind, facet.id()))
        .and_then(Value::as_bool)
        .unwrap_or_else(|| Kind::find(kind).is_some_and(|kind| kind.always_alert))
}

/// Returns the melody of `kind` in `scopes`: the agent's choice, else the instance's, else the catalogue's (R8).
#[must_use]
pub fn melody<'a>(
    kind: &str,
    scopes: &[Scope],
    preferences: &'a Preferences,
    policy: &'a Policy,
) -> &'a str {
    open_choice(kind, Facet::Melody, scopes, preferences, policy)
        .and_then(Value::as_str)
        .unwrap_or_else(|| default_melody(kind, policy))
}

/// Returns how loud `kind` is beside the volume of everything in `scopes`, 0 to 100 (R8).
#[must_use]
pub fn volume(kind: &str, scopes: &[Scope], preferences: &Preferences, policy: &Policy) -> u8 {
    open_choice(kind, Facet::Volume, scopes, preferences, policy)
        .and_then(Value::as_u64)
        .map_or(100, |volume| u8::try_from(volume.min(100)).unwrap_or(100))
}

/// Says whether `channel` is on: the agent's own switch, else the instance's default, else yes.
#[must_use]
pub fn channel_is_on(channel: Channel, preferences: &Preferences, policy: &Policy) -> bool {
    setting(Facet::Channel(channel), preferences, policy)
        .and_then(Value::as_bool)
        .unwrap_or(true)
}

/// Returns the settings of toast and sound: the agent's, else the instance's, else those of R7 and R8.
#[must_use]
pub fn settings(preferences: &Preferences, policy: &Policy) -> Settings {
    Settings::read(|facet| setting(facet, preferences, policy))
}

fn setting<'a>(
    facet: Facet,
    preferences: &'a Preferences,
    policy: &'a Policy,
) -> Option<&'a Value> {
    preferences
        .value(&Scope::Everything, ANY_KIND, facet.id())
        .or_else(|| policy.default_for(ANY_KIND, facet.id()))
}

/// Returns what the agent chose for a row that is open: a view-only row keeps the choices but does not use them (R17).
fn open_choice<'a>(
    kind: &str,
    facet: Facet,
    scopes: &[Scope],
    preferences: &'a Preferences,
    policy: &Policy,
) -> Option<&'a Value> {
    if policy.is_view_only(kind) {
        return None;
    }
    let (_, value) = preferences.chosen(scopes, kind, facet.id())?;
    Some(value)
}

/// Returns the melody of `kind` where the agent chose none, or one that cannot be played: the instance's, else the catalogue's.
#[must_use]
pub fn default_melody<'a>(kind: &str, policy: &'a Policy) -> &'a str {
    policy
        .default_for(kind, Facet::Melody.id())
        .and_then(Value::as_str)
        .unwrap_or_else(|| Kind::find(kind).map_or(UNKNOWN_MELODY, |kind| kind.melody))
}

struct Judge<'a> {
    notice: &'a Notice,
    kind: Option<&'static Kind>,
    scopes: Vec<Scope>,
    at: &'a Circumstances<'a>,
}

impl Judge<'_> {
    fn rule(&self, channel: Channel) -> (Outcome, Reason) {
        match self.wanted(channel) {
            (false, reason) => (Outcome::Silent, reason),
            (true, reason) => self
                .interrupted(channel)
                .unwrap_or((Outcome::Fires, reason)),
        }
    }

    /// The layers up to policy: whether the notice would go out at a quiet-less moment.
    fn wanted(&self, channel: Channel) -> (bool, Reason) {
        let Circumstances {
            preferences,
            policy,
            ..
        } = *self.at;
        let kind = self.notice.kind.as_str();
        if !policy.has(channel) {
            return (false, Reason::NotOffered);
        }
        match policy.lock(kind, channel) {
            Some(Lock::Unavailable) => return (false, Reason::Unavailable),
            Some(Lock::Required) => return (true, Reason::Required),
            Some(Lock::ViewOnly) | None => {}
        }
        let (on, reason) = ticked(kind, channel, &self.scopes, preferences, policy);
        if !on {
            return (false, reason);
        }
        if !channel_is_on(channel, preferences, policy) {
            return (false, Reason::ChannelOff);
        }
        if Facet::only_mine_excludes(preferences, channel, self.notice) {
            return (false, Reason::OnlyMine);
        }
        (true, reason)
    }

    /// Mute, quiet hours and focus: what stops a notice that is wanted. `None` lets it through.
    fn interrupted(&self, channel: Channel) -> Option<(Outcome, Reason)> {
        if channel.in_quiet_hours() == InQuietHours::GoesOn {
            return None;
        }
        if self.notice.has_expired(self.at.now) {
            return Some((Outcome::Silent, Reason::Expired));
        }
        if let Some(TimedMute { until }) = self.kind_mute() {
            return Some((Outcome::Silent, Reason::KindMuted { until }));
        }
        if channel.can_always_alert() && self.is_in_focus() {
            return Some((Outcome::Silent, Reason::Focus));
        }
        let hold = self.at.hold?;
        if channel.can_always_alert() && self.always_alerts() {
            return Some((Outcome::Fires, Reason::AlwaysAlert));
        }
        let waits = channel.in_quiet_hours() == InQuietHours::AsChosen
            && self.at.preferences.quiet().hours.email == HeldEmail::Hold;
        let outcome = if waits {
            Outcome::Waits
        } else {
            Outcome::Silent
        };
        Some((outcome, Reason::Held { hold: hold.clone() }))
    }

    fn kind_mute(&self) -> Option<TimedMute> {
        self.at
            .preferences
            .kind_mute(self.notice.kind.as_str())
            .filter(|mute| mute.is_in_force(self.at.now))
    }

    fn is_in_focus(&self) -> bool {
        let is_on_screen = |source: &SourceId, id| {
            let conversation = self.notice.conversation.as_ref();
            self.notice.source == *source
                && conversation.is_some_and(|conversation| conversation.id == id)
        };
        match (self.at.focus, self.at.preferences.focus_silences()) {
            (Focus::Elsewhere, _) | (Focus::Inbox, FocusSilences::Conversation) => false,
            (Focus::Inbox | Focus::Conversation { .. }, FocusSilences::Inbox) => true,
            (Focus::Conversation { source, id }, FocusSilences::Conversation) => {
                is_on_screen(source, id)
            }
        }
    }

    fn always_alerts(&self) -> bool {
        let Circumstances {
            preferences,
            policy,
            ..
        } = *self.at;
        let id = self.kind.map_or(self.notice.kind.as_str(), |kind| kind.id);
        always_alerts(id, &self.scopes, preferences, policy)
    }
}
