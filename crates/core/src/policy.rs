//! What the admin imposes on everybody: defaults, what is required, what is not to be had.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{catalogue::Kind, channel::Channel, preferences::ANY_KIND};

/// The policy of an instance. The strongest layer but quiet hours and focus (R2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Grows with each change.
    pub version: u32,
    /// Defaults of the instance, stronger than the catalogue's and weaker than an agent's choice.
    pub defaults: Vec<DefaultCell>,
    /// What nobody can turn off.
    pub required: Vec<Ruling>,
    /// What nobody can have.
    pub unavailable: Vec<Ruling>,
    /// Whether the full centre is on; off, the simplified screen (R17).
    pub notification_center_enabled: bool,
    /// Whether ratings, service levels and normatives can be edited (R17).
    pub extended_settings: bool,
    /// The channels that this instance has configured. The desk's own are always there.
    pub channels: Vec<Channel>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 0,
            defaults: Vec::new(),
            required: Vec::new(),
            unavailable: Vec::new(),
            notification_center_enabled: true,
            extended_settings: false,
            channels: Vec::new(),
        }
    }
}

/// A default of the instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultCell {
    /// A kind's id, or `*`.
    pub kind: String,
    /// What is set, such as `channel.toast`.
    pub facet: String,
    /// To what.
    pub value: Value,
}

/// A channel required or not available, for one kind or for all (`*`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// A kind's id, or `*`.
    pub kind: String,
    /// The channel; none for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

impl Ruling {
    fn covers(&self, kind: &str, channel: Channel) -> bool {
        (self.kind == ANY_KIND || self.kind == kind) && self.channel.is_none_or(|c| c == channel)
    }
}

/// What policy says of one kind on one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// On, and nobody can turn it off.
    Required,
    /// Off, and nobody can turn it on.
    Unavailable,
    /// Shown but not to be edited, as `extended_settings` or the full centre is off (R17).
    ViewOnly,
}

impl Policy {
    /// Returns what policy says of `kind` on `channel`; `None` where the agent may choose.
    ///
    /// Where both are ruled, not available wins over required: what does not exist cannot be demanded.
    #[must_use]
    pub fn lock(&self, kind: &str, channel: Channel) -> Option<Lock> {
        if self
            .unavailable
            .iter()
            .any(|ruling| ruling.covers(kind, channel))
        {
            Some(Lock::Unavailable)
        } else if self
            .required
            .iter()
            .any(|ruling| ruling.covers(kind, channel))
        {
            Some(Lock::Required)
        } else if self.is_view_only(kind) {
            Some(Lock::ViewOnly)
        } else {
            None
        }
    }

    /// Says whether the row of `kind` can be seen but not edited (R17).
    #[must_use]
    pub fn is_view_only(&self, kind: &str) -> bool {
        let extended = Kind::find(kind).is_some_and(|kind| kind.group.is_extended());
        !self.notification_center_enabled || (extended && !self.extended_settings)
    }

    /// Returns the instance's default for one facet of `kind`: the kind's own before that for all kinds.
    #[must_use]
    pub fn default_for(&self, kind: &str, facet: &str) -> Option<&Value> {
        let find = |kind: &str| {
            self.defaults
                .iter()
                .rev()
                .find(|cell| cell.kind == kind && cell.facet == facet)
        };
        find(kind)
            .or_else(|| find(ANY_KIND))
            .map(|cell| &cell.value)
    }

    /// Says whether this instance offers `channel` at all.
    #[must_use]
    pub fn has(&self, channel: Channel) -> bool {
        channel.is_built_in() || self.channels.contains(&channel)
    }
}
