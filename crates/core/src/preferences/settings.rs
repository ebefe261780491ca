//! The settings of toast and sound, read from the cells with their defaults (R7, R8).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Facet;

/// How the desk shows toasts and plays melodies for this agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The toast's settings.
    pub toast: ToastSettings,
    /// The sound's settings.
    pub sound: SoundSettings,
}

/// How toasts are shown (R7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToastSettings {
    /// How long one stays, in milliseconds; 0 until it is dismissed.
    pub duration_ms: i64,
    /// How many stand at once; those beyond fold into "N more".
    pub most: usize,
    /// How often an unread one is shown again, every 30 s.
    pub repeats: u8,
    /// What it may show.
    pub shows: ToastShows,
}

impl Default for ToastSettings {
    fn default() -> Self {
        Self {
            duration_ms: 5_000,
            most: 3,
            repeats: 0,
            shows: ToastShows::Text,
        }
    }
}

/// What a toast may show of a notice (R7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToastShows {
    /// Name and text.
    Text,
    /// The name only.
    Name,
    /// Neither.
    Nothing,
}

/// What is silent while the agent looks at the platform's inbox page (R5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FocusSilences {
    /// Everything.
    #[default]
    Inbox,
    /// Only the conversation on screen.
    Conversation,
}

/// How melodies are played (R8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundSettings {
    /// The volume of everything, 0 to 100.
    pub volume: u8,
    /// At least so many milliseconds between two melodies.
    pub gap_ms: i64,
    /// Whether a melody repeats every 30 s until read.
    pub repeats: bool,
}

impl Default for SoundSettings {
    fn default() -> Self {
        Self {
            volume: 70,
            gap_ms: 3_000,
            repeats: false,
        }
    }
}

impl Settings {
    /// Reads the settings, each by its facet; where nothing is found or nothing that fits, the defaults of R7 and R8.
    #[must_use]
    pub fn read<'a>(find: impl Fn(Facet) -> Option<&'a Value>) -> Self {
        let number = |facet| find(facet).and_then(Value::as_i64);
        let (toast, sound) = (ToastSettings::default(), SoundSettings::default());
        Self {
            toast: ToastSettings {
                duration_ms: number(Facet::ToastDuration).unwrap_or(toast.duration_ms),
                most: number(Facet::ToastMost)
                    .and_then(|n| usize::try_from(n).ok())
                    .unwrap_or(toast.most),
                repeats: number(Facet::ToastRepeats)
                    .and_then(|n| u8::try_from(n).ok())
                    .unwrap_or(toast.repeats),
                shows: find(Facet::ToastShows)
                    .and_then(|value| serde_json::from_value(value.clone()).ok())
                    .unwrap_or(toast.shows),
            },
            sound: SoundSettings {
                volume: number(Facet::Volume)
                    .and_then(|n| u8::try_from(n).ok())
                    .unwrap_or(sound.volume),
                gap_ms: number(Facet::SoundGap).unwrap_or(sound.gap_ms),
                repeats: find(Facet::SoundRepeats)
                    .and_then(Value::as_bool)
                    .unwrap_or(sound.repeats),
            },
        }
    }
}
