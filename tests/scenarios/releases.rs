//! What every release kept, on both sides, read by these programs; and what the next one will be known by.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use campanile_client::act::{Action, What};
use campanile_core::ids::EventId;
use expect_test::{expect, expect_file};
use rusqlite::Connection;
use serde_json::json;

use crate::{
    stories::choose,
    world::{World, merged},
};

/// Where a release is kept: `CAMPANILE_FREEZE=0.2.0 cargo test -p campanile-tests --test scenarios releases`.
const FREEZE: &str = "CAMPANILE_FREEZE";

/// When every release was frozen, and when it is read.
const FROZEN: &str = "2026-11-24T10:00:00Z";
const READ: &str = "2026-11-24T10:30:00Z";

/// The folder of the desk in its world.
const DESK: &str = "laptop";
const DESK_FILES: [&str; 2] = ["inbox.db", "changes.db"];

fn releases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("releases")
}

/// A world with something in every table, but for what is told; its server has ended, and its desk was killed.
async fn lived_in() -> Result<World> {
    let mut world = World::begin_at(FROZEN).await?;
    let people = [("a1", "mira", "Mira Oak"), ("a2", "tomas", "Tomas Ash")];
    let people = people.map(|(id, agent, name)| json!({ "id": id, "agent": agent, "name": name }));
    let place = |id, name| json!([{ "id": id, "name": name, "members": ["a1", "a2"] }]);
    let (teams, lines) = (place("t1", "Support"), place("l1", "Продажі"));
    let inboxes = place("i1", "Web");
    let roster = json!({ "agents": people, "teams": teams, "lines": lines, "inboxes": inboxes });
    world
        .ask(json!({ "ask": "roster_import", "source": "acme", "roster": roster }))
        .await?;
    let mut desk = world.desk(DESK).await?;
    desk.act(choose("sla_expired", "melody", json!("carillon")))?;
    desk.act(choose("*", "channel.email", json!(true)))?;
    let line = json!({ "id": "l1" });
    let told = [
        (
            "conversation_assigned",
            json!({ "contact": { "id": "c1", "name": "Tomas Reed" } }),
        ),
        (
            "sla_expired",
            json!({ "body": "Waited 25 min, limit 15", "line": line }),
        ),
        (
            "conversation_message",
            json!({ "body": "Де моя посилка? 📦", "inbox": { "id": "i1" } }),
        ),
        (
            "operator_mentioned",
            json!({ "actor": { "id": "a2" }, "cause": "m1" }),
        ),
        ("brand_new_kind", json!({ "title": "Something else" })),
        (
            "rating.given",
            json!({ "data": { "rating": "r1", "score": 2 } }),
        ),
    ];
    let mut ids = Vec::new();
    for (unread, (kind, more)) in (1..).zip(told) {
        let told = merged(json!({ "recipients": [{ "id": "a1" }] }), more);
        let answer = world.post(kind, told).await?;
        let id = answer["events"][0]["event"].as_str().context("an id")?;
        ids.push(EventId(id.parse()?));
        desk.until_unread(unread).await?;
    }
    let what = |n: usize| What::Notice(ids[n]);
    let until = world.wall.now().plus_ms(600_000);
    desk.act(Action::Read { what: what(0) })?;
    desk.act(Action::Snooze {
        what: what(1),
        until,
    })?;
    desk.act(Action::Remove { what: what(2) })?;
    world.wall.pass_ms(20_000);
    desk.until("everything pushed", |desk| desk.bell().common.waiting == 0)
        .await?;
    world.ask(json!({ "ask": "pair", "agent": "mira" })).await?;
    // The desk is killed before it hears that its toast was shown, and with a change that the server has not taken.
    world.post("sla_expired", json!({})).await?;
    desk.until_unread(4).await?;
    world.stop_server().await?;
    desk.act(Action::Read { what: what(3) })?;
    Ok(world)
}

/// Returns which tables have nothing in them.
fn empty_tables(path: &Path) -> Result<Vec<String>> {
    let file = Connection::open(path)?;
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut tables = file.prepare(sql)?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?;
    let mut empty = Vec::new();
    for table in tables {
        let table = table?;
        let sql = format!("SELECT count(*) FROM {table}");
        if file.query_row(&sql, [], |row| row.get::<_, i64>(0))? == 0 {
            empty.push(table);
        }
    }
    Ok(empty)
}

#[tokio::test]
async fn what_a_release_is_known_by_has_something_of_everything() -> Result<()> {
    let world = lived_in().await?;
    let server = world.config.data.join("campanile.db");
    let files = DESK_FILES.map(|name| world.folder.path().join(DESK).join(name));
    let mut empty = empty_tables(&server)?;
    for file in &files {
        empty.extend(empty_tables(file)?);
    }
    // Nothing is sent on a channel yet, and the stage's source proves itself by its token.
    expect![[r#"
        deliveries
        webhooks"#]]
    .assert_eq(&empty.join("\n"));
    if let Some(version) = std::env::var_os(FREEZE) {
        let release = releases().join(version);
        fs::create_dir_all(&release)?;
        for file in files.iter().chain([&server]) {
            fs::copy(file, release.join(file.file_name().context("a name")?))?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_every_release_kept_is_read_by_these_programs() -> Result<()> {
    let mut read = 0;
    for entry in fs::read_dir(releases())? {
        let release = entry?.path();
        if !release.is_dir() {
            continue;
        }
        let mut world = World::resumed(&release.join("campanile.db"), READ).await?;
        let folder = world.folder.path().join(DESK);
        fs::create_dir(&folder)?;
        for name in DESK_FILES {
            fs::copy(release.join(name), folder.join(name))?;
        }
        let mut desk = world.desk(DESK).await?;
        desk.until("everything pushed", |desk| desk.bell().common.waiting == 0)
            .await?;
        world
            .post(
                "conversation_assigned",
                json!({ "id": "after", "title": "After" }),
            )
            .await?;
        desk.until("what came after", |desk| {
            desk.listed().is_ok_and(|rows| rows.len() == 7)
        })
        .await?;
        // A second desk has only what the server kept.
        let second = world.desk("second").await?;
        assert_eq!(second.listed()?, desk.listed()?);
        let mut told = desk.listed()?;
        told.push(format!("{} unread", desk.bell().unread));
        expect_file![release.join("holds.txt")].assert_eq(&(told.join("\n") + "\n"));
        read += 1;
    }
    assert!(read > 0);
    Ok(())
}
