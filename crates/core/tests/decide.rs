//! The judgement as a table of examples: what was chosen, what is imposed, what happened, and what becomes of it.

use std::sync::LazyLock;

use campanile_core::{
    catalogue::KINDS,
    channel::{Channel, Side},
    decide::{Circumstances, Focus, Outcome, Reason, decide},
    event::{Because, Conversation, Notice, Reference},
    ids::{EventId, KindId, SourceId},
    policy::{DefaultCell, Policy, Ruling},
    preferences::{Cell, Preferences, Scope},
    time::Timestamp,
    zone::Rules,
};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn notice(kind: &str) -> Notice {
    let reference = |id: &str| Reference {
        id: id.into(),
        name: None,
    };
    Notice {
        id: EventId(Uuid::nil()),
        source: SourceId::new("acme").expect("a good name"),
        kind: KindId::new(kind).expect("a good name"),
        time: Timestamp::from_ms(0),
        because: Because::Group,
        cause: None,
        actor: None,
        conversation: Some(Conversation {
            id: "412".into(),
            number: None,
            title: None,
            url: None,
        }),
        contact: None,
        line: Some(reference("l1")),
        inbox: Some(reference("i1")),
        team: Some(reference("t1")),
        title: None,
        body: None,
        lang: None,
        links: Vec::new(),
        collapse: None,
        expires_at: None,
        data: serde_json::Map::new(),
    }
}

/// One situation: a builder whose words are those of the rulings.
#[derive(Clone)]
struct Situation {
    notice: Notice,
    preferences: Preferences,
    policy: Policy,
    now: &'static str,
    focus: Focus<'static>,
}

fn when(kind: &str) -> Situation {
    Situation {
        notice: notice(kind),
        preferences: Preferences::default(),
        policy: Policy {
            extended_settings: true,
            channels: vec![Channel::Email, Channel::Push],
            ..Policy::default()
        },
        now: "2026-11-24T12:00:00Z",
        focus: Focus::Elsewhere,
    }
}

impl Situation {
    fn chosen(mut self, scope: &str, kind: &str, facet: &str, value: Value) -> Self {
        let scope = Scope::parse(scope).expect("a scope");
        let cell = Cell {
            scope,
            kind: kind.into(),
            facet: facet.into(),
            value: Some(value),
        };
        self.preferences.apply(&cell, Timestamp::from_ms(1));
        self
    }

    fn quiet_nights(self) -> Self {
        self.quiet_nights_with_email("skip")
    }

    fn quiet_nights_with_email(self, email: &str) -> Self {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let windows = json!([{ "days": days, "start": "19:00", "end": "08:00" }]);
        let hours =
            json!({ "on": true, "zone": "Europe/Kyiv", "windows": windows, "email": email });
        self.chosen("*", "*", "quiet_hours", hours)
    }

    fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    fn notice(mut self, change: impl FnOnce(&mut Notice)) -> Self {
        change(&mut self.notice);
        self
    }

    fn at(self, now: &'static str) -> Self {
        Self { now, ..self }
    }

    fn looking_at(self, focus: Focus<'static>) -> Self {
        Self { focus, ..self }
    }

    fn told(&self) -> String {
        let now = Timestamp::parse(self.now).expect("a time");
        let hold = self.preferences.quiet().hold(now, &Rules::built_in());
        let at = Circumstances {
            now,
            preferences: &self.preferences,
            policy: &self.policy,
            hold: hold.as_ref(),
            focus: self.focus,
        };
        let sides = [Side::Server, Side::Desk].map(|side| decide(&self.notice, side, &at));
        let offered = |reason: &Reason| *reason != Reason::NotOffered;
        let lines = sides
            .iter()
            .flat_map(|verdict| &verdict.rulings)
            .filter(|ruled| offered(&ruled.reason))
            .map(|ruled| {
                let sign = match ruled.outcome {
                    Outcome::Fires => '+',
                    Outcome::Waits => '~',
                    Outcome::Silent => '-',
                };
                format!("{sign}{} {}", ruled.channel.id(), because(&ruled.reason))
            });
        lines.collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn gives(self, expected: Expect) {
        expected.assert_eq(&self.told());
    }
}

fn because(reason: &Reason) -> String {
    match reason {
        Reason::Chosen { scope } => format!("chosen {scope}"),
        Reason::Held { hold } => format!(
            "held until {}",
            hold.until
                .map_or("further notice".into(), |at| at.to_string())
        ),
        Reason::KindMuted { until } => format!("kind muted until {until:?}"),
        other => format!("{other:?}").to_lowercase(),
    }
}

#[test]
fn before_anybody_chose_the_catalogue_says_what_goes_out() {
    when("sla_expired").gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; +toast catalogue; +sound catalogue"
    ]);
    when("operator_mentioned").gives(expect![
        "+bell catalogue; -push catalogue; +email catalogue; +toast catalogue; +sound catalogue"
    ]);
    when("chat_closed").gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; -toast catalogue; -sound catalogue"
    ]);
}

