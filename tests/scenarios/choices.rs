//! Choices whose effect takes time: repeats, the gap between melodies, and what is only mine.

use anyhow::{Context as _, Result};
use campanile_client::act::Action;
use campanile_core::preferences::{Cell, Scope};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::{stories::choose, world::World};

/// What happens while the clock is turned.
enum Step {
    /// An event of this kind, with more.
    Post(&'static str, Value),
    /// So many seconds.
    Pass(i64),
    /// A choice for a kind.
    Choose(&'static str, &'static str, Value),
    /// Everything is read.
    ReadAll,
}
use Step::{Choose, Pass, Post, ReadAll};

/// Chooses, lets the steps happen, and compares what was shown and played, each step under its second.
async fn check(chosen: &[(&str, Value)], steps: Vec<Step>, expected: Expect) -> Result<()> {
    let mut world = World::begin().await?;
    // Mira is a member of a line.
    let mira = json!({ "id": "a1", "agent": "mira", "name": "Mira Oak" });
    let line = json!({ "id": "l7", "name": "Support", "members": ["a1"] });
    let roster = json!({ "agents": [mira], "teams": [], "lines": [line], "inboxes": [] });
    world
        .ask(json!({ "ask": "roster_import", "source": "acme", "roster": roster }))
        .await?;
    let mut desk = world.desk("laptop").await?;
    for (facet, value) in chosen {
        desk.act(choose("*", facet, value.clone()))?;
    }
    let (mut second, mut unread, mut told) = (0, 0, String::new());
    for step in steps {
        match step {
            Post(kind, more) => {
                world.post(kind, more).await?;
                unread += 1;
                desk.until_unread(unread).await?;
            }
            Pass(seconds) => {
                second += seconds;
                world.wall.pass_ms(seconds * 1_000);
                desk.wake()?;
            }
            Choose(kind, facet, value) => desk.act(choose(kind, facet, value))?,
            ReadAll => {
                unread = 0;
                desk.act(Action::ReadAll {
                    filter: Default::default(),
                })?;
            }
        }
        for line in desk.read() {
            told += &format!("{second} s  {}\n", line.replace('\n', " / "));
        }
    }
    expected.assert_eq(&told);
    Ok(())
}

#[tokio::test]
async fn a_toast_repeats_as_often_as_was_chosen() -> Result<()> {
    let steps = vec![
        Post("conversation_assigned", json!({})),
        Pass(30),
        Pass(30),
        Pass(30),
    ];
    check(
        &[("toast.repeats", json!(2)), ("channel.sound", json!(false))],
        steps,
        expect![[r#"
            0 s  toast A conversation was assigned to you | #1 Parcel late
            30 s  toast A conversation was assigned to you | #1 Parcel late
            60 s  toast A conversation was assigned to you | #1 Parcel late
        "#]],
    )
    .await
}

#[tokio::test]
async fn a_melody_repeats_until_its_notice_is_read() -> Result<()> {
    let steps = vec![
        Post("conversation_assigned", json!({})),
        Pass(30),
        Pass(30),
        ReadAll,
        Pass(30),
    ];
    check(
        &[
            ("sound.repeats", json!(true)),
            ("channel.toast", json!(false)),
        ],
        steps,
        expect![[r#"
            0 s  play carillon at 70
            30 s  play carillon at 70
            60 s  play carillon at 70
        "#]],
    )
    .await
}

#[tokio::test]
async fn what_is_muted_between_two_repeats_repeats_no_more() -> Result<()> {
    let steps = vec![
        Post("conversation_assigned", json!({})),
        Pass(30),
        Choose("conversation_assigned", "mute", json!({ "until": null })),
        Pass(30),
    ];
    let repeating = [("sound.repeats", json!(true)), ("toast.repeats", json!(5))];
    check(
        &repeating,
        steps,
        expect![[r#"
            0 s  toast A conversation was assigned to you | #1 Parcel late
            0 s  play carillon at 70
            30 s  toast A conversation was assigned to you | #1 Parcel late
            30 s  play carillon at 70
        "#]],
    )
    .await
}

#[tokio::test]
async fn two_melodies_are_as_far_apart_as_was_chosen() -> Result<()> {
    let assigned = || Post("conversation_assigned", json!({}));
    let steps = vec![assigned(), Pass(5), assigned(), Pass(6), assigned()];
    check(
        &[
            ("sound.gap_ms", json!(10_000)),
            ("channel.toast", json!(false)),
        ],
        steps,
        expect![[r#"
            0 s  play carillon at 70
            11 s  play carillon at 70
        "#]],
    )
    .await
}

#[tokio::test]
async fn what_is_only_mine_leaves_out_what_came_on_a_line() -> Result<()> {
    let call = |assignee| json!({ "assignee": assignee, "line": { "id": "l7" } });
    let steps = vec![
        Post("call_missed", call(Value::Null)),
        Post("call_missed", call(json!({ "id": "a1" }))),
    ];
    check(
        &[
            ("only_mine.toast", json!(true)),
            ("channel.sound", json!(false)),
        ],
        steps,
        expect![[r#"
              0 s  toast Missed call | #2 Parcel late
        "#]],
    )
    .await
}

#[tokio::test]
async fn what_comes_on_a_line_reaches_who_follows_it() -> Result<()> {
    let mut world = World::begin().await?;
    let agents = json!([{ "id": "a1", "agent": "mira", "name": "Mira Oak" }, { "id": "a2", "agent": "tomas", "name": "Tomas Ash" }]);
    let lines = json!([
        { "id": "mine", "name": "Support", "members": ["a1"] },
        { "id": "open", "name": "Sales", "members": ["a2"], "followers": ["a1"] },
    ]);
    let roster = json!({ "agents": agents, "teams": [], "lines": lines, "inboxes": [] });
    world
        .ask(json!({ "ask": "roster_import", "source": "acme", "roster": roster }))
        .await?;
    let mut desk = world.desk("laptop").await?;
    let (mine, open) = ("line:acme/mine", "line:acme/open");
    assert_eq!(
        (desk.follows(mine)?, desk.follows(open)?),
        (Some(true), Some(false))
    );
    let mut told = Vec::new();
    for chosen in [None, Some((mine, false)), Some((open, true))] {
        if let Some((scope, value)) = chosen {
            desk.act(follow(scope, value)?)?;
            assert_eq!(desk.follows(scope)?, Some(value));
            desk.until("the choice to be taken", |desk| {
                desk.bell().common.waiting == 0
            })
            .await?;
        }
        for line in ["mine", "open"] {
            let call = json!({ "assignee": null, "line": { "id": line }, "title": line });
            world.post("call_missed", call).await?;
        }
        // Whatever was told before it is in the log before it.
        world.post("conversation_assigned", json!({})).await?;
        let last = format!("#{} Parcel late", 3 * (told.len() + 1));
        desk.until("the last of the three", |desk| {
            desk.written.iter().any(|line| line.contains(&last))
        })
        .await?;
        let lines = desk.read();
        let calls: Vec<_> = ["mine", "open"]
            .into_iter()
            .filter(|line| {
                let missed =
                    |told: &String| told.starts_with("toast Missed call") && told.contains(line);
                lines.iter().any(missed)
            })
            .collect();
        told.push(calls);
        world.wall.pass_ms(60_000);
        desk.wake()?;
    }
    assert_eq!(told, [vec!["mine"], vec![], vec!["open"]]);
    Ok(())
}

fn follow(scope: &str, value: bool) -> Result<Action> {
    let cell = Cell {
        scope: Scope::parse(scope).context("a scope")?,
        kind: "*".into(),
        facet: "follow".into(),
        value: Some(value.into()),
    };
    Ok(Action::Prefer { cells: vec![cell] })
}
