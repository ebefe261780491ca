//! A notice in words: what happened, what it is about, and the text.

use campanile_core::{
    catalogue::{Group, Kind},
    event::Notice,
};
use fluent_bundle::FluentArgs;
use serde_json::Value;

use super::{TEXT_MOST, TITLE_MOST, Words, plain};

/// The facts that a title can name, those that say most first; each is an attribute of its message.
const FACTS: &[&str] = &["score", "status", "actor", "contact", "line"];

impl Words {
    /// Returns what happened: "SLA breached", "Ana Admin mentioned you".
    ///
    /// The source's own title where the kind has no words of its own, as a report or a kind that is not known here.
    #[must_use]
    pub fn title(&self, notice: &Notice) -> String {
        let kind = notice.kind.as_str();
        self.happened(notice)
            .or_else(|| own_title(notice))
            .or_else(|| self.find(&format!("kind-{kind}"), None, &FluentArgs::new()))
            .unwrap_or_else(|| self.say("notice-unknown"))
    }

    /// Returns what it is about: "#412 Parcel late · Tomas Reed". Empty where nothing is known.
    #[must_use]
    pub fn about(&self, notice: &Notice) -> String {
        let conversation = notice.conversation.as_ref().map(|conversation| {
            let number = conversation
                .number
                .as_deref()
                .map(|number| format!("#{}", number.trim_start_matches('#')));
            let parts = [number, conversation.title.clone()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        let contact = notice
            .contact
            .as_ref()
            .and_then(|contact| contact.name.clone());
        let line = notice
            .line
            .as_ref()
            .filter(|_| is_call(notice))
            .and_then(|line| line.name.clone());
        let about = joined([conversation, contact, line]);
        if about.is_empty() && self.happened(notice).is_some() {
            return own_title(notice).unwrap_or_default();
        }
        about
    }

    /// Returns the text: the source's, or its title where that is not told elsewhere. Empty where there is none.
    #[must_use]
    pub fn text(&self, notice: &Notice) -> String {
        let body = notice.body.as_deref().map(|body| plain(body, TEXT_MOST));
        let body = body.filter(|body| !body.is_empty());
        let unsaid = || {
            own_title(notice)
                .filter(|title| *title != self.title(notice) && *title != self.about(notice))
        };
        body.or_else(unsaid).unwrap_or_default()
    }

    /// Returns what happened and with whom, and nothing of the words that the source wrote (R7, "name only").
    #[must_use]
    pub fn outline(&self, notice: &Notice) -> (String, String) {
        let happened = self.happened(notice);
        let name = notice.contact.as_ref().and_then(|who| who.name.as_deref());
        (
            happened.unwrap_or_else(|| self.kind(notice.kind.as_str())),
            plain(name.unwrap_or_default(), TITLE_MOST),
        )
    }

    /// Returns the kind's label; the kind's own name for one that is not known here.
    #[must_use]
    pub fn kind(&self, kind: &str) -> String {
        let label = self.find(&format!("kind-{kind}"), None, &FluentArgs::new());
        label.unwrap_or_else(|| plain(kind, TITLE_MOST))
    }

    fn happened(&self, notice: &Notice) -> Option<String> {
        let id = format!("notice-{}", Kind::find(notice.kind.as_str())?.id);
        let told = FACTS.iter().find_map(|&fact| {
            let args = super::args([(fact, told_fact(notice, fact)?.into())]);
            self.find(&id, Some(fact), &args)
        });
        told.or_else(|| self.find(&id, None, &FluentArgs::new()))
    }
}

fn told_fact(notice: &Notice, fact: &str) -> Option<String> {
    let told = match fact {
        "actor" => notice.actor.as_ref()?.name.clone()?,
        "contact" => notice.contact.as_ref()?.name.clone()?,
        "line" => notice.line.as_ref()?.name.clone()?,
        "score" => match (datum(notice, "score")?, datum(notice, "best")) {
            (score, Some(best)) => format!("{score}/{best}"),
            (score, None) => score,
        },
        _ => datum(notice, fact)?,
    };
    Some(plain(&told, TITLE_MOST)).filter(|told| !told.is_empty())
}

fn datum(notice: &Notice, name: &str) -> Option<String> {
    match notice.data.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn own_title(notice: &Notice) -> Option<String> {
    notice
        .title
        .as_deref()
        .map(|title| plain(title, TITLE_MOST))
        .filter(|title| !title.is_empty())
}

fn is_call(notice: &Notice) -> bool {
    Kind::find(notice.kind.as_str()).is_some_and(|kind| kind.group == Group::Calls)
}

fn joined(parts: [Option<String>; 3]) -> String {
    let parts = parts
        .into_iter()
        .flatten()
        .map(|part| plain(&part, TITLE_MOST));
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    plain(&parts.join(" · "), TITLE_MOST)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;
    use crate::words::Language;

    fn notice(event: Value) -> Notice {
        let mut notice = json!({
            "id": "0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e", "source": "acme", "kind": "module_event",
            "time": "2026-11-21T08:30:00.000Z", "because": "assigned",
        });
        if let (Some(notice), Value::Object(event)) = (notice.as_object_mut(), event) {
            notice.extend(event);
        }
        serde_json::from_value(notice).expect("a notice")
    }

    fn check(event: Value, expected: Expect) {
        let notice = notice(event);
        let told = [Language::English, Language::Ukrainian].map(|language| {
            let words = Words::new(language);
            [
                words.title(&notice),
                words.about(&notice),
                words.text(&notice),
            ]
            .join(" | ")
        });
        let told: Vec<_> = told
            .iter()
            .map(|told| told.trim_end_matches([' ', '|']))
            .collect();
        expected.assert_eq(&(told.join("\n") + "\n"));
    }

    #[test]
    fn a_mention_names_who_mentioned() {
        check(
            json!({
                "kind": "operator_mentioned", "actor": { "id": "7", "name": "Ana Admin" },
                "conversation": { "id": "c1", "number": "388" }, "body": "@Mira can you\ntake this one?",
            }),
            expect![[r#"
                Ana Admin mentioned you | #388 | @Mira can you take this one?
                Ana Admin згадує вас | #388 | @Mira can you take this one?
            "#]],
        );
        check(
            json!({ "kind": "operator_mentioned", "actor": { "id": "7" } }),
            expect![[r#"
                You were mentioned
                Вас згадали
            "#]],
        );
    }

    #[test]
    fn a_conversation_is_told_by_number_title_and_customer() {
        check(
            json!({
                "kind": "sla_expired", "title": "Ticket 412 breached", "body": "Waited 25 min, limit 15",
                "conversation": { "id": "c1", "number": "412", "title": "Parcel late" },
                "contact": { "id": "k1", "name": "Tomas Reed" },
            }),
            expect![[r#"
                SLA breached | #412 Parcel late · Tomas Reed | Waited 25 min, limit 15
                SLA порушено | #412 Parcel late · Tomas Reed | Waited 25 min, limit 15
            "#]],
        );
    }

    #[test]
    fn an_outline_has_no_word_that_the_source_wrote() {
        let words = Words::new(Language::English);
        let contact = json!({ "id": "k1", "name": "Tomas Reed" });
        let told = [
            json!({ "kind": "module_event", "title": "Refund of 300 EUR", "body": "It never came" }),
            json!({ "kind": "sla_expired", "title": "Refund", "contact": contact }),
            json!({ "kind": "from.the.future", "title": "Refund" }),
        ]
        .map(|event| format!("{:?}\n", words.outline(&notice(event))));
        expect![[r#"
            ("Module event", "")
            ("SLA breached", "Tomas Reed")
            ("from.the.future", "")
        "#]]
        .assert_eq(&told.concat());
    }

    #[test]
    fn a_rating_shows_its_score() {
        check(
            json!({ "kind": "csat_negative", "data": { "score": 1, "best": 5 } }),
            expect![[r#"
                Negative rating: 1/5
                Негативна оцінка: 1/5
            "#]],
        );
        check(
            json!({ "kind": "csat_received", "data": { "score": "good" } }),
            expect![[r#"
                Rating received: good
                Отримано оцінку: good
            "#]],
        );
    }

    #[test]
    fn a_call_names_its_line() {
        check(
            json!({
                "kind": "call_incoming", "contact": { "id": "+380441234567", "name": "Tomas Reed" },
                "line": { "id": "l1", "name": "Support" },
            }),
            expect![[r#"
                Call from Tomas Reed | Tomas Reed · Support
                Дзвінок: Tomas Reed | Tomas Reed · Support
            "#]],
        );
    }

    #[test]
    fn the_source_s_title_is_told_where_the_kind_says_nothing_better() {
        check(
            json!({ "kind": "daily_spending_report", "title": "Spent on 20 November" }),
            expect![[r#"
                Spent on 20 November
                Spent on 20 November
            "#]],
        );
        check(
            json!({ "kind": "campaign_finished", "title": "Spring offer", "body": "1,204 sent" }),
            expect![[r#"
            Campaign finished | Spring offer | 1,204 sent
            Кампанію завершено | Spring offer | 1,204 sent
        "#]],
        );
        check(
            json!({ "kind": "brand_new_kind", "title": "Something new" }),
            expect![[r#"
                Something new
                Something new
            "#]],
        );
        check(
            json!({ "kind": "brand_new_kind" }),
            expect![[r#"
                Notification
                Сповіщення
            "#]],
        );
    }

    #[test]
    fn a_hostile_name_is_told_as_plain_bounded_text() {
        check(
            json!({ "kind": "reply_received", "actor": { "id": "7", "name": "{ $actor }\u{202e}\n<b>Ana</b>" } }),
            expect![[r#"
                { $actor } <b>Ana</b> replied to you
                { $actor } <b>Ana</b> відповідає вам
            "#]],
        );
    }
}
