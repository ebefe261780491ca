//! The catalogue: every kind of event that Campanile knows, in one table that all else is read from.

use serde::{Deserialize, Serialize};

use crate::channel::Channel;

/// One row of the catalogue (requirements 2).
///
/// Its label and explanation are the messages `kind-<id>` and `kind-<id>-help` of the language catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name on the wire.
    pub id: &'static str,
    /// Where it stands in the preferences.
    pub group: Group,
    /// Whom it concerns when the event names nobody.
    pub audience: Audience,
    /// The channels that are on before anybody chose (R18).
    pub defaults: Channels,
    /// Urgent: its toast asks for urgency and the tray shows the urgent state; it passes nothing (R4).
    pub urgent: bool,
    /// Whether it passes quiet hours and a general mute before anybody chose (R4).
    pub always_alert: bool,
    /// The melody before anybody chose (R8).
    pub melody: &'static str,
}

/// A group of kinds, as the preferences show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Creation and messages.
    Messages,
    /// Assignment.
    Assignment,
    /// Changes.
    Changes,
    /// Ratings.
    Csat,
    /// Service levels.
    Sla,
    /// Normatives.
    Normatives,
    /// Calls and lines.
    Calls,
    /// Appointments.
    Appointments,
    /// Campaigns.
    Campaigns,
    /// The account.
    Account,
    /// Reports.
    Reports,
    /// Mail services.
    Mail,
}

impl Group {
    /// Every group, in the order of the preferences.
    pub const ALL: &[Self] = &[
        Self::Messages,
        Self::Assignment,
        Self::Changes,
        Self::Csat,
        Self::Sla,
        Self::Normatives,
        Self::Calls,
        Self::Appointments,
        Self::Campaigns,
        Self::Account,
        Self::Reports,
        Self::Mail,
    ];

    /// Returns the name on the wire and in the language catalogue (`group-<id>`).
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Assignment => "assignment",
            Self::Changes => "changes",
            Self::Csat => "csat",
            Self::Sla => "sla",
            Self::Normatives => "normatives",
            Self::Calls => "calls",
            Self::Appointments => "appointments",
            Self::Campaigns => "campaigns",
            Self::Account => "account",
            Self::Reports => "reports",
            Self::Mail => "mail",
        }
    }

    /// Says whether its rows are view-only unless the instance has `extended_settings` (R17).
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self, Self::Csat | Self::Sla | Self::Normatives)
    }

    /// Returns the melody of its kinds before anybody chose.
    #[must_use]
    pub const fn melody(self) -> &'static str {
        match self {
            Self::Messages => "soft-knock",
            Self::Assignment => "carillon",
            Self::Changes => "pebble",
            Self::Csat => "bright-star",
            Self::Sla => "alarm",
            Self::Normatives => "metronome",
            Self::Calls => "ring-ring",
            Self::Appointments => "clock-chime",
            Self::Campaigns => "fanfare",
            Self::Account => "low-bell",
            Self::Reports => "page-turn",
            Self::Mail => "letter",
        }
    }
}

/// Whom a kind concerns when the event names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The members of the event's team; without one, of its inbox.
    Group,
    /// The assignee: the new one, where the event tells of a change.
    Assignee,
    /// The assignee and the watchers.
    AssigneeAndWatchers,
    /// The assignee, or the group where there is none.
    AssigneeElseGroup,
    /// Those that the event names, and nobody else: the mentioned, the author, the creator, the new watcher.
    Named,
    /// The assignee, and those that the event names: the old assignee beside the new one.
    AssigneeAndNamed,
    /// The members of the event's line who follow it.
    LineMembers,
    /// The owner of the event's line.
    LineOwner,
    /// The admins.
    Admins,
    /// The billing admins.
    BillingAdmins,
    /// Chosen by the mail service itself (R12, R13): such a kind comes from no source.
    MailService,
}

impl Audience {
    /// Returns the role without which nobody sees such a kind (R16).
    #[must_use]
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Admins => Some(Role::Admin),
            Self::BillingAdmins => Some(Role::BillingAdmin),
            _ => None,
        }
    }
}

/// What an agent may be told of, beyond the agent's own work (R16). The server's word, never the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers customers.
    Agent,
    /// Runs the account.
    Admin,
    /// Pays for it.
    BillingAdmin,
}

