//! The facets: what can be chosen, and what a choice must look like.

use serde_json::Value;

use super::{ANY_KIND, Cell, Scope};
use crate::{
    channel::Channel,
    event::Notice,
    melody::Melody,
    quiet::{QuietHours, TimedMute},
    time::Timestamp,
};

/// Something that an agent can choose, for a kind or for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// `channel.<id>`: the tick of a kind, or for all kinds the channel's own switch.
    Channel(Channel),
    /// `only_mine.<id>`: this channel only for what is assigned to me (R25).
    OnlyMine(Channel),
    /// `melody`: which melody a kind plays.
    Melody,
    /// `volume`: of a kind, or of everything; 0 to 100.
    Volume,
    /// `always_alert` (R4).
    AlwaysAlert,
    /// `mute`: of a kind, or of everything.
    Mute,
    /// `quiet_hours` (R3).
    QuietHours,
    /// `excused_until`: the end of the hold that the tray's "Off" lifted (R3).
    ExcusedUntil,
    /// `focus`: `inbox` where looking at the platform's page silences all, `conversation` where only what is on screen is silent (R5).
    Focus,
    /// `others_wait`: whether the agent's other desks wait 10 s while the agent is active at one (R5). Off unless chosen.
    OthersWait,
    /// `follow`: of a line, whether to be told of what comes on it (R25). On for its members, off for others who may.
    Follow,
    /// `toast.duration_ms`: 1,000 to 60,000; 0 for until dismissed (R7).
    ToastDuration,
    /// `toast.most`: live toasts at once, 1 to 10 (R7).
    ToastMost,
    /// `toast.repeats`: until read, 0 to 10 (R7).
    ToastRepeats,
    /// `toast.shows`: `text`, `name` or `nothing` (R7).
    ToastShows,
    /// `sound.gap_ms`: between two melodies, 3,000 to 60,000 (R8).
    SoundGap,
    /// `sound.repeats`: whether a melody repeats every 30 s until read (R8).
    SoundRepeats,
}

impl Facet {
    /// Every facet that is not a channel's.
    const PLAIN: &[Self] = &[
        Self::Melody,
        Self::Volume,
        Self::AlwaysAlert,
        Self::Mute,
        Self::QuietHours,
        Self::ExcusedUntil,
        Self::Focus,
        Self::OthersWait,
        Self::Follow,
        Self::ToastDuration,
        Self::ToastMost,
        Self::ToastRepeats,
        Self::ToastShows,
        Self::SoundGap,
        Self::SoundRepeats,
    ];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Channel(channel) => channel.switch(),
            Self::OnlyMine(channel) => channel.only_mine(),
            Self::Melody => "melody",
            Self::Volume => "volume",
            Self::AlwaysAlert => "always_alert",
            Self::Mute => "mute",
            Self::QuietHours => "quiet_hours",
            Self::ExcusedUntil => "excused_until",
            Self::Focus => "focus",
            Self::OthersWait => "others_wait",
            Self::Follow => "follow",
            Self::ToastDuration => "toast.duration_ms",
            Self::ToastMost => "toast.most",
            Self::ToastRepeats => "toast.repeats",
            Self::ToastShows => "toast.shows",
            Self::SoundGap => "sound.gap_ms",
            Self::SoundRepeats => "sound.repeats",
        }
    }

    /// Returns the facet of that name; `None` for one that this program does not know.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        let of_channels = Channel::ALL
            .iter()
            .flat_map(|&channel| [Self::Channel(channel), Self::OnlyMine(channel)]);
        Self::PLAIN
            .iter()
            .copied()
            .chain(of_channels)
            .find(|facet| facet.id() == id)
    }

    /// Says whether the choice is made for all kinds together, and not for one.
    #[must_use]
    pub const fn is_setting(self) -> bool {
        !matches!(
            self,
            Self::Channel(_) | Self::Melody | Self::Volume | Self::AlwaysAlert | Self::Mute
        )
    }

    fn expects(self) -> Expected {
        match self {
            Self::Channel(_)
            | Self::OnlyMine(_)
            | Self::AlwaysAlert
            | Self::OthersWait
            | Self::Follow
            | Self::SoundRepeats => Expected::Switch,
            Self::Melody => Expected::Melody,
            Self::Volume => Expected::Number {
                least: 0,
                most: 100,
            },
            Self::Mute => Expected::Mute,
            Self::QuietHours => Expected::QuietHours,
            Self::ExcusedUntil => Expected::Time,
            Self::Focus => Expected::OneOf(&["inbox", "conversation"]),
            Self::ToastDuration => Expected::NumberOrNone {
                least: 1_000,
                most: 60_000,
            },
            Self::ToastMost => Expected::Number { least: 1, most: 10 },
            Self::ToastRepeats => Expected::Number { least: 0, most: 10 },
            Self::ToastShows => Expected::OneOf(&["text", "name", "nothing"]),
            Self::SoundGap => Expected::Number {
                least: 3_000,
                most: 60_000,
            },
        }
    }
}

