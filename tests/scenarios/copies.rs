//! A server whose database is put back by a backup or by a plain copy, earlier and later ones: nobody is silenced, what the
//! server lost stays and says so, and nothing is told twice (F31).

use std::{fs, path::PathBuf};

use anyhow::{Result, ensure};
use campanile_server::cli::copies::{Backup, Restore};
use serde_json::json;

use crate::{
    desk::Desk,
    world::{World, rounds},
};

/// How a database is put back.
#[derive(Clone, Copy)]
enum By {
    /// By the commands that are there for it.
    Restore,
    /// As by somebody who knows of no such commands.
    PlainCopy,
}

/// Copies the database under a name that says how many events are in it.
async fn copied(world: &mut World, by: By, events: usize) -> Result<PathBuf> {
    let copy = world.folder.path().join(format!("copy-{events}"));
    match by {
        By::Restore => Backup { into: copy.clone() }.perform(&world.config)?,
        By::PlainCopy => {
            world.stop_server().await?;
            fs::copy(world.config.data.join("campanile.db"), &copy)?;
            world.start_server().await?;
        }
    }
    Ok(copy)
}

async fn put_back(world: &mut World, by: By, copy: PathBuf) -> Result<()> {
    world.stop_server().await?;
    match by {
        By::Restore => Restore { from: copy }.perform(&world.config)?,
        By::PlainCopy => {
            for companion in ["campanile.db-wal", "campanile.db-shm"] {
                let left = world.config.data.join(companion);
                ensure!(!left.exists(), "a server that ends leaves no log");
            }
            fs::copy(copy, world.config.data.join("campanile.db"))?;
        }
    }
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

/// Says that each event was told of once and stands in the list once, and that just these are known to be this desk's alone.
fn is_whole(desk: &Desk, heard: &[String], titles: &[String], lost: &[usize]) -> Result<()> {
    let listed = desk.listed()?;
    for (number, title) in titles.iter().enumerate() {
        let rows: Vec<_> = listed.iter().filter(|row| row.ends_with(title)).collect();
        ensure!(rows.len() == 1, "{title} in {listed:#?}");
        ensure!(
            rows[0].starts_with("Stranded") == lost.contains(&number),
            "{} with {lost:?} lost",
            rows[0]
        );
        let told = heard.iter().filter(|line| line.contains(title.as_str()));
        ensure!(told.count() == 1, "{title} in {heard:#?}");
    }
    Ok(())
}

async fn again_and_again(by: By) -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    let (mut titles, mut copies, mut heard) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        copies.push(copied(&mut world, by, titles.len()).await?);
        desk.until_connected().await?;
        told(&mut world, &mut desk, &mut titles).await?;
    }
    // Each takes a second.
    for round in 0..rounds(6, 50) {
        // An earlier one, the same once more, and a later one than that.
        let copy = [0, 0, 2, 1, 1, 2][round % 6];
        put_back(&mut world, by, copies[copy].clone()).await?;
        desk.until("the link to break", |desk| !desk.is_connected())
            .await?;
        desk.until_connected().await?;
        let lost: Vec<_> = (copy..titles.len()).collect();
        for _ in 0..=round % 3 {
            told(&mut world, &mut desk, &mut titles).await?;
        }
        heard.append(&mut desk.read());
        is_whole(&desk, &heard, &titles, &lost)?;
        if round % 4 == 3 {
            desk = desk.restart()?;
            desk.until_connected().await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_restored_again_and_again_loses_and_silences_nothing() -> Result<()> {
    again_and_again(By::Restore).await
}

#[tokio::test]
async fn a_database_that_is_put_back_again_and_again_loses_and_silences_nothing() -> Result<()> {
    again_and_again(By::PlainCopy).await
}
