//! A desk that was away for longer than the log is kept: what nobody has read is there, and what was read elsewhere is gone (F32).

use anyhow::{Context as _, Result};
use campanile_client::act::{Action, What};
use campanile_core::{ids::EventId, time::DAY_MS};
use expect_test::expect;
use serde_json::json;

use crate::world::{World, rounds};

#[tokio::test]
async fn what_retention_took_while_a_desk_was_away_was_read_and_nothing_unread_is_missed()
-> Result<()> {
    for _ in 0..rounds(1, 20) {
        drawer().await?;
    }
    Ok(())
}

/// Two desks of one agent, one at work every day and one in a drawer.
async fn drawer() -> Result<()> {
    let mut world = World::begin().await?;
    let mut away = world.desk("laptop").await?;
    let mut here = world.desk("tower").await?;
    let mut ids = Vec::new();
    for (number, title) in ["read elsewhere", "removed elsewhere", "unread"]
        .into_iter()
        .enumerate()
    {
        let told = json!({ "title": title, "recipients": [{ "id": "a1" }] });
        let answer = world.post("operator_mentioned", told).await?;
        let id = answer["events"][0]["event"].as_str().context("an id")?;
        ids.push(EventId(id.parse()?));
        let number = u32::try_from(number)? + 1;
        away.until_unread(number).await?;
        here.until_unread(number).await?;
    }
    let off = away.turned_off();
    here.act(Action::Read {
        what: What::Notice(ids[0]),
    })?;
    here.act(Action::Remove {
        what: What::Notice(ids[1]),
    })?;
    world.wall.pass_ms(20_000);
    here.until("everything pushed", |desk| desk.bell().common.waiting == 0)
        .await?;
    for title in ["missed, and read elsewhere", "missed, and unread"] {
        let told = json!({ "title": title, "recipients": [{ "id": "a1" }] });
        let answer = world.post("operator_mentioned", told).await?;
        let id = answer["events"][0]["event"].as_str().context("an id")?;
        ids.push(EventId(id.parse()?));
    }
    here.until_unread(3).await?;
    here.act(Action::Read {
        what: What::Notice(ids[3]),
    })?;
    world.wall.pass_ms(20_000);
    here.until("everything pushed", |desk| desk.bell().common.waiting == 0)
        .await?;
    drop(here);
    world.wall.pass_ms(100 * DAY_MS);
    world.forget().await?;
    world
        .post("sla_expired", json!({ "title": "of today" }))
        .await?;

    let mut away = off.turned_on()?;
    away.until("the present", |desk| {
        let listed = desk.listed().unwrap_or_default();
        desk.is_connected() && listed.iter().any(|row| row.ends_with("of today"))
    })
    .await?;
    assert_eq!(away.bell().unread, 3);
    world.wall.pass_ms(5_000);
    away.wake()?;
    expect![[r#"
        Unread sla_expired of today
        Unread operator_mentioned missed, and unread
        Unread operator_mentioned unread"#]]
    .assert_eq(&away.listed()?.join("\n"));
    expect![[r#"
        toast You were mentioned | #5 Parcel late
        missed, and unread
        play two-bells at 70
        toast 2 notifications while you were away | Mention: 1, SLA breached: 1
        play alarm at 70"#]]
    .assert_eq(&away.read().join("\n"));
    Ok(())
}
