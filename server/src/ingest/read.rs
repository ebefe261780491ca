//! Reading events: strict, bounded, and with an error that names the field.

use campanile_core::{
    catalogue::{Audience, Kind},
    event::{Conversation, Reference},
    ids::KindId,
};
use campanile_protocol::{
    event::{EVENTS_MOST, NewEvent},
    object::Object,
    problem::Code,
    web_link::{self, Unfit},
};
use sha2::{Digest as _, Sha256};

use crate::{
    names::{self, is_bounded, is_plain},
    refusal::Refusal,
};

/// An event that is well formed.
#[derive(Clone, Debug)]
pub struct Read {
    /// The event.
    pub event: NewEvent,
    /// Its type, as a name.
    pub kind: KindId,
    /// The event as it is kept.
    pub json: String,
    /// Its hash: the same id with another hash is another event.
    pub hash: [u8; 32],
}

/// The most characters of an id, a name, a key or a number.
const SHORT: usize = names::ID_MOST;
/// The most characters of a headline.
const TITLE: usize = 500;
/// The most characters of a text.
const BODY: usize = 20_000;
/// The most characters of a language.
const LANG: usize = 35;
/// The most people or links of one event.
const PEOPLE: usize = 1_000;
const LINKS: usize = 10;
/// The most bytes of an event's own data.
const DATA_BYTES: usize = 16 * 1024;
/// The deepest that arrays and objects may lie in each other.
const DEPTH: usize = 32;

/// Reads one event or an array of them.
///
/// # Errors
/// [`Code::BadRequest`] if it is not such JSON, [`Code::BadEvent`] if a field breaks a rule; both name the field.
pub fn read(body: &[u8]) -> Result<Vec<Read>, Refusal> {
    check_depth(body)?;
    let events: Vec<NewEvent> = if first_sign(body) == Some(b'[') {
        let all: Vec<Object<NewEvent>> = any_json(body)?;
        all.into_iter().map(|event| event.0).collect()
    } else {
        vec![json(body)?]
    };
    if events.is_empty() || events.len() > EVENTS_MOST {
        return Err(Refusal::told(
            Code::BadRequest,
            format!("Send 1 to {EVENTS_MOST} events at once."),
        ));
    }
    let many = events.len() > 1;
    let prefix = |at: usize| {
        if many {
            format!("[{at}].")
        } else {
            String::new()
        }
    };
    events
        .into_iter()
        .enumerate()
        .map(|(at, event)| take(event).map_err(|wrong| wrong.told(&prefix(at))))
        .collect()
}

/// Reads `body` strictly, from an object.
///
/// # Errors
/// [`Code::BadRequest`], naming the path of what is wrong.
pub fn json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    any_json(body).map(|object: Object<T>| object.0)
}

fn any_json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // The path is only looked for once something is wrong: it costs as much as reading.
    serde_json::from_slice(body).map_err(|_| {
        let told = match serde_path_to_error::deserialize::<_, T>(
            &mut serde_json::Deserializer::from_slice(body),
        ) {
            Err(error) if is_told(error.path()) => {
                format!("`{}`: {}", error.path(), error.inner())
            }
            Err(error) => error.inner().to_string(),
            Ok(_) => "there is something after the end of the JSON".to_owned(),
        };
        Refusal::told(Code::BadRequest, told)
    })
}

/// A path that ends before the first name is none.
fn is_told(path: &serde_path_to_error::Path) -> bool {
    use serde_path_to_error::Segment;
    path.iter()
        .next()
        .is_some_and(|first| !matches!(first, Segment::Unknown))
}

/// Refuses JSON that nests deeper than anything of ours does, before it is read.
///
/// # Errors
/// [`Code::BadRequest`].
pub fn check_depth(body: &[u8]) -> Result<(), Refusal> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Err(Refusal::told(
                Code::BadRequest,
                format!("Nest arrays and objects at most {DEPTH} deep."),
            ));
        }
    }
    Ok(())
}

