//! Texts of every kind go the whole way and stay text: posted, decided, kept, listed, searched, shown (F27, S28).

use anyhow::{Context as _, Result};
use campanile_core::ids::EventId;
use serde_json::json;

use crate::world::World;

#[path = "../data/naughty.rs"]
mod texts;

use texts::NAUGHTY;

/// Where a text may have no control characters.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[tokio::test]
async fn whatever_a_text_looks_like_it_arrives_as_it_is_and_is_found_by_itself() -> Result<()> {
    let world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    let events = NAUGHTY.iter().enumerate().map(|(n, text)| {
        let plain = if is_plain(text) && !text.trim().is_empty() { *text } else { "plain" };
        let own = format!("{n} {plain}");
        json!({
            "id": own, "type": "sla_expired", "cause": own, "title": text, "body": text, "collapse": plain,
            "conversation": { "id": own, "number": plain, "title": text },
            "contact": { "id": plain, "name": text }, "line": { "id": plain, "name": plain },
            "recipients": [{ "id": "a1" }, { "id": plain }], "data": { *text: text, "list": [text] },
        })
    });
    let answer = world.post_raw(&events.collect()).await?;
    let answers = answer["events"].as_array().context("an answer for each")?;
    let mut told = Vec::new();
    for (answer, text) in answers.iter().zip(NAUGHTY) {
        assert_eq!(answer["agents"], 1, "{text:?}");
        let id = answer["event"].as_str().context("an id")?;
        told.push((EventId(id.parse()?), text));
    }
    let all = NAUGHTY.len();
    desk.until("all of them", |desk| {
        desk.listed().is_ok_and(|rows| rows.len() == all)
    })
    .await?;
    for desk in [desk, world.desk("second").await?] {
        for (id, text) in &told {
            let notice = desk.kept(*id)?;
            assert_eq!(notice.title.as_deref(), Some(**text));
            assert_eq!(notice.body.as_deref(), Some(**text));
            assert_eq!(notice.data.get(**text), Some(&json!(text)));
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