#[test]
fn a_kind_that_nobody_knows_stands_in_the_bell() {
    when("brand_new_kind").gives(expect!["+bell unknownkind; -push unknownkind; -email unknownkind; -toast unknownkind; -sound unknownkind"]);
}

#[test]
fn a_choice_for_a_line_is_stronger_than_one_for_an_inbox_a_team_and_everything() {
    let base = when("call_missed")
        .chosen("*", "call_missed", "channel.toast", json!(false))
        .chosen("team:acme/t1", "call_missed", "channel.sound", json!(true))
        .chosen(
            "inbox:acme/i1",
            "call_missed",
            "channel.sound",
            json!(false),
        )
        .chosen("line:acme/l1", "call_missed", "channel.toast", json!(true));
    base.clone().gives(expect!["+bell catalogue; -push catalogue; -email catalogue; +toast chosen line:acme/l1; -sound chosen inbox:acme/i1"]);
    base.notice(|n| n.line = None).gives(expect!["+bell catalogue; -push catalogue; -email catalogue; -toast chosen *; -sound chosen inbox:acme/i1"]);
}

#[test]
fn the_instance_sets_defaults_that_an_agent_can_change() {
    let base = when("chat_closed").policy(|policy| {
        policy.defaults.push(DefaultCell {
            kind: "chat_closed".into(),
            facet: "channel.toast".into(),
            value: json!(true),
        });
    });
    base.clone().gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; +toast instance; -sound catalogue"
    ]);
    base.chosen("*", "chat_closed", "channel.toast", json!(false))
        .gives(expect![
            "+bell catalogue; -push catalogue; -email catalogue; -toast chosen *; -sound catalogue"
        ]);
}

#[test]
fn a_channel_that_is_off_is_silent_unless_the_admin_requires_it() {
    let off = when("sla_expired").chosen("*", "*", "channel.sound", json!(false));
    off.clone().gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; +toast catalogue; -sound channeloff"
    ]);
    off.policy(|policy| {
        policy.required.push(Ruling {
            kind: "sla_expired".into(),
            channel: Some(Channel::Sound),
        })
    })
    .gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; +toast catalogue; +sound required"
    ]);
}

#[test]
fn what_the_admin_does_not_allow_cannot_be_chosen() {
    when("sla_expired")
        .chosen("*", "sla_expired", "channel.email", json!(true))
        .policy(|policy| policy.unavailable.push(Ruling { kind: "*".into(), channel: Some(Channel::Email) }))
        .gives(expect!["+bell catalogue; -push catalogue; -email unavailable; +toast catalogue; +sound catalogue"]);
}

#[test]
fn a_view_only_row_keeps_choices_but_does_not_use_them() {
    when("sla_expired")
        .chosen("*", "sla_expired", "channel.sound", json!(false))
        .policy(|policy| policy.extended_settings = false)
        .gives(expect![
            "+bell catalogue; -push catalogue; -email catalogue; +toast catalogue; +sound catalogue"
        ]);
}

#[test]
fn quiet_hours_hold_the_interruption_and_never_the_record() {
    let night = when("sla_expired")
        .quiet_nights()
        .at("2026-11-24T20:00:00Z");
    night.clone().gives(expect!["+bell catalogue; -push catalogue; -email catalogue; -toast held until 2026-11-25T06:00:00.000Z; -sound held until 2026-11-25T06:00:00.000Z"]);
    night.at("2026-11-25T06:00:00Z").gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; +toast catalogue; +sound catalogue"
    ]);
}

#[test]
fn email_in_quiet_hours_is_skipped_or_waits_as_the_agent_chose() {
    let kind = "conversation_assigned";
    when(kind).quiet_nights().at("2026-11-24T20:00:00Z").gives(expect!["+bell catalogue; -push catalogue; -email held until 2026-11-25T06:00:00.000Z; -toast held until 2026-11-25T06:00:00.000Z; -sound held until 2026-11-25T06:00:00.000Z"]);
    when(kind).quiet_nights_with_email("hold").at("2026-11-24T20:00:00Z").gives(expect!["+bell catalogue; -push catalogue; ~email held until 2026-11-25T06:00:00.000Z; -toast held until 2026-11-25T06:00:00.000Z; -sound held until 2026-11-25T06:00:00.000Z"]);
}

