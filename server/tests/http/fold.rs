//! By chance: whoever folds the present and what came after it knows what a newcomer is told later.

use campanile_core::{
    change::{Change, Entry},
    inbox::Inbox,
    preferences::Preferences,
    time::Timestamp,
};
use campanile_protocol::snapshot::Snapshot;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::stage::{Desk, Source, Stage};

/// Something that may happen.
#[derive(Clone, Debug)]
enum Op {
    Arrives {
        conversation: u8,
        cause: u8,
        because: u8,
    },
    Marks {
        which: usize,
        mark: u8,
        at_ms: i64,
    },
    ReadsAll {
        back: i64,
        at_ms: i64,
    },
    Chooses {
        kind: u8,
        on: Option<bool>,
        at_ms: i64,
    },
    ReadsInThePlatform {
        conversation: u8,
    },
    Passes {
        ms: i64,
    },
    Joins,
}

fn op() -> impl Strategy<Value = Op> {
    let at_ms = || -5_000_i64..1_000;
    prop_oneof![
        4 => (0..4_u8, 0..6_u8, 0..3_u8).prop_map(|(conversation, cause, because)| Op::Arrives { conversation, cause, because }),
        4 => (any::<usize>(), 0..4_u8, at_ms()).prop_map(|(which, mark, at_ms)| Op::Marks { which, mark, at_ms }),
        1 => (0..4_i64, at_ms()).prop_map(|(back, at_ms)| Op::ReadsAll { back, at_ms }),
        1 => (0..2_u8, any::<Option<bool>>(), at_ms()).prop_map(|(kind, on, at_ms)| Op::Chooses { kind, on, at_ms }),
        1 => (0..4_u8).prop_map(|conversation| Op::ReadsInThePlatform { conversation }),
        2 => (1..4_000_i64).prop_map(|ms| Op::Passes { ms }),
        // The clock is put right.
        1 => (-8_000..0_i64).prop_map(|ms| Op::Passes { ms }),
        1 => Just(Op::Joins),
    ]
}

/// What a desk knows: a snapshot, and the entries after it.
#[derive(Default)]
struct Fold {
    inbox: Inbox,
    preferences: Preferences,
}

impl Fold {
    fn of(snapshot: &Snapshot) -> Self {
        let mut fold = Self::default();
        for item in &snapshot.items {
            fold.inbox
                .put(item.seq, &item.notice, item.bell, item.marked);
        }
        for dated in &snapshot.head.as_ref().unwrap().cells {
            fold.preferences.apply(&dated.cell, dated.at);
        }
        fold
    }

    fn apply(&mut self, entry: &Entry) {
        self.inbox.apply(entry);
        if let Change::Preferred { cells } = &entry.change {
            for cell in cells {
                self.preferences.apply(cell, entry.at);
            }
        }
    }

    /// Returns all of it as rows; what is removed is nowhere.
    fn rows(&self, now: Timestamp) -> Vec<String> {
        let items = self
            .inbox
            .items()
            .filter(|(_, item)| item.marked.mark != campanile_core::change::Mark::Removed);
        let mut rows: Vec<_> = items
            .map(|(id, item)| {
                format!(
                    "{:04} {id} {} {} {}",
                    item.seq.0,
                    self.inbox.kind(item),
                    item.bell,
                    json!(item.marked)
                )
            })
            .collect();
        rows.sort();
        rows.extend(
            self.preferences
                .replay()
                .map(|(cell, at)| format!("{} {at}", json!(cell))),
        );
        rows.push(format!("badge {}", self.inbox.badge(now)));
        rows
    }
}

#[test]
fn folding_the_log_over_an_earlier_snapshot_gives_the_later_one() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let usual = Config::default();
    let mut runner = TestRunner::new(Config {
        // A story is long: a tenth of the usual number of cases, however many that is.
        cases: usual.cases / 10,
        failure_persistence: None,
        ..usual
    });
    let ops = proptest::collection::vec(op(), 1..40);
    runner
        .run(&ops, |ops| runtime.block_on(story(ops)))
        .unwrap();
}

