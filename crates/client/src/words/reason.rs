//! The reasons of a verdict in words (R1).

use campanile_core::{
    decide::{Outcome, Reason, Ruled},
    quiet::{Cause, Hold},
};

use super::{Clock, TITLE_MOST, Words, args, plain};

/// What became of an outlet's turn after its verdict let it through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It went out.
    Rang,
    /// Shown with others in "N more".
    Folded,
    /// Told in a summary.
    Summed,
    /// Another melody had just played.
    TooSoon,
    /// It waits, or waited until it was read: the agent was active at another desk.
    Elsewhere,
}

impl Words {
    /// Returns why a channel went out or did not: "held: quiet hours 19:00–08:00 Europe/Kyiv".
    ///
    /// `place` is the name of the line, inbox or team that the agent's choice was made for.
    #[must_use]
    pub fn ruled(
        &self,
        ruled: &Ruled,
        fate: Fate,
        place: Option<&str>,
        clock: &Clock<'_>,
    ) -> String {
        if ruled.outcome == Outcome::Fires
            && let Some(id) = fate.id()
        {
            return self.say(id);
        }
        let id = match (ruled.outcome, &ruled.reason) {
            (Outcome::Fires, _) => "fired",
            (Outcome::Waits, _) => "waits",
            (Outcome::Silent, Reason::Held { .. }) => "held",
            (Outcome::Silent, _) => "silent",
        };
        let reason = self.reason(&ruled.reason, place, clock);
        self.say_with(id, &args([("reason", reason.into())]))
    }

    fn reason(&self, reason: &Reason, place: Option<&str>, clock: &Clock<'_>) -> String {
        let until = |id: &str, until: Option<_>| match until {
            None => self.say(id),
            Some(until) => {
                let end = args([("until", self.end(until, clock).into())]);
                self.find(id, Some("until"), &end)
                    .unwrap_or_else(|| self.say(id))
            }
        };
        match reason {
            Reason::Catalogue => self.say("reason-catalogue"),
            Reason::UnknownKind => self.say("reason-unknown_kind"),
            Reason::Instance => self.say("reason-instance"),
            Reason::Chosen { .. } => {
                let named = |place| args([("place", plain(place, TITLE_MOST).into())]);
                let for_place = place
                    .and_then(|place| self.find("reason-chosen", Some("place"), &named(place)));
                for_place.unwrap_or_else(|| self.say("reason-chosen"))
            }
            Reason::ChannelOff => self.say("reason-channel_off"),
            Reason::OnlyMine => self.say("reason-only_mine"),
            Reason::Required => self.say("reason-required"),
            Reason::Unavailable => self.say("reason-unavailable"),
            Reason::NotOffered => self.say("reason-not_offered"),
            Reason::Expired => self.say("reason-expired"),
            Reason::KindMuted { until: end } => until("reason-kind_muted", *end),
            Reason::Held {
                hold:
                    Hold {
                        cause: Cause::Hours { start, end, zone },
                        ..
                    },
            } => {
                let (start, end) = (start.to_string(), end.to_string());
                let hours = [
                    ("start", start.into()),
                    ("end", end.into()),
                    ("zone", zone.name().into()),
                ];
                self.say_with("reason-hours", &args(hours))
            }
            Reason::Held {
                hold:
                    Hold {
                        cause: Cause::Mute,
                        until: end,
                    },
            } => until("reason-mute", *end),
            Reason::AlwaysAlert => self.say("reason-always_alert"),
            Reason::Focus => self.say("reason-focus"),
        }
    }
}

impl Fate {
    const fn id(self) -> Option<&'static str> {
        match self {
            Self::Rang => None,
            Self::Folded => Some("fate-folded"),
            Self::Summed => Some("fate-summed"),
            Self::TooSoon => Some("fate-too_soon"),
            Self::Elsewhere => Some("fate-elsewhere"),
        }
    }
}

#[cfg(test)]
mod tests {
    use campanile_core::{
        channel::Channel,
        preferences::Scope,
        time::Timestamp,
        zone::{Rules, Zone},
    };
    use expect_test::expect;

    use super::*;
    use crate::words::Language;

    #[test]
    fn every_layer_s_word_is_told() {
        let at = |text: &str| Timestamp::parse(text).expect("a time");
        let (rules, zone) = (
            Rules::built_in(),
            "Europe/Kyiv".parse::<Zone>().expect("a zone"),
        );
        let clock = Clock {
            now: at("2026-11-21T20:00:00Z"),
            zone: &zone,
            rules: &rules,
        };
        let morning = Some(at("2026-11-22T06:00:00Z"));
        let hours = Cause::Hours {
            start: "19:00".parse().expect("a time of day"),
            end: "08:00".parse().expect("a time of day"),
            zone: zone.clone(),
        };
        let table = [
            (Outcome::Fires, Reason::Catalogue),
            (Outcome::Silent, Reason::Catalogue),
            (
                Outcome::Fires,
                Reason::Chosen {
                    scope: Scope::Line("acme/1".into()),
                },
            ),
            (Outcome::Silent, Reason::KindMuted { until: morning }),
            (
                Outcome::Silent,
                Reason::Held {
                    hold: Hold {
                        cause: hours.clone(),
                        until: morning,
                    },
                },
            ),
            (
                Outcome::Waits,
                Reason::Held {
                    hold: Hold {
                        cause: hours,
                        until: morning,
                    },
                },
            ),
            (
                Outcome::Silent,
                Reason::Held {
                    hold: Hold {
                        cause: Cause::Mute,
                        until: morning,
                    },
                },
            ),
            (
                Outcome::Silent,
                Reason::Held {
                    hold: Hold {
                        cause: Cause::Mute,
                        until: None,
                    },
                },
            ),
            (Outcome::Silent, Reason::Focus),
        ];
        let told: Vec<_> = [Language::English, Language::Ukrainian]
            .map(Words::new)
            .iter()
            .flat_map(|words| {
                table.clone().map(|(outcome, reason)| {
                    let ruled = Ruled {
                        channel: Channel::Toast,
                        outcome,
                        reason,
                    };
                    words.ruled(&ruled, Fate::Rang, Some("Support"), &clock)
                })
            })
            .collect();
        expect![[r#"
            on: the default
            off: the default
            on: your choice for Support
            off: this kind is muted until 08:00
            held: quiet hours 19:00–08:00 Europe/Kyiv
            waits for the summary: quiet hours 19:00–08:00 Europe/Kyiv
            held: muted until 08:00
            held: muted until you say
            off: you were looking at it
            увімкнено: типове значення
            вимкнено: типове значення
            увімкнено: ваш вибір для Support
            вимкнено: цей вид стишено до 08:00
            стримано: години тиші 19:00–08:00 Europe/Kyiv
            чекає на підсумок: години тиші 19:00–08:00 Europe/Kyiv
            стримано: тиша до 08:00
            стримано: тиша, доки не вимкнете
            вимкнено: ви саме на це дивилися
        "#]]
        .assert_eq(&(told.join("\n") + "\n"));
    }
}
