//! The channels: every way in which a notice can reach an agent, in one table.

use serde::{Deserialize, Serialize};

/// Which program decides and serves a channel (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Decided at arrival, by the desk that would interrupt.
    Desk,
    /// Decided at acceptance, by the server, and again when a delivery falls due.
    Server,
}

/// A way in which a notice reaches an agent.
///
/// `Toast` and `Sound` are the outlets: the places where the desk interrupts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The unread list and its badge.
    Bell,
    /// A native toast.
    Toast,
    /// A melody.
    Sound,
    /// Browser push.
    Push,
    /// Mail.
    Email,
    /// A text message.
    Sms,
    /// A Telegram bot.
    Telegram,
    /// A Viber bot.
    Viber,
    /// A WhatsApp bot.
    Whatsapp,
    /// An eChat bot.
    Echat,
    /// A signed call to a URL.
    Webhook,
}

impl Channel {
    /// Every channel, in the order in which people see them.
    pub const ALL: &[Self] = &[
        Self::Bell,
        Self::Toast,
        Self::Sound,
        Self::Push,
        Self::Email,
        Self::Sms,
        Self::Telegram,
        Self::Viber,
        Self::Whatsapp,
        Self::Echat,
        Self::Webhook,
    ];

    /// Returns the name on the wire and in facets.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Bell => "bell",
            Self::Toast => "toast",
            Self::Sound => "sound",
            Self::Push => "push",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Telegram => "telegram",
            Self::Viber => "viber",
            Self::Whatsapp => "whatsapp",
            Self::Echat => "echat",
            Self::Webhook => "webhook",
        }
    }

    /// Returns the facet of its tick, and for all kinds of its own switch.
    #[must_use]
    pub const fn switch(self) -> &'static str {
        match self {
            Self::Bell => "channel.bell",
            Self::Toast => "channel.toast",
            Self::Sound => "channel.sound",
            Self::Push => "channel.push",
            Self::Email => "channel.email",
            Self::Sms => "channel.sms",
            Self::Telegram => "channel.telegram",
            Self::Viber => "channel.viber",
            Self::Whatsapp => "channel.whatsapp",
            Self::Echat => "channel.echat",
            Self::Webhook => "channel.webhook",
        }
    }

    /// Returns the facet that keeps it to what is the agent's own (R25).
    #[must_use]
    pub const fn only_mine(self) -> &'static str {
        match self {
            Self::Bell => "only_mine.bell",
            Self::Toast => "only_mine.toast",
            Self::Sound => "only_mine.sound",
            Self::Push => "only_mine.push",
            Self::Email => "only_mine.email",
            Self::Sms => "only_mine.sms",
            Self::Telegram => "only_mine.telegram",
            Self::Viber => "only_mine.viber",
            Self::Whatsapp => "only_mine.whatsapp",
            Self::Echat => "only_mine.echat",
            Self::Webhook => "only_mine.webhook",
        }
    }

    /// Returns the channel of that name, if there is one.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|channel| channel.id() == id)
    }

    /// Says whether every instance has it: whatever else there is goes out by a sender that the server must have.
    #[must_use]
    pub const fn is_built_in(self) -> bool {
        matches!(self, Self::Bell | Self::Toast | Self::Sound)
    }

    /// Returns which program decides it. The bell is the server's: its badge is the server's count (R6).
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Toast | Self::Sound => Side::Desk,
            _ => Side::Server,
        }
    }

    /// Returns what quiet hours do to it (R3).
    #[must_use]
    pub const fn in_quiet_hours(self) -> InQuietHours {
        match self {
            Self::Bell | Self::Webhook => InQuietHours::GoesOn,
            Self::Email => InQuietHours::AsChosen,
            _ => InQuietHours::Silent,
        }
    }

    /// Says whether "always alert" lifts quiet hours and a general mute from it (R4).
    #[must_use]
    pub const fn can_always_alert(self) -> bool {
        matches!(self, Self::Toast | Self::Sound | Self::Push)
    }
}

/// What quiet hours do to a channel (R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InQuietHours {
    /// It goes on as at any time.
    GoesOn,
    /// It is silent, and what would have gone out is dropped with the reason kept.
    Silent,
    /// It is skipped, or held for one summary, as the agent chose.
    AsChosen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_found_by_its_name() {
        for &channel in Channel::ALL {
            assert_eq!(Channel::find(channel.id()), Some(channel));
            assert_eq!(serde_json::to_value(channel).expect("writes"), channel.id());
            assert_eq!(channel.switch(), format!("channel.{}", channel.id()));
            assert_eq!(channel.only_mine(), format!("only_mine.{}", channel.id()));
        }
        assert_eq!(Channel::find("pager"), None);
    }
}