async fn story(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let stage = Stage::new().await;
    let shop = stage.team("shop", &["mira"]).await;
    let mira = stage.desk("mira").await;
    let mut folds = vec![present(&stage, &mira).await];
    let mut events = Vec::new();
    for (op, number) in ops.iter().zip(1_u128..) {
        if let Op::Joins = op {
            folds.push(present(&stage, &mira).await);
        } else {
            happen(&stage, &shop, &mira, op, number, &mut events).await;
        }
    }
    let (now, expected) = (stage.now(), present(&stage, &mira).await.0);
    let badge = stage.present(&mira).await["head"]["unread_rows"].clone();
    for (mut fold, mut cursor) in folds {
        loop {
            let (status, page) = stage
                .get(&mira, &format!("/v1/changes?after={cursor}&limit=5"))
                .await;
            prop_assert_eq!(status, 200);
            let entries: Vec<Entry> = serde_json::from_value(page["entries"].clone()).unwrap();
            for entry in &entries {
                // Twice: it must do no harm.
                fold.apply(entry);
                fold.apply(entry);
            }
            cursor = page["cursor"].as_str().unwrap().to_owned();
            if page["more"] == false {
                break;
            }
        }
        prop_assert_eq!(fold.rows(now), expected.rows(now));
        prop_assert_eq!(json!(fold.inbox.badge(now)), badge.clone());
    }
    Ok(())
}

async fn present(stage: &Stage, mira: &Desk) -> (Fold, String) {
    let snapshot: Snapshot = serde_json::from_value(stage.present(mira).await).unwrap();
    (Fold::of(&snapshot), snapshot.cursor)
}

async fn happen(
    stage: &Stage,
    shop: &Source,
    mira: &Desk,
    op: &Op,
    number: u128,
    events: &mut Vec<Value>,
) {
    let push = async |at_ms: i64, deed: Value| {
        let (status, answer) = stage
            .push_at(mira, number, stage.now().plus_ms(at_ms), deed)
            .await;
        assert_eq!(status, 200, "{answer}");
    };
    match op {
        Op::Arrives {
            conversation,
            cause,
            because,
        } => {
            let (kind, rest) = match because {
                0 => (
                    "operator_mentioned",
                    json!({ "recipients": [{ "id": "mira" }] }),
                ),
                1 => (
                    "conversation_message",
                    json!({ "assignee": { "id": "mira" } }),
                ),
                _ => ("ticket_created", json!({ "team": { "id": "support" } })),
            };
            let mut event = rest;
            event["id"] = number.to_string().into();
            event["type"] = kind.into();
            event["conversation"] = json!({ "id": conversation.to_string() });
            event["cause"] = format!("cause-{cause}").into();
            events.push(stage.accept(shop, event).await["event"].clone());
        }
        Op::Marks { which, mark, at_ms } if !events.is_empty() => {
            let until = stage.now().plus_ms(2_000).to_string();
            let mark = match mark {
                0 => json!({ "as": "unread" }),
                1 => json!({ "as": "read" }),
                2 => json!({ "as": "snoozed", "until": until }),
                _ => json!({ "as": "removed" }),
            };
            push(
                *at_ms,
                json!({ "type": "marked", "ids": [events[which % events.len()]], "mark": mark }),
            )
            .await;
        }
        Op::ReadsAll { back, at_ms } => {
            let head = stage.log(mira).last().map_or(0, |entry| entry.seq.0);
            push(*at_ms, json!({ "type": "all_read", "up_to": head - back })).await;
        }
        Op::Chooses { kind, on, at_ms } => {
            let kind = ["ticket_created", "operator_mentioned"][usize::from(*kind)];
            let cell = json!({ "scope": "*", "kind": kind, "facet": "channel.bell", "value": on });
            push(*at_ms, json!({ "type": "preferred", "cells": [cell] })).await;
        }
        Op::ReadsInThePlatform { conversation } => {
            let fact = json!({ "id": number.to_string(), "type": "conversation.read", "actor": { "id": "mira" }, "conversation": { "id": conversation.to_string() } });
            stage.accept(shop, fact).await;
        }
        Op::Passes { ms } => stage.pass(*ms),
        Op::Marks { .. } | Op::Joins => {}
    }
}
