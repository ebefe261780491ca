//! What to do with one notice: which channels it goes out on, and why (R2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    catalogue::{Channels, Kind, UNKNOWN_DEFAULTS},
    channel::{Channel, InQuietHours, Side},
    event::Notice,
    policy::{Lock, Policy},
    preferences::{ANY_KIND, Facet, Preferences, Scope},
    quiet::{HeldEmail, Hold, TimedMute},
    time::Timestamp,
};

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

/// What the agent looks at in the platform (R5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus<'a> {
    /// Nothing that matters here.
    #[default]
    Elsewhere,
    /// The platform's inbox page: nothing need interrupt.
    Inbox,
    /// One conversation, by the source's own id: only this one need not interrupt.
    Conversation(&'a str),
}

/// What to do with a notice, channel by channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether its toast asks for urgency and the tray shows the urgent state (R4).
    pub urgent: bool,
    /// A ruling for each channel of the side that was asked.
    pub rulings: Vec<Ruled>,
}

impl Verdict {
    /// Says whether the notice goes out on `channel` at once.
    #[must_use]
    pub fn fires(&self, channel: Channel) -> bool {
        self.ruled(channel)
            .is_some_and(|ruled| ruled.outcome == Outcome::Fires)
    }

    /// Returns the ruling on `channel`, if it was this side's to decide.
    #[must_use]
    pub fn ruled(&self, channel: Channel) -> Option<&Ruled> {
        self.rulings.iter().find(|ruled| ruled.channel == channel)
    }
}

/// What was decided for one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruled {
    /// The channel.
    pub channel: Channel,
    /// What becomes of the notice there.
    pub outcome: Outcome,
    /// The layer that had the last word (R1).
    pub reason: Reason,
}

/// What becomes of a notice on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It goes out.
    Fires,
    /// It waits for the end of the hold, to go out in one summary.
    Waits,
    /// It does not.
    Silent,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: &[Self] = &[Self::Fires, Self::Waits, Self::Silent];
}

/// Why: the layer that had the last word, the weakest first (R2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Reason {
    /// Nobody chose; the catalogue says so.
    Catalogue,
    /// Nobody chose, and the catalogue does not know the kind.
    UnknownKind,
    /// The instance's default.
    Instance,
    /// The agent chose so.
    Chosen {
        /// Where.
        scope: Scope,
    },
    /// The channel is off.
    ChannelOff,
    /// The channel is kept to what is the agent's own (R25).
    OnlyMine,
    /// The admin requires it.
    Required,
    /// The admin does not allow it.
    Unavailable,
    /// This instance does not offer the channel.
    NotOffered,
    /// Its time is over.
    Expired,
    /// This very kind is muted.
    KindMuted {
        /// Until when; none until somebody says.
        until: Option<Timestamp>,
    },
    /// It is quiet.
    Held {
        /// Why, and until when.
        hold: Hold,
    },
    /// It is quiet, and this kind always alerts (R4).
    AlwaysAlert,
    /// The agent is looking at it (R5).
    Focus,
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
    let facet = Facet::AlwaysAlert.id();
    let chosen = preferences
        .chosen(scopes, kind, facet)
        .map(|(_, value)| value);
    chosen
        .or_else(|| policy.default_for(kind, facet))
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
    let facet = Facet::Melody.id();
    let chosen = preferences
        .chosen(scopes, kind, facet)
        .map(|(_, value)| value);
    let fallback = || Kind::find(kind).map_or("soft-knock", |kind| kind.melody);
    chosen
        .or_else(|| policy.default_for(kind, facet))
        .and_then(Value::as_str)
        .unwrap_or_else(fallback)
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
        if !self.channel_is_on(channel) {
            return (false, Reason::ChannelOff);
        }
        if Facet::only_mine_excludes(preferences, channel, self.notice) {
            return (false, Reason::OnlyMine);
        }
        (true, reason)
    }

    fn channel_is_on(&self, channel: Channel) -> bool {
        let Circumstances {
            preferences,
            policy,
            ..
        } = *self.at;
        let chosen = preferences
            .value(&Scope::Everything, ANY_KIND, channel.switch())
            .and_then(Value::as_bool);
        chosen
            .or_else(|| {
                policy
                    .default_for(ANY_KIND, channel.switch())
                    .and_then(Value::as_bool)
            })
            .unwrap_or(true)
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
        match self.at.focus {
            Focus::Elsewhere => false,
            Focus::Inbox => true,
            Focus::Conversation(id) => self
                .notice
                .conversation
                .as_ref()
                .is_some_and(|c| c.id == id),
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
