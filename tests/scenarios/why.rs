//! "Why did this ring?": the desk's part and the server's, each by the program that decided.

use anyhow::Result;
use expect_test::expect;
use serde_json::json;

use crate::{stories::choose, world::World};

#[tokio::test]
async fn every_channel_says_which_layer_had_the_last_word() -> Result<()> {
    let mut world = World::begin().await?;
    let mut desk = world.desk("laptop").await?;
    desk.act(choose("conversation_assigned", "channel.bell", json!(true)))?;
    desk.act(choose(
        "conversation_assigned",
        "channel.sound",
        json!(false),
    ))?;
    // The choice is the server's once it has told of it: it decides for the bell.
    desk.until("the choices to be taken", |desk| {
        desk.bell().common.waiting == 0
    })
    .await?;
    world.post("conversation_assigned", json!({})).await?;
    desk.until_unread(1).await?;
    let key = desk.toasts[0].key.clone();
    expect![[r#"
        bell on: your choice
        toast on: the default
        sound off: your choice
        not offered: push, email, sms, telegram, viber, whatsapp, echat, webhook
        server Told"#]]
    .assert_eq(&desk.why(&key).await?.join("\n"));
    world.stop_server().await?;
    desk.until("the link to break", |desk| !desk.is_connected())
        .await?;
    expect![[r#"
        toast on: the default
        sound off: your choice
        server NoAnswer"#]]
    .assert_eq(&desk.why(&key).await?.join("\n"));
    Ok(())
}
