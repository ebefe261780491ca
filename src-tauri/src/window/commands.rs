//! The commands that a page may call; `src-tauri/build.rs` and `tauri.conf.json` name the same.

use std::sync::Arc;

use campanile_client::{
    act::Action,
    view::{Page, PageFilter, WhyLine},
};
use campanile_core::{ids::EventId, preferences::Scope};
use serde_json::Value;
use tauri::{AppHandle, State, WebviewWindow};

use super::{
    desk::{Code, Desk},
    frame,
};
use crate::link::words::{Answer, Question};

/// Returns what this window shows; `scope` is for the preferences.
#[tauri::command]
pub async fn look(desk: State<'_, Arc<Desk>>, scope: Option<Scope>) -> Result<Value, Code> {
    let shown = match desk
        .ask_again(&Question::Look {
            window: desk.window,
            scope,
        })
        .await?
    {
        Answer::Bell(view) => serde_json::to_value(view),
        Answer::Preferences(view) => serde_json::to_value(view),
        other => return Err(Code::of(&other)),
    };
    shown.map_err(|_| Code::Refused)
}

/// Does what the person did.
#[tauri::command]
pub async fn act(desk: State<'_, Arc<Desk>>, action: Action) -> Result<(), Code> {
    match desk.ask(&Question::Act { action }).await? {
        Answer::Done => Ok(()),
        other => Err(Code::of(&other)),
    }
}

/// Returns a page of the bell's list.
#[tauri::command]
pub async fn page(
    desk: State<'_, Arc<Desk>>,
    filter: PageFilter,
    after: Option<String>,
) -> Result<Page, Code> {
    match desk.ask_again(&Question::Page { filter, after }).await? {
        Answer::Page(page) => Ok(page),
        other => Err(Code::of(&other)),
    }
}

/// Returns why a notice rang, or did not.
#[tauri::command]
pub async fn why(desk: State<'_, Arc<Desk>>, id: EventId) -> Result<Vec<WhyLine>, Code> {
    match desk.ask_again(&Question::Why { id }).await? {
        Answer::Why(lines) => Ok(lines),
        other => Err(Code::of(&other)),
    }
}

/// Returns the zones to choose from.
#[tauri::command]
pub async fn zones(desk: State<'_, Arc<Desk>>) -> Result<Vec<String>, Code> {
    match desk.ask_again(&Question::Zones).await? {
        Answer::Zones(zones) => Ok(zones),
        other => Err(Code::of(&other)),
    }
}

/// Shows the window: its page is drawn.
#[tauri::command]
pub async fn ready(window: WebviewWindow) {
    frame::show(&window);
}

/// Closes the window.
#[tauri::command]
pub async fn close(app: AppHandle, window: WebviewWindow) {
    if window.close().is_err() {
        app.exit(0);
    }
}