fn first_sign(body: &[u8]) -> Option<u8> {
    body.iter()
        .copied()
        .find(|byte| !byte.is_ascii_whitespace())
}

/// What is wrong with which field.
struct Wrong {
    field: String,
    rule: String,
}

impl Wrong {
    fn told(self, prefix: &str) -> Refusal {
        Refusal::told(
            Code::BadEvent,
            format!("`{prefix}{}`: {}", self.field, self.rule),
        )
    }
}

fn wrong(field: impl Into<String>, rule: impl Into<String>) -> Wrong {
    Wrong {
        field: field.into(),
        rule: rule.into(),
    }
}

fn take(event: NewEvent) -> Result<Read, Wrong> {
    check(&event)?;
    let kind = KindId::new(event.kind.clone()).map_err(|bad| wrong("type", bad.to_string()))?;
    if Kind::find(kind.as_str()).is_some_and(|kind| kind.audience == Audience::MailService) {
        return Err(wrong(
            "type",
            "this server makes such notices itself; send what happened instead",
        ));
    }
    let json = serde_json::to_string(&event).map_err(|error| wrong("data", error.to_string()))?;
    let hash = Sha256::digest(json.as_bytes()).into();
    Ok(Read {
        event,
        kind,
        json,
        hash,
    })
}

fn check(event: &NewEvent) -> Result<(), Wrong> {
    required("id", &event.id, SHORT)?;
    optional("cause", event.cause.as_deref(), SHORT)?;
    optional("collapse", event.collapse.as_deref(), SHORT)?;
    optional("title", event.title.as_deref(), TITLE)?;
    optional("body", event.body.as_deref(), BODY)?;
    if let Some(lang) = &event.lang {
        let fits = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if lang.len() > LANG || !lang.split('-').all(fits) {
            return Err(wrong(
                "lang",
                "write it as BCP 47 does, such as `en` or `uk-UA`",
            ));
        }
    }
    for (field, reference) in [
        ("actor", &event.actor),
        ("line", &event.line),
        ("inbox", &event.inbox),
        ("team", &event.team),
        ("assignee", &event.assignee),
    ] {
        reference
            .as_ref()
            .map_or(Ok(()), |reference| check_reference(field, reference))?;
    }
    check_people("watchers", &event.watchers)?;
    check_people("recipients", &event.recipients)?;
    event
        .conversation
        .as_ref()
        .map_or(Ok(()), check_conversation)?;
    if let Some(contact) = &event.contact {
        required("contact.id", &contact.id, SHORT)?;
        optional("contact.name", contact.name.as_deref(), SHORT)?;
    }
    if event.links.len() > LINKS {
        return Err(wrong("links", format!("at most {LINKS}")));
    }
    for (at, link) in event.links.iter().enumerate() {
        required(&format!("links[{at}].rel"), &link.rel, SHORT)?;
        optional(&format!("links[{at}].label"), link.label.as_deref(), SHORT)?;
        check_address(&format!("links[{at}].url"), &link.url)?;
    }
    if !event.data.is_empty()
        && serde_json::to_vec(&event.data).map_or(usize::MAX, |data| data.len()) > DATA_BYTES
    {
        return Err(wrong("data", format!("at most {DATA_BYTES} bytes")));
    }
    Ok(())
}

fn check_conversation(conversation: &Conversation) -> Result<(), Wrong> {
    required("conversation.id", &conversation.id, SHORT)?;
    optional("conversation.number", conversation.number.as_deref(), SHORT)?;
    optional("conversation.title", conversation.title.as_deref(), TITLE)?;
    conversation
        .url
        .as_deref()
        .map_or(Ok(()), |url| check_address("conversation.url", url))
}

fn check_people(field: &str, people: &[Reference]) -> Result<(), Wrong> {
    if people.len() > PEOPLE {
        return Err(wrong(
            field,
            format!("at most {PEOPLE}; name a team instead"),
        ));
    }
    people
        .iter()
        .enumerate()
        .try_for_each(|(at, person)| check_reference(&format!("{field}[{at}]"), person))
}