impl Role {
    /// Every role.
    pub const ALL: &[Self] = &[Self::Agent, Self::Admin, Self::BillingAdmin];
}

/// A set of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Channels(u16);

impl Channels {
    /// Returns the set of `channels`.
    #[must_use]
    pub const fn of(channels: &[Channel]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < channels.len() {
            bits |= 1 << channels[i] as u16;
            i += 1;
        }
        Self(bits)
    }

    /// Says whether `channel` is in the set.
    #[must_use]
    pub const fn has(self, channel: Channel) -> bool {
        self.0 & (1 << channel as u16) != 0
    }
}

const NONE: Channels = Channels::of(&[]);
const B: Channels = Channels::of(&[Channel::Bell]);
const BT: Channels = Channels::of(&[Channel::Bell, Channel::Toast]);
const BTS: Channels = Channels::of(&[Channel::Bell, Channel::Toast, Channel::Sound]);
const BE: Channels = Channels::of(&[Channel::Bell, Channel::Email]);
const BTE: Channels = Channels::of(&[Channel::Bell, Channel::Toast, Channel::Email]);
const BTSE: Channels = Channels::of(&[
    Channel::Bell,
    Channel::Toast,
    Channel::Sound,
    Channel::Email,
]);
const E: Channels = Channels::of(&[Channel::Email]);

const fn kind(id: &'static str, group: Group, audience: Audience, defaults: Channels) -> Kind {
    Kind {
        id,
        group,
        audience,
        defaults,
        urgent: false,
        always_alert: false,
        melody: group.melody(),
    }
}

impl Kind {
    const fn urgent(self) -> Self {
        Self {
            urgent: true,
            ..self
        }
    }

    const fn always_alerting(self) -> Self {
        Self {
            always_alert: true,
            ..self
        }
    }

    const fn playing(self, melody: &'static str) -> Self {
        Self { melody, ..self }
    }

    /// Returns the row of that name, if the catalogue has it.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.id == id)
    }
}

use Audience as A;
use Group as G;

