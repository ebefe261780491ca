//! A day's events.

use campanile_core::event::{Contact, Conversation, Link, Reference};
use campanile_protocol::event::NewEvent;
use serde_json::json;

/// Where the platform of the demonstration would be.
pub const ORIGIN: &str = "https://desk.example.org";
/// The agent who is told, by the platform's id.
pub const ME: &str = "17";
/// A colleague.
pub const IHOR: &str = "18";
/// Another.
pub const OLENA: &str = "19";

/// Returns the kinds that are sent, once each.
pub fn kinds() -> Vec<String> {
    let mut kinds: Vec<_> = day("").into_iter().map(|event| event.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Returns the events; `run` makes their ids others than those of any other day.
pub fn day(run: &str) -> Vec<NewEvent> {
    let written = vec![
        NewEvent {
            title: Some("Tomas Reed".into()),
            body: Some("Where is my parcel? It said Friday.".into()),
            ..talk(
                "conversation_assigned",
                "412",
                "Parcel late",
                Some("Tomas Reed"),
            )
        },
        NewEvent {
            title: Some("Tomas Reed".into()),
            body: Some("I have the number here, if it helps: 7F-2210.".into()),
            ..talk(
                "conversation_message",
                "412",
                "Parcel late",
                Some("Tomas Reed"),
            )
        },
        NewEvent {
            actor: Some(person(IHOR, "Ihor Lys")),
            recipients: vec![person(ME, "")],
            assignee: None,
            body: Some(
                "@Mira could you look at the refund? The customer waits on the phone.".into(),
            ),
            ..talk("operator_mentioned", "398", "Refund", Some("Ada Finch"))
        },
        NewEvent {
            line: Some(reference("sales")),
            title: Some("+380 44 555 01 02".into()),
            ..event("call_missed")
        },
        NewEvent {
            line: Some(reference("sales")),
            title: Some("+380 44 555 01 02".into()),
            body: Some(
                "Hello, this is Petro from the print shop. Please call me back before five.".into(),
            ),
            links: vec![link("open", "/voicemail/88")],
            ..event("voicemail_left")
        },
        NewEvent {
            team: Some(reference("support")),
            inbox: Some(reference("web")),
            assignee: None,
            lang: Some("uk".into()),
            body: Some("Добрий день! Чи можна змінити адресу доставки?".into()),
            ..talk("chat_created", "415", "Зміна адреси", Some("Оксана Гнатюк"))
        },
        NewEvent {
            body: Some("First answer is due in 5 minutes.".into()),
            ..talk("sla_warning", "403", "Broken screen", Some("Lena Park"))
        },
        NewEvent {
            data: [
                ("rating".to_owned(), json!(format!("rating-{run}"))),
                ("score".to_owned(), json!(2)),
                ("best".to_owned(), json!(5)),
            ]
            .into_iter()
            .collect(),
            body: Some("It took three days to get an answer.".into()),
            ..talk("csat_negative", "377", "Invoice", Some("Jan Novak"))
        },
        NewEvent {
            title: Some("Autumn letter".into()),
            recipients: vec![person(ME, "")],
            body: Some("4,210 sent, 38 bounced.".into()),
            links: vec![link("campaign", "/campaigns/31")],
            ..event("campaign_finished")
        },
        NewEvent {
            body: Some("12.40 EUR left, about a day of messages.".into()),
            links: vec![link("settings", "/settings/wallet")],
            ..event("wallet_warning")
        },
    ];
    let numbered = written.into_iter().enumerate();
    numbered
        .map(|(number, event)| NewEvent {
            id: format!("demo-{run}-{number}"),
            ..event
        })
        .collect()
}

fn talk(kind: &str, number: &str, title: &str, contact: Option<&str>) -> NewEvent {
    NewEvent {
        conversation: Some(Conversation {
            id: number.to_owned(),
            number: Some(number.to_owned()),
            title: Some(title.to_owned()),
            url: Some(format!("{ORIGIN}/conversations/{number}")),
        }),
        contact: contact.map(|name| Contact {
            id: format!("contact-{number}"),
            name: Some(name.to_owned()),
            saved: true,
        }),
        assignee: Some(reference(ME)),
        ..event(kind)
    }
}

fn event(kind: &str) -> NewEvent {
    NewEvent {
        id: String::new(),
        kind: kind.to_owned(),
        time: None,
        cause: None,
        actor: None,
        conversation: None,
        contact: None,
        line: None,
        inbox: None,
        team: None,
        assignee: None,
        watchers: Vec::new(),
        recipients: Vec::new(),
        title: None,
        body: None,
        lang: None,
        links: Vec::new(),
        collapse: None,
        expires_at: None,
        data: serde_json::Map::new(),
    }
}

fn reference(id: &str) -> Reference {
    Reference {
        id: id.to_owned(),
        name: None,
    }
}

fn person(id: &str, name: &str) -> Reference {
    Reference {
        id: id.to_owned(),
        name: (!name.is_empty()).then(|| name.to_owned()),
    }
}

fn link(rel: &str, path: &str) -> Link {
    Link {
        rel: rel.to_owned(),
        label: None,
        url: format!("{ORIGIN}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest;

    #[test]
    fn every_sample_is_a_well_formed_event_of_a_known_kind() {
        let body = serde_json::to_vec(&day("x")).expect("writes");
        for read in ingest::read(&body).expect("well formed") {
            assert!(
                campanile_core::catalogue::Kind::find(read.kind.as_str()).is_some(),
                "{}",
                read.kind
            );
        }
    }
}
