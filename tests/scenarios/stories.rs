//! The stories.

use anyhow::Result;
use campanile_client::{
    act::{Action, QuietFor, What},
    effect::{Press, ToastKey},
    view::LinkView,
};
use campanile_core::preferences::{Cell, Scope};
use campanile_server::cli::copies::{Backup, Restore};
use expect_test::expect;
use serde_json::{Value, json};

use crate::{desk::Desk, world::World};

pub fn choose(kind: &str, facet: &str, value: Value) -> Action {
    let cell = Cell {
        scope: Scope::Everything,
        kind: kind.into(),
        facet: facet.into(),
        value: Some(value),
    };
    Action::Prefer { cells: vec![cell] }
}

fn nights() -> Action {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let windows = json!([{ "days": days, "start": "19:00", "end": "08:00" }]);
    choose(
        "*",
        "quiet_hours",
        json!({ "on": true, "zone": "Europe/Kyiv", "windows": windows, "email": "skip" }),
    )
}

#[tokio::test]
async fn an_event_rings_shows_and_counts_and_its_click_opens_the_conversation() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    world
        .post("sla_expired", json!({ "body": "Waited 25 min, limit 15" }))
        .await?;
    desk.until_unread(1).await?;
    expect![[r#"
        toast SLA breached | #1 Parcel late
        Waited 25 min, limit 15
        play alarm at 70"#]]
    .assert_eq(&desk.read().join("\n"));
    let key = desk.toasts[0].key.clone();
    desk.press(key, Press::Open)?;
    expect![[r#"
        withdraw a toast
        open https://desk.acme.example/c/1"#]]
    .assert_eq(&desk.read().join("\n"));
    assert_eq!(desk.bell().unread, 0);
    Ok(())
}

#[tokio::test]
async fn what_came_while_the_desk_was_off_is_caught_up_as_one_summary() -> Result<()> {
    let mut world = World::begin().await?;
    let desk = world.desk("laptop").await?;
    for _ in 0..5 {
        world.post("conversation_assigned", json!({})).await?;
    }
    let mut desk = desk.restart()?;
    desk.until_unread(5).await?;
    world.wall.pass_ms(5_000);
    desk.wake()?;
    expect![[r#"
        toast 5 notifications while you were away | New conversation assigned to me: 5
        play carillon at 70"#]]
    .assert_eq(&desk.read().join("\n"));
    Ok(())
}

#[tokio::test]
async fn a_server_that_was_away_is_found_again() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    world.stop_server().await?;
    desk.until("no answer", |desk| {
        matches!(desk.bell().common.link, LinkView::Offline { .. })
    })
    .await?;
    world.start_server().await?;
    world.post("conversation_assigned", json!({})).await?;
    desk.until_unread(1).await?;
    // It may have been read from the log: then the desk waits for what else was missed.
    world.wall.pass_ms(5_000);
    desk.wake()?;
    assert_eq!(desk.toasts.len(), 1, "{:?}", desk.written);
    Ok(())
}

#[tokio::test]
async fn a_night_holds_toasts_and_melodies_and_the_morning_sums_them_up() -> Result<()> {
    let mut world = World::begin_at("2026-11-24T16:00:00Z").await?;
    let mut desk = world.desk("laptop").await?;
    desk.act(nights())?;
    world.wall.turn_to("2026-11-24T21:30:00Z");
    for kind in ["sla_expired", "conversation_assigned"] {
        world.post(kind, json!({})).await?;
    }
    desk.until_unread(2).await?;
    assert_eq!(desk.read(), Vec::<String>::new(), "a night is quiet");
    // A mention always alerts.
    world
        .post(
            "operator_mentioned",
            json!({ "recipients": [{ "id": "a1" }], "actor": { "id": "a2", "name": "Tomas Ash" } }),
        )
        .await?;
    desk.until_unread(3).await?;
    expect![[r#"
        toast Tomas Ash mentioned you | #3 Parcel late
        play two-bells at 70"#]]
    .assert_eq(&desk.read().join("\n"));
    world.wall.turn_to("2026-11-25T06:00:00Z");
    desk.wake()?;
    expect!["toast 2 notifications while it was quiet | New conversation assigned to me: 1, SLA breached: 1"].assert_eq(&desk.read().join("\n"));
    Ok(())
}

#[tokio::test]
async fn quiet_hours_stay_on_the_wall_when_the_clocks_go_back() -> Result<()> {
    // On 25 October 2026 the clocks of Kyiv go back at 04:00; 08:00 is an hour later in UTC than the day before.
    let mut world = World::begin_at("2026-10-24T15:00:00Z").await?;
    let mut desk = world.desk("laptop").await?;
    desk.act(nights())?;
    world.wall.turn_to("2026-10-25T05:59:00Z");
    desk.wake()?;
    world.post("sla_expired", json!({})).await?;
    desk.until_unread(1).await?;
    assert_eq!(
        desk.read(),
        Vec::<String>::new(),
        "07:59 on the wall is quiet"
    );
    world.wall.turn_to("2026-10-25T06:00:00Z");
    desk.wake()?;
    assert!(!desk.read().is_empty(), "08:00 on the wall is not");
    Ok(())
}

/// Two desks on which a notice stands unread, and the deed that reads it.
async fn two_desks(world: &mut World) -> Result<(Desk, Desk, Action)> {
    let (mut laptop, mut tower) = (world.desk("laptop").await?, world.desk("tower").await?);
    world.post("conversation_assigned", json!({})).await?;
    laptop.until_unread(1).await?;
    tower.until_unread(1).await?;
    let ToastKey::Notice(id) = laptop.toasts[0].key else {
        anyhow::bail!("a notice's own toast")
    };
    let what = What::Notice(id);
    Ok((laptop, tower, Action::Read { what }))
}

#[tokio::test]
async fn what_is_read_on_one_desk_is_withdrawn_on_the_other() -> Result<()> {
    let mut world = World::begin().await?;
    let (mut laptop, mut tower, read) = two_desks(&mut world).await?;
    tower.read();
    laptop.act(read)?;
    tower.until_unread(0).await?;
    assert_eq!(tower.read(), ["withdraw a toast"]);
    Ok(())
}

#[tokio::test]
async fn what_is_done_offline_reaches_the_server_later() -> Result<()> {
    let mut world = World::begin().await?;
    let (mut laptop, mut tower, read) = two_desks(&mut world).await?;
    world.stop_server().await?;
    laptop
        .until("no answer", |desk| !desk.is_connected())
        .await?;
    laptop.act(read)?;
    assert_eq!(laptop.bell().common.waiting, 1);
    let mut laptop = laptop.restart()?;
    world.start_server().await?;
    laptop
        .until("the push", |desk| desk.bell().common.waiting == 0)
        .await?;
    tower.until_unread(0).await?;
    Ok(())
}

#[tokio::test]
async fn a_desk_that_was_revoked_stops_and_asks_to_sign_in() -> Result<()> {
    let world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    world
        .ask(json!({ "ask": "agent_remove", "agent": "mira" }))
        .await?;
    desk.until("being signed out", |desk| {
        desk.bell().common.link == LinkView::SignedOut
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_burst_is_a_few_toasts_and_a_number() -> Result<()> {
    let world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    for _ in 0..4 {
        let event = |n: u32| json!({ "id": format!("b{n}"), "type": "conversation_assigned", "assignee": { "id": "a1" } });
        world.wall.pass_ms(1);
        let base = u32::try_from(world.wall.now().ms() % 1_000_000)? * 1_000;
        world
            .post_raw(&(0..250).map(|n| event(base + n)).collect())
            .await?;
    }
    desk.until_unread(1_000).await?;
    let shown: std::collections::HashSet<_> =
        desk.toasts.iter().map(|toast| toast.key.clone()).collect();
    assert!(
        shown.len() <= 4,
        "at most three and one that counts: {shown:?}"
    );
    Ok(())
}

#[tokio::test]
async fn nothing_is_shown_twice_after_a_crash() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    world.post("conversation_assigned", json!({})).await?;
    desk.until("its toast", |desk| desk.toasts.len() == 1)
        .await?;
    desk.until("the word that it was shown", |desk| desk.bell().unread == 1)
        .await?;
    let mut desk = desk.restart()?;
    desk.until_connected().await?;
    world.post("sla_expired", json!({})).await?;
    desk.until_unread(2).await?;
    let own: Vec<_> = desk
        .toasts
        .iter()
        .filter(|toast| matches!(toast.key, ToastKey::Notice(_)))
        .collect();
    assert_eq!(own.len(), 1, "{:?}", desk.written);
    Ok(())
}

#[tokio::test]
async fn a_mute_from_the_tray_holds_at_once_and_off_ends_it() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    desk.act(Action::Quiet {
        how: QuietFor::AnHour,
    })?;
    world.post("sla_expired", json!({})).await?;
    desk.until_unread(1).await?;
    assert_eq!(desk.read(), Vec::<String>::new());
    desk.act(Action::Quiet { how: QuietFor::Off })?;
    expect!["toast 1 notification while it was quiet | SLA breached: 1"]
        .assert_eq(&desk.read().join("\n"));
    Ok(())
}

#[tokio::test]
async fn a_server_restored_from_an_older_backup_repeats_nothing_and_loses_nothing() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    world.post("conversation_assigned", json!({})).await?;
    desk.until_unread(1).await?;
    let copy = world.folder.path().join("copy.sqlite");
    Backup { into: copy.clone() }.perform(&world.config)?;
    world.wall.pass_ms(1_000);
    world.post("sla_expired", json!({})).await?;
    desk.until_unread(2).await?;
    desk.read();
    world.stop_server().await?;
    Restore { from: copy }.perform(&world.config)?;
    world.start_server().await?;
    desk.until("the link to break", |desk| !desk.is_connected())
        .await?;
    desk.until_connected().await?;
    world.wall.pass_ms(1_000);
    world
        .post("chat_created", json!({ "recipients": [{ "id": "a1" }] }))
        .await?;
    desk.until_unread(3).await?;
    expect!["toast New chat | #3 Parcel late"].assert_eq(&desk.read().join("\n"));
    expect![[r#"
        Unread chat_created 
        Stranded Unread sla_expired 
        Unread conversation_assigned "#]]
    .assert_eq(&desk.listed()?.join("\n"));
    Ok(())
}

#[tokio::test]
async fn a_server_put_back_by_a_plain_copy_silences_nobody_and_costs_nothing() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    world.post("conversation_assigned", json!({})).await?;
    desk.until_unread(1).await?;
    world.stop_server().await?;
    let database = world.config.data.join("campanile.db");
    let copy = std::fs::read(&database)?;
    world.start_server().await?;
    for lost in 2..=4 {
        world.post("sla_expired", json!({})).await?;
        desk.until_unread(lost).await?;
    }
    world.stop_server().await?;
    for companion in ["campanile.db-wal", "campanile.db-shm"] {
        let left = world.config.data.join(companion);
        anyhow::ensure!(!left.exists(), "a server that ends leaves no log");
    }
    std::fs::write(&database, copy)?;
    world.start_server().await?;
    desk.until("the link", |desk| !desk.is_connected()).await?;
    desk.until_connected().await?;
    desk.read();
    for again in 5..=7 {
        // The toasts before it have gone.
        world.wall.pass_ms(10_000);
        let next = world.post("chat_created", json!({ "recipients": [{ "id": "a1" }] }));
        next.await?;
        desk.until_unread(again).await?;
    }
    let told = desk.read();
    let toasts = told
        .iter()
        .filter(|line| line.starts_with("toast New chat"));
    assert_eq!(toasts.count(), 3, "{told:?}");
    Ok(())
}

#[tokio::test]
async fn a_clock_that_all_share_and_that_was_put_back_costs_no_second_deed() -> Result<()> {
    let mut world = World::begin().await?;
    let (mut laptop, mut phone) = (world.desk("laptop").await?, world.desk("phone").await?);
    world.post("conversation_assigned", json!({})).await?;
    laptop.until_unread(1).await?;
    phone.until_unread(1).await?;
    let ToastKey::Notice(id) = laptop.toasts[0].key.clone() else {
        anyhow::bail!("a toast of one notice");
    };
    let what = || What::Notice(id);
    laptop.act(Action::Read { what: what() })?;
    laptop.act(choose("*", "volume", json!(40)))?;
    phone.until_unread(0).await?;
    phone
        .until("the choice", |desk| desk.volume() == 40)
        .await?;
    world.wall.turn_to("2026-11-23T10:00:00Z");
    // What it did before, it knows by its store alone.
    let mut laptop = laptop.restart()?;
    laptop.until_connected().await?;
    laptop.act(Action::Unread { what: what() })?;
    laptop.act(choose("*", "volume", json!(60)))?;
    phone.until_unread(1).await?;
    phone
        .until("the second choice", |desk| desk.volume() == 60)
        .await
}
