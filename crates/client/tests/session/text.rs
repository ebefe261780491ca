//! Effects as lines of text.

use campanile_client::effect::{Effect, Kept, ToastKey};
use campanile_core::{
    change::{Change, Mark},
    ids::{ChangeId, EventId},
    preferences::Cell,
    time::Timestamp,
    zone::{Rules, Zone},
};
use campanile_protocol::changes::{Deed, PushedChange};

use crate::stage::number;

type Name<'a> = &'a mut dyn FnMut(ChangeId) -> String;

/// Writes one effect.
pub fn effect(effect: &Effect, name: Name<'_>) -> String {
    match effect {
        Effect::Keep(what) => format!("keep {}", kept(what, name)),
        Effect::Toast(toast) => {
            let body = if toast.body.is_empty() {
                String::new()
            } else {
                format!(" {:?}", toast.body)
            };
            let buttons: Vec<_> = toast
                .buttons
                .iter()
                .map(|button| button.label.as_str())
                .collect();
            let urgent = if toast.urgent { " urgent" } else { "" };
            let stays = toast
                .duration_ms
                .map_or("stays".to_owned(), |ms| format!("{ms} ms"));
            format!(
                "toast {} {:?}{body} [{}]{urgent} {stays}",
                key(&toast.key),
                toast.title,
                buttons.join(", ")
            )
        }
        Effect::Withdraw(what) => format!("withdraw {}", key(what)),
        Effect::Play(play) => {
            let whose = play
                .notice
                .map(|id| format!(" for {}", event(id)))
                .unwrap_or_default();
            format!("play {} at {}{whose}", play.melody, play.volume)
        }
        Effect::Hush(id) => format!("hush {}", event(*id)),
        Effect::Tray(tray) => format!("tray {:?} {:?} {:?}", tray.mood, tray.badge, tray.tooltip),
        Effect::Redraw => "redraw".into(),
        Effect::Wake(moment) => format!("wake {}", wall(*moment)),
        Effect::Push(changes) => format!("push {}", pushed(changes, name)),
        Effect::Follow(None) => "follow nobody".into(),
        Effect::Follow(Some(following)) => {
            format!("follow {} from {:?}", following.account, following.cursor)
        }
        Effect::Open { url, activation } => format!("open {url} {activation:?}"),
        Effect::OpenWindow { window, activation } => {
            format!("open the {window:?} window {activation:?}")
        }
        Effect::SignIn(account) => format!("sign in {}", account.id),
        Effect::SignOut { account, pending } => {
            let tell = match pushed(pending, name) {
                none if none.is_empty() => none,
                some => format!(" and tell {some}"),
            };
            format!("sign out {}{tell}", account.id)
        }
        Effect::Recall(ids) => format!("recall {}", events(ids)),
        Effect::Prune(moment) => format!("prune at {}", wall(*moment)),
        other => format!("{other:?}"),
    }
}

/// Writes a moment by the wall in Kyiv, with its day where that is not 21 November.
pub fn wall(moment: Timestamp) -> String {
    let zone: Zone = "Europe/Kyiv".parse().expect("a zone");
    let local = Rules::built_in().local(&zone, moment);
    let ms = if local.ms > 0 {
        format!(".{:03}", local.ms)
    } else {
        String::new()
    };
    let seconds = if local.second > 0 || local.ms > 0 {
        format!(":{:02}", local.second)
    } else {
        String::new()
    };
    let day = local.date.to_string();
    let day = if day == "2026-11-21" {
        String::new()
    } else {
        format!("{day} ")
    };
    format!("{day}{}{seconds}{ms}", local.time())
}

pub fn event(id: EventId) -> String {
    format!("n{}", number(id))
}

fn events(ids: &[EventId]) -> String {
    match ids {
        [first, .., last] if ids.len() > 4 => {
            format!("{}..{} ({})", event(*first), event(*last), ids.len())
        }
        ids => ids
            .iter()
            .map(|id| event(*id))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn key(key: &ToastKey) -> String {
    match key {
        ToastKey::Notice(id) => event(*id),
        ToastKey::Summary(_) => "Summary".to_owned(),
        ToastKey::More(_) => "More".to_owned(),
        ToastKey::App(word) => format!("App({word:?})"),
    }
}

fn mark(mark: Mark) -> String {
    match mark {
        Mark::Snoozed { until } => format!("snoozed until {}", wall(until)),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn cells(cells: &[Cell]) -> String {
    let one = |cell: &Cell| {
        let value = cell
            .value
            .as_ref()
            .map_or("inherit".to_owned(), ToString::to_string);
        format!("{}/{}/{}={value}", cell.scope, cell.kind, cell.facet)
    };
    cells.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn pushed(changes: &[PushedChange], name: Name<'_>) -> String {
    let one = |change: &PushedChange| {
        let deed = match &change.deed {
            Deed::Marked { ids, mark: as_what } => format!("{} {}", mark(*as_what), events(ids)),
            Deed::AllRead { up_to, .. } => format!("all read up to {}", up_to.0),
            Deed::Preferred { cells: chosen } => cells(chosen),
            Deed::Availability { value } => value.clone(),
            Deed::Active {} => format!("active at {}", wall(change.at)),
            Deed::Presence { .. } => "presence".into(),
        };
        format!("{}({deed})", name(change.id))
    };
    changes.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn kept(kept: &Kept, name: Name<'_>) -> String {
    let mut parts = Vec::new();
    let mut part = |what: &str, text: String| {
        if !text.is_empty() {
            parts.push(format!("{what}: {text}"));
        }
    };
    part(
        "items",
        events(
            &kept
                .items
                .iter()
                .map(|item| item.notice.id)
                .collect::<Vec<_>>(),
        ),
    );
    match kept.marks.as_slice() {
        [] => {}
        marks if marks.len() > 4 => part("marks", marks.len().to_string()),
        marks => {
            let one = |(id, marked): &(EventId, campanile_core::inbox::Marked)| {
                format!("{} {}", event(*id), mark(marked.mark))
            };
            part(
                "marks",
                marks.iter().map(one).collect::<Vec<_>>().join(", "),
            );
        }
    }
    part("forgotten", events(&kept.forgotten));
    part("stranded", events(&kept.stranded));
    part(
        "cells",
        cells(
            &kept
                .cells
                .iter()
                .map(|(cell, _)| cell.clone())
                .collect::<Vec<_>>(),
        ),
    );
    let entries = kept.entries.iter().map(|entry| match entry.change {
        Change::Policy { .. } => "policy",
        Change::Scopes { .. } => "scopes",
        _ => "?",
    });
    part("entries", entries.collect::<Vec<_>>().join(" "));
    part("pending", pushed(&kept.pending, name));
    let names = |ids: &[ChangeId], name: Name<'_>| {
        ids.iter().map(|id| name(*id)).collect::<Vec<_>>().join(" ")
    };
    part("settled", names(&kept.settled, name));
    part("taken back", names(&kept.taken_back, name));
    part("toasting", events(&kept.toasting));
    part("toasted", events(&kept.toasted));
    part("cursor", kept.cursor.clone().unwrap_or_default());
    if kept.epoch.is_some() {
        part("epoch", "known".into());
    }
    parts.join("; ")
}