fn check_reference(field: &str, reference: &Reference) -> Result<(), Wrong> {
    let within = |rest: &str| format!("{field}.{rest}");
    // The common case must not build names that nobody reads.
    if is_plain(&reference.id, SHORT) {
        return optional_with(|| within("name"), reference.name.as_deref(), SHORT);
    }
    required(&within("id"), &reference.id, SHORT)
}

fn required(field: &str, text: &str, most: usize) -> Result<(), Wrong> {
    if is_plain(text, most) {
        Ok(())
    } else {
        Err(wrong(field, names::rule(most)))
    }
}

fn optional(field: &str, text: Option<&str>, most: usize) -> Result<(), Wrong> {
    optional_with(|| field.to_owned(), text, most)
}

fn optional_with(field: impl Fn() -> String, text: Option<&str>, most: usize) -> Result<(), Wrong> {
    match text {
        Some(text) if !is_bounded(text, most) => {
            Err(wrong(field(), format!("at most {most} characters")))
        }
        _ => Ok(()),
    }
}

/// A link that no desk would open is refused where its sender hears of it.
fn check_address(field: &str, address: &str) -> Result<(), Wrong> {
    web_link::read(address).map(drop).map_err(|unfit| {
        let rule = match unfit {
            Unfit::TooLong { most, .. } => format!("at most {most} bytes"),
            _ => "an address that begins with https:// or http://, names a plain host and no user, and has no space, \
                  backslash or control character in it"
                .to_owned(),
        };
        wrong(field, rule)
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let long = "x".repeat(201);
        let deep = "[".repeat(33);
        let table = [
            "",
            "{",
            "[]",
            r#"{"id":"1"}"#,
            r#"{"id":"1","type":"sla_expired"} {}"#,
            r#"{"id":1,"type":"sla_expired"}"#,
            r#"{"id":"1","id":"2","type":"sla_expired"}"#,
            r#"{"id":"1","type":"sla_expired","agent_id":"7"}"#,
            r#"{"id":"1","type":"sla_expired","conversation":{"number":"4"}}"#,
            r#"{"id":"1","type":"x","actor":{"id":"7","role":"admin"}}"#,
            r#"{"id":"1","type":"x","watchers":[{"id":"7"},{"id":"8","is_mandatory":true}]}"#,
            r#"{"id":"1","type":"x","conversation":{"id":"4","tenant_id":"1"}}"#,
            r#"{"id":"1","type":"x","contact":{"id":"4","verified":true}}"#,
            r#"{"id":"1","type":"x","links":[{"rel":"open","url":"https://a/","created_at":0}]}"#,
            r#"{"id":"1","type":"x","line":{"id":"7","id":"8"}}"#,
            r#"{"id":"1","type":"x","inbox":["7"]}"#,
            r#"{"id":"1","type":"x","links":[["open","","https://a/"]]}"#,
            r#"{"id":"1","type":"x","links":[{"rel":"open","url":"https://a/b c"}]}"#,
            r#"{"id":"1","type":"x","links":[{"rel":"open","url":"https:a.example"}]}"#,
            r#"{"id":"1","type":"sla_expired","time":"yesterday"}"#,
            r#"{"id":"","type":"sla_expired"}"#,
            r#"{"id":"1","type":"SLA expired"}"#,
            r#"{"id":"1","type":"unreplied_message"}"#,
            &format!(r#"{{"id":"1","type":"x","cause":"{long}"}}"#),
            r#"{"id":"1","type":"x","lang":"english, please"}"#,
            r#"{"id":"1","type":"x","conversation":{"id":"4","url":"javascript:alert(1)"}}"#,
            r#"{"id":"1","type":"x","links":[{"rel":"open","url":"https://a@b/"}]}"#,
            r#"[{"id":"1","type":"x"},{"id":"2","type":"x","recipients":[{"id":"17"},{"id":""}]}]"#,
            r#"{"id":"1","type":"x","team":{"id":"sup\u0007port"}}"#,
            &deep,
        ];
        let told: Vec<_> = table
            .iter()
            .map(|body| read(body.as_bytes()).map(|_| ()).expect_err(body).problem())
            .map(|problem| format!("{} {}\n", problem.code, problem.detail))
            .collect();
        expect![[r#"
            bad_request EOF while parsing a value at line 1 column 0
            bad_request EOF while parsing an object at line 1 column 1
            bad_request Send 1 to 500 events at once.
            bad_request missing field `type` at line 1 column 10
            bad_request there is something after the end of the JSON
            bad_request `id`: invalid type: integer `1`, expected a string at line 1 column 7
            bad_request duplicate field `id` at line 1 column 14
            bad_request `agent_id`: unknown field `agent_id`, expected one of `id`, `type`, `time`, `cause`, `actor`, `conversation`, `contact`, `line`, `inbox`, `team`, `assignee`, `watchers`, `recipients`, `title`, `body`, `lang`, `links`, `collapse`, `expires_at`, `data` at line 1 column 41
            bad_request `conversation`: missing field `id` at line 1 column 60
            bad_request `actor.role`: unknown field `role`, expected `id` or `name` at line 1 column 45
            bad_request `watchers[1].is_mandatory`: unknown field `is_mandatory`, expected `id` or `name` at line 1 column 68
            bad_request `conversation.tenant_id`: unknown field `tenant_id`, expected one of `id`, `number`, `title`, `url` at line 1 column 57
            bad_request `contact.verified`: unknown field `verified`, expected one of `id`, `name`, `saved` at line 1 column 51
            bad_request `links[0].created_at`: unknown field `created_at`, expected one of `rel`, `label`, `url` at line 1 column 75
            bad_request `line`: duplicate field `id` at line 1 column 42
            bad_request `inbox`: invalid type: sequence, expected an object at line 1 column 29
            bad_request `links[0]`: invalid type: sequence, expected an object at line 1 column 30
            bad_event `links[0].url`: an address that begins with https:// or http://, names a plain host and no user, and has no space, backslash or control character in it
            bad_event `links[0].url`: an address that begins with https:// or http://, names a plain host and no user, and has no space, backslash or control character in it
            bad_request `time`: not an RFC 3339 time; write it like 2026-11-21T08:30:00.000Z at line 1 column 50
            bad_event `id`: 1 to 200 characters without control characters
            bad_event `type`: use 1 to 64 characters of a-z, 0-9, '_', '-' and '.', beginning with a letter
            bad_event `type`: this server makes such notices itself; send what happened instead
            bad_event `cause`: at most 200 characters
            bad_event `lang`: write it as BCP 47 does, such as `en` or `uk-UA`
            bad_event `conversation.url`: an address that begins with https:// or http://, names a plain host and no user, and has no space, backslash or control character in it
            bad_event `links[0].url`: an address that begins with https:// or http://, names a plain host and no user, and has no space, backslash or control character in it
            bad_event `[1].recipients[1].id`: 1 to 200 characters without control characters
            bad_event `team.id`: 1 to 200 characters without control characters
            bad_request Nest arrays and objects at most 32 deep.
        "#]].assert_eq(&told.concat());
    }

    #[test]
    fn the_same_event_has_the_same_hash_however_it_is_written() {
        let one = read(br#"{"id":"1","type":"x","data":{"b":1,"a":2}}"#).expect("reads");
        let other =
            read(b"[ {\"type\":\"x\", \"data\":{\"a\":2,\"b\":1}, \"id\":\"1\"} ]").expect("reads");
        let another = read(br#"{"id":"1","type":"x","data":{"b":1,"a":3}}"#).expect("reads");
        assert_eq!(one[0].hash, other[0].hash);
        assert_ne!(one[0].hash, another[0].hash);
    }
}
