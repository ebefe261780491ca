//! A server whose database is put back by plain copies, earlier and later ones: nobody is silenced, and nothing is lost or told twice (F31).

use std::fs;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{desk::Desk, world::World};

/// Returns how often a copy is put back, which takes a second each: more often in the long form, which sets the cases of properties.
fn rounds() -> usize {
    let cases = std::env::var("PROPTEST_CASES").map(|cases| cases.parse().unwrap_or(256));
    6 + cases.unwrap_or(0) / 100
}

async fn taken(world: &mut World) -> Result<Vec<u8>> {
    world.stop_server().await?;
    let copy = fs::read(world.config.data.join("campanile.db"))?;
    world.start_server().await?;
    Ok(copy)
}

async fn put_back(world: &mut World, copy: &[u8]) -> Result<()> {
    world.stop_server().await?;
    for companion in ["campanile.db-wal", "campanile.db-shm"] {
        let left = world.config.data.join(companion);
        ensure!(!left.exists(), "a server that ends leaves no log");
    }
    fs::write(world.config.data.join("campanile.db"), copy)?;
    world.start_server().await
}

/// Posts an event that the list can be searched for, and waits until it was shown.
async fn told(world: &mut World, desk: &mut Desk, titles: &mut Vec<String>) -> Result<()> {
    let title = format!("happening {:03}", titles.len());
    // The toasts before it have gone.
    world.wall.pass_ms(10_000);
    let event = json!({ "title": title, "recipients": [{ "id": "a1" }] });
    world.post("operator_mentioned", event).await?;
    titles.push(title.clone());
    desk.until(&title, |desk| {
        desk.written.iter().any(|line| line.contains(&title))
    })
    .await
}

#[tokio::test]
async fn a_database_that_is_put_back_again_and_again_loses_and_silences_nothing() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    let mut titles = Vec::new();
    let mut copies = Vec::new();
    for _ in 0..3 {
        copies.push(taken(&mut world).await?);
        desk.until_connected().await?;
        told(&mut world, &mut desk, &mut titles).await?;
    }
    for round in 0..rounds() {
        // An earlier one, the same once more, and a later one than that.
        let copy = &copies[[0, 0, 2, 1, 1, 2][round % 6]];
        put_back(&mut world, copy).await?;
        desk.until("the link to break", |desk| !desk.is_connected())
            .await?;
        desk.until_connected().await?;
        for _ in 0..=round % 3 {
            told(&mut world, &mut desk, &mut titles).await?;
        }
        if round % 4 == 3 {
            desk = desk.restart()?;
            desk.until_connected().await?;
        }
    }
    for title in &titles {
        let listed = desk.listed()?;
        let rows = listed.iter().filter(|row| row.ends_with(title.as_str()));
        assert_eq!(rows.count(), 1, "{title} in {listed:#?}");
    }
    Ok(())
}