#[test]
fn always_alert_passes_quiet_hours_and_a_general_mute_on_ticked_outlets_only() {
    when("operator_mentioned").quiet_nights().at("2026-11-24T20:00:00Z").gives(expect!["+bell catalogue; -push catalogue; -email held until 2026-11-25T06:00:00.000Z; +toast alwaysalert; +sound alwaysalert"]);
    when("call_missed")
        .chosen("*", "call_missed", "always_alert", json!(true))
        .chosen("*", "*", "mute", json!({ "until": null }))
        .gives(expect!["+bell catalogue; -push catalogue; -email catalogue; +toast alwaysalert; -sound catalogue"]);
}

#[test]
fn always_alert_passes_neither_a_mute_of_that_kind_nor_focus() {
    when("operator_mentioned")
        .chosen("*", "operator_mentioned", "mute", json!({ "until": "2026-11-24T13:00:00.000Z" }))
        .gives(expect!["+bell catalogue; -push catalogue; -email kind muted until Some(Timestamp(1795525200000)); -toast kind muted until Some(Timestamp(1795525200000)); -sound kind muted until Some(Timestamp(1795525200000))"]);
    when("operator_mentioned")
        .looking_at(Focus::Inbox)
        .gives(expect![
            "+bell catalogue; -push catalogue; +email catalogue; -toast focus; -sound focus"
        ]);
}

static SOURCES: LazyLock<[SourceId; 2]> =
    LazyLock::new(|| ["acme", "shop"].map(|name| SourceId::new(name).expect("a name")));

/// What can be looked at: nothing, the page, the conversation, another one, and one of another source with the same id.
fn looks() -> [Focus<'static>; 5] {
    let [source, other] = &*SOURCES;
    let on_screen = |source, id| Focus::Conversation { source, id };
    [
        Focus::Elsewhere,
        Focus::Inbox,
        on_screen(source, "412"),
        on_screen(source, "413"),
        on_screen(other, "412"),
    ]
}

/// Tells whether toasts of conversation 412 go out, by what the agent chose, for each of [`looks`].
fn toasts_in_focus(choice: Option<&str>) -> [bool; 5] {
    looks().map(|look| {
        let base = when("sla_expired").looking_at(look);
        let situation = match choice {
            Some(choice) => base.chosen("*", "*", "focus", json!(choice)),
            None => base,
        };
        situation.told().contains("+toast")
    })
}

#[test]
fn looking_at_the_inbox_silences_all_or_only_the_conversation_on_screen() {
    let all = [true, false, false, false, false];
    assert_eq!(toasts_in_focus(None), all);
    assert_eq!(toasts_in_focus(Some("inbox")), all);
    assert_eq!(
        toasts_in_focus(Some("conversation")),
        [true, true, false, true, true]
    );
}

#[test]
fn only_mine_keeps_a_channel_to_what_is_the_agents_own() {
    let base = when("sla_expired").chosen("*", "*", "only_mine.toast", json!(true));
    base.clone().gives(expect![
        "+bell catalogue; -push catalogue; -email catalogue; -toast onlymine; +sound catalogue"
    ]);
    base.notice(|n| n.because = Because::Assigned)
        .gives(expect![
            "+bell catalogue; -push catalogue; -email catalogue; +toast catalogue; +sound catalogue"
        ]);
}

#[test]
fn what_has_expired_interrupts_nobody() {
    when("appointment_1_minute")
        .notice(|n| n.expires_at = Timestamp::parse("2026-11-24T11:59:00Z"))
        .gives(expect![
            "+bell catalogue; -push catalogue; -email catalogue; -toast expired; -sound expired"
        ]);
}

proptest! {
    /// Whatever was chosen: what is required goes out at any quiet-less moment, and a hold silences all but what always alerts.
    #[test]
    fn policy_and_quiet_hours_have_the_last_words(
        kind in 0..KINDS.len(),
        choices in prop::collection::vec((0..4_usize, any::<bool>(), 0..Channel::ALL.len()), 0..12),
        required in any::<bool>(),
        quiet in any::<bool>(),
    ) {
        let scopes = ["*", "line:acme/l1", "inbox:acme/i1", "team:acme/t1"];
        let kind = KINDS[kind].id;
        let mut situation = when(kind);
        for (scope, on, channel) in choices {
            situation = situation.chosen(scopes[scope], kind, Channel::ALL[channel].switch(), json!(on));
        }
        if required {
            situation = situation.policy(|p| p.required.push(Ruling { kind: "*".into(), channel: Some(Channel::Toast) }));
        }
        if quiet {
            situation = situation.quiet_nights().at("2026-11-24T20:00:00Z");
        }
        let told = situation.told();
        if required && !quiet {
            prop_assert!(told.contains("+toast required"), "{told}");
        }
        if quiet && !told.contains("alwaysalert") {
            prop_assert!(!told.contains("+toast") && !told.contains("+sound") && !told.contains("+email"), "{told}");
        }
    }
}