/// What a choice must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Expected {
    /// True or false.
    #[error("expected true or false")]
    Switch,
    /// A whole number.
    #[error("expected a whole number from {least} to {most}")]
    Number {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// A whole number, or 0 for none.
    #[error("expected 0, or a whole number from {least} to {most}")]
    NumberOrNone {
        /// The least but 0.
        least: i64,
        /// The most.
        most: i64,
    },
    /// One of a few words.
    #[error("expected one of {}", .0.join(", "))]
    OneOf(&'static [&'static str]),
    /// A melody's id, or an own file as `own:<name>`.
    #[error("expected the id of a melody")]
    Melody,
    /// A timed mute.
    #[error("expected {{\"until\": time or null}}")]
    Mute,
    /// Quiet hours.
    #[error("expected quiet hours: on, zone, windows of days, start and end, email")]
    QuietHours,
    /// A moment.
    #[error("expected an RFC 3339 time")]
    Time,
    /// A choice for everything where a kind was named.
    #[error("expected the kind \"*\": this choice is not made for one kind")]
    AnyKind,
    /// A choice that only a line has.
    #[error("expected the scope of a line, such as line:<source>/<id>")]
    Line,
    /// Something smaller: choices that nobody knows are kept, within a bound.
    #[error("expected at most {0} bytes")]
    Smaller(usize),
}

/// The most bytes of JSON that a choice may have.
const MOST_BYTES: usize = 8 * 1024;

/// Checks a choice before it is kept. One that takes back always passes, and so does a facet that this program does not know.
///
/// # Errors
/// What was expected instead.
pub fn check(cell: &Cell) -> Result<(), Expected> {
    let Some(value) = &cell.value else {
        return Ok(());
    };
    if value.to_string().len() > MOST_BYTES {
        return Err(Expected::Smaller(MOST_BYTES));
    }
    let Some(known) = Facet::find(&cell.facet) else {
        return Ok(());
    };
    if known.is_setting() && cell.kind != ANY_KIND {
        return Err(Expected::AnyKind);
    }
    if known == Facet::Follow && !matches!(cell.scope, Scope::Line(_)) {
        return Err(Expected::Line);
    }
    let expected = known.expects();
    let fits = match expected {
        Expected::Switch => value.is_boolean(),
        Expected::Number { least, most } => {
            value.as_i64().is_some_and(|n| (least..=most).contains(&n))
        }
        Expected::NumberOrNone { least, most } => value
            .as_i64()
            .is_some_and(|n| n == 0 || (least..=most).contains(&n)),
        Expected::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Expected::Melody => value.as_str().is_some_and(is_melody),
        Expected::Mute => serde_json::from_value::<TimedMute>(value.clone()).is_ok(),
        Expected::QuietHours => serde_json::from_value::<QuietHours>(value.clone()).is_ok(),
        Expected::Time => serde_json::from_value::<Timestamp>(value.clone()).is_ok(),
        Expected::AnyKind | Expected::Line | Expected::Smaller(_) => true,
    };
    if fits { Ok(()) } else { Err(expected) }
}

/// An own file is named by what the desk called its copy; another desk that lacks it plays the kind's own melody.
fn is_melody(id: &str) -> bool {
    let own = id.strip_prefix("own:").is_some_and(|name| {
        !name.is_empty()
            && name.len() <= 64
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    });
    own || Melody::find(id).is_some()
}

impl Facet {
    /// Says whether "only mine" keeps `channel` from this notice (R25).
    #[must_use]
    pub fn only_mine_excludes(
        preferences: &super::Preferences,
        channel: Channel,
        notice: &Notice,
    ) -> bool {
        use crate::event::Because;
        let on = preferences
            .setting(Self::OnlyMine(channel).id())
            .and_then(Value::as_bool)
            .unwrap_or(false);
        on && matches!(
            notice.because,
            Because::Line | Because::Group | Because::Role | Because::Other
        )
    }
}

#[cfg(test)]
mod tests;
