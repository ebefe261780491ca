//! Texts of every kind go the whole way and stay text: posted, decided, kept, listed, searched, shown (F27, S28).

use anyhow::{Context as _, Result};
use campanile_core::ids::EventId;
use serde_json::json;

use crate::world::World;

#[path = "../data/naughty.rs"]
mod texts;

use texts::NAUGHTY;

/// So many events are taken at once.
const AT_ONCE: usize = 500;

/// Returns each text by itself, at the beginning, at the end and in the middle of others.
fn texts() -> Vec<String> {
    let around = [("", ""), ("", " tail"), ("head ", ""), ("head", "tail")];
    let among = |(head, tail)| {
        NAUGHTY
            .iter()
            .map(move |text| format!("{head}{text}{tail}"))
    };
    around.into_iter().flat_map(among).collect()
}

/// Where a text may have no control characters.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[tokio::test]
async fn whatever_a_text_looks_like_it_arrives_as_it_is_and_is_found_by_itself() -> Result<()> {
    let world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    let texts = texts();
    let events = texts.iter().enumerate().map(|(n, text)| {
        let plain = if is_plain(text) && !text.trim().is_empty() { text } else { "plain" };
        let own = format!("{n} {plain}");
        json!({
            "id": own, "type": "sla_expired", "cause": own, "title": text, "body": text, "collapse": own,
            "conversation": { "id": own, "number": plain, "title": text },
            "contact": { "id": plain, "name": text }, "line": { "id": plain, "name": plain },
            "recipients": [{ "id": "a1" }, { "id": plain }], "data": { text: text, "list": [text] },
        })
    });
    let events: Vec<_> = events.collect();
    let mut told = Vec::new();
    for (events, texts) in events.chunks(AT_ONCE).zip(texts.chunks(AT_ONCE)) {
        let answer = world.post_raw(&events.into()).await?;
        let answers = answer["events"].as_array().context("an answer for each")?;
        for (answer, text) in answers.iter().zip(texts) {
            assert_eq!(answer["agents"], 1, "{text:?}");
            let id = answer["event"].as_str().context("an id")?;
            told.push((EventId(id.parse()?), text));
        }
    }
    let all = texts.len();
    assert_eq!(told.len(), all);
    desk.until("all of them", |desk| {
        desk.listed().is_ok_and(|rows| rows.len() == all)
    })
    .await?;
    for desk in [desk, world.desk("second").await?] {
        for (id, text) in &told {
            let notice = desk.kept(*id)?;
            assert_eq!(notice.title.as_deref(), Some(text.as_str()));
            assert_eq!(notice.body.as_deref(), Some(text.as_str()));
            assert_eq!(notice.data.get(*text), Some(&json!(text)));
            // What nobody can type finds what is left of it, or everything.
            let found = desk.found(text)?;
            assert!(
                found.contains(id) || !is_plain(text),
                "{text:?} finds {}",
                found.len()
            );
            assert!(
                found.len() < all || text.trim().len() <= 1 || !is_plain(text),
                "{text:?} finds everything"
            );
        }
    }
    Ok(())
}
