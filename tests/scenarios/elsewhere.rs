//! An agent with two desks: the one that is not touched waits for the other (R5).

use anyhow::Result;
use campanile_client::effect::Press;
use expect_test::expect;
use serde_json::json;

use crate::{desk::Desk, stories::choose, world::World};

/// Lets a desk take what the server has for it.
async fn settled(desk: &mut Desk) -> Result<()> {
    desk.until("the choice", |desk| {
        desk.others_wait() && desk.bell().common.waiting == 0
    })
    .await
}

#[tokio::test]
async fn the_desk_that_nobody_touches_rings_ten_seconds_later_and_only_what_is_unread() -> Result<()>
{
    let mut world = World::begin().await?;
    let (mut here, mut there) = (world.desk("here").await?, world.desk("there").await?);
    here.idle_ms = Some(0);
    there.idle_ms = Some(600_000);
    here.act(choose("*", "others_wait", json!(true)))?;
    settled(&mut here).await?;
    settled(&mut there).await?;
    there
        .until("the agent to be active elsewhere", |desk| {
            desk.active_until.is_some()
        })
        .await?;
    here.read();
    world.post("conversation_assigned", json!({})).await?;
    world.post("conversation_assigned", json!({})).await?;
    here.until_unread(2).await?;
    there.until_unread(2).await?;
    let rung = |desk: &mut Desk| desk.read().join("; ");
    expect!["toast A conversation was assigned to you | #1 Parcel late; play carillon at 70; toast A conversation was assigned to you | #2 Parcel late"].assert_eq(&rung(&mut here));
    assert_eq!(rung(&mut there), "");
    // One of them is read where the agent is.
    let key = here.toasts[0].key.clone();
    here.press(key, Press::Read)?;
    there.until_unread(1).await?;
    world.wall.pass_ms(10_000);
    there.wake()?;
    expect!["toast A conversation was assigned to you | #2 Parcel late; play carillon at 70"]
        .assert_eq(&rung(&mut there));
    Ok(())
}