/// The catalogue.
pub const KINDS: &[Kind] = &[
    kind("ticket_created", G::Messages, A::Group, BT),
    kind("chat_created", G::Messages, A::Group, BT),
    kind("comment_created", G::Messages, A::AssigneeAndWatchers, BT),
    kind("ticket_message", G::Messages, A::AssigneeAndWatchers, BT),
    kind("conversation_message", G::Messages, A::Assignee, BTS),
    kind("message_received", G::Messages, A::Group, BT),
    kind("reply_received", G::Messages, A::Named, BT),
    kind("operator_mentioned", G::Messages, A::Named, BTSE)
        .urgent()
        .always_alerting()
        .playing("two-bells"),
    kind("module_event", G::Messages, A::Named, B),
    kind("conversation_assigned", G::Assignment, A::Assignee, BTSE),
    kind("ai_handover", G::Assignment, A::AssigneeElseGroup, BTS)
        .urgent()
        .playing("rising-fifth"),
    kind("contact_assigned", G::Assignment, A::Assignee, BT),
    kind("appointment_assigned", G::Assignment, A::Assignee, BTE),
    kind("reminder_assigned", G::Assignment, A::Assignee, BT),
    kind("ticket_reassign", G::Changes, A::AssigneeAndNamed, BT),
    kind("chat_reassign", G::Changes, A::AssigneeAndNamed, BT),
    kind("send_transfer_chat", G::Changes, A::Assignee, BTS),
    kind("ticket_closed", G::Changes, A::AssigneeAndWatchers, B),
    kind("ticket_reopened", G::Changes, A::AssigneeAndWatchers, BT),
    kind("chat_closed", G::Changes, A::Assignee, B),
    kind(
        "ticket_status_name_changed",
        G::Changes,
        A::AssigneeAndWatchers,
        B,
    ),
    kind("watcher_added", G::Changes, A::Named, BT),
    kind("subject_change", G::Changes, A::AssigneeAndWatchers, B),
    kind("csat_received", G::Csat, A::Assignee, BT),
    kind("csat_negative", G::Csat, A::Assignee, BTS).playing("falling-third"),
    kind("sla_warning", G::Sla, A::AssigneeElseGroup, BT),
    kind("sla_expired", G::Sla, A::AssigneeElseGroup, BTS).urgent(),
    kind("sla_time_in_status_exceeded", G::Sla, A::Assignee, BT),
    kind("normative_response_warning", G::Normatives, A::Assignee, BT),
    kind(
        "normative_response_overlimit",
        G::Normatives,
        A::Assignee,
        BTS,
    ),
    kind("call_incoming", G::Calls, A::LineMembers, BTS).urgent(),
    kind("call_missed", G::Calls, A::LineMembers, BT),
    kind("voicemail_left", G::Calls, A::LineMembers, BTE),
    kind("text_received", G::Calls, A::LineMembers, BT),
    kind("fax_received", G::Calls, A::LineOwner, BTE),
    kind("high_sms", G::Calls, A::LineMembers, BTS).urgent(),
    kind("appointment_created", G::Appointments, A::Assignee, B),
    kind("appointment_1_day", G::Appointments, A::Assignee, BE),
    kind("appointment_1_hour", G::Appointments, A::Assignee, BT),
    kind("appointment_15_minutes", G::Appointments, A::Assignee, BTS),
    kind("appointment_1_minute", G::Appointments, A::Assignee, BTS),
    kind("campaign_finished", G::Campaigns, A::Named, BTE),
    kind("wallet_warning", G::Account, A::Admins, BTE),
    kind("wallet_critical", G::Account, A::Admins, BTE),
    kind("sender_id_status_changed", G::Account, A::Admins, BE),
    kind("did_kyc_pending", G::Account, A::Admins, BE),
    kind("billing_warning", G::Account, A::BillingAdmins, BE),
    kind("billing_warning_report", G::Account, A::BillingAdmins, BE),
    kind("webhook_failure", G::Account, A::Admins, BE),
    kind("integration_connection_failed", G::Account, A::Admins, BTE),
    kind("users_sync_report", G::Reports, A::Admins, NONE),
    kind("contacts_sync_report", G::Reports, A::Admins, NONE),
    kind(
        "contact_dispositions_sync_report",
        G::Reports,
        A::Admins,
        NONE,
    ),
    kind("call_dispositions_sync_report", G::Reports, A::Admins, NONE),
    kind("daily_activity_report", G::Reports, A::Admins, NONE),
    kind("daily_inbound_sms_report", G::Reports, A::Admins, NONE),
    kind("daily_outbound_sms_report", G::Reports, A::Admins, NONE),
    kind("daily_spending_report", G::Reports, A::Admins, NONE),
    kind("import_export_report", G::Reports, A::Admins, BE),
    kind("unreplied_message", G::Mail, A::MailService, E),
    kind("end_of_day_summary", G::Mail, A::MailService, NONE),
];

/// The defaults of a kind that the catalogue does not know: the bell only, so that nothing is dropped because it is new.
pub const UNKNOWN_DEFAULTS: Channels = B;

/// The melody of a kind that the catalogue does not know.
pub const UNKNOWN_MELODY: &str = "soft-knock";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{ids::KindId, melody::Melody};

    #[test]
    fn every_kind_has_a_name_of_its_own_that_the_wire_accepts() {
        let mut seen = HashSet::new();
        for kind in KINDS {
            assert!(seen.insert(kind.id), "{} stands twice", kind.id);
            assert!(KindId::new(kind.id).is_ok(), "{}", kind.id);
            assert_eq!(Kind::find(kind.id), Some(kind));
        }
        assert_eq!(KINDS.len(), 61);
    }

    #[test]
    fn every_kind_has_a_melody_that_exists_and_every_group_its_own() {
        for kind in KINDS {
            assert!(
                Melody::find(kind.melody).is_some(),
                "{} plays {}",
                kind.id,
                kind.melody
            );
        }
        let melodies: HashSet<_> = Group::ALL.iter().map(|group| group.melody()).collect();
        assert_eq!(melodies.len(), Group::ALL.len());
    }

    #[test]
    fn only_a_mention_always_alerts_before_anybody_chose() {
        let always: Vec<_> = KINDS
            .iter()
            .filter(|kind| kind.always_alert)
            .map(|kind| kind.id)
            .collect();
        assert_eq!(always, ["operator_mentioned"]);
    }
}
