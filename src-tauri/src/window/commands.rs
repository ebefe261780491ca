//! The commands that a page may call; `src-tauri/build.rs` and `tauri.conf.json` name the same.

use std::sync::Arc;

use campanile_client::{
    act::Action,
    view::{Page, PageFilter, WhyView},
};
use campanile_core::{ids::EventId, preferences::Scope};
use serde_json::Value;
use tauri::{
    AppHandle, State, WebviewWindow,
    http::HeaderValue,
    ipc::{InvokeBody, Request},
};
use url::form_urlencoded;

use super::{
    desk::{Code, Desk},
    frame::Frame,
};
use crate::{
    link::words::{Answer, Question},
    sound::{self, Refused},
};

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
pub async fn why(desk: State<'_, Arc<Desk>>, id: EventId) -> Result<Box<WhyView>, Code> {
    match desk.ask_again(&Question::Why { id }).await? {
        Answer::Why(why) => Ok(why),
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

/// Keeps a sound file that the person chose as an own melody of this desk, and returns the melody's id.
///
/// The file's bytes are the body: a page names no path, so that it can have nothing read but what a person picked.
/// What the file was called is the only field of the header `file`, written as in a form.
#[tauri::command]
pub async fn adopt(
    desk: State<'_, Arc<Desk>>,
    request: Request<'_>,
) -> Result<String, &'static str> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(Refused::Format.code());
    };
    let header = request.headers().get("file").map(HeaderValue::as_bytes);
    let header = header.filter(|header| header.len() <= 3 * sound::CALLED_MOST_BYTES);
    let called = form_urlencoded::parse(header.unwrap_or_default())
        .next()
        .map(|(_, called)| called.into_owned());
    let (bytes, folder) = (bytes.clone(), desk.sounds());
    let adopted = tokio::task::spawn_blocking(move || {
        sound::adopt(bytes, &called.unwrap_or_default(), &folder)
    });
    let melody = match adopted.await {
        Ok(Ok(melody)) => melody,
        Ok(Err(refused)) => {
            tracing::info!(%refused, "a sound file was not taken");
            return Err(refused.code());
        }
        Err(_) => return Err(Refused::Damaged.code()),
    };
    match desk.ask_again(&Question::Melodies).await {
        Ok(Answer::Done) => Ok(melody),
        _ => Err("no_desk"),
    }
}

/// Shows the window: its page is drawn.
#[tauri::command]
pub async fn ready(frame: State<'_, Arc<Frame>>) -> Result<(), Code> {
    frame.drawn();
    Ok(())
}

/// Closes the window.
#[tauri::command]
pub async fn close(app: AppHandle, window: WebviewWindow) {
    if window.close().is_err() {
        app.exit(0);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    fn read(file: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
            .expect("a file of the project")
    }

    /// Returns the words that stand between `before` and `after`, wherever a line has both.
    fn between(text: &str, before: &str, after: &str) -> BTreeSet<String> {
        text.split(before)
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(after)?.0.to_owned()))
            .collect()
    }

    #[test]
    fn page_manifest_capability_and_handler_name_the_same_commands() {
        let called: BTreeSet<_> = between(&read("ui/src/ipc.ts"), "invoke<", ")")
            .iter()
            .filter_map(|call| Some(call.split('"').nth(1)?.to_owned()))
            .collect();
        let manifest = between(&read("src-tauri/build.rs"), "commands = &[", "]");
        let declared: BTreeSet<_> = manifest
            .iter()
            .flat_map(|list| list.split('"').skip(1).step_by(2))
            .map(Into::into)
            .collect();
        let allowed = between(&read("tauri.conf.json"), "\"allow-", "\"");
        let taken = between(&read("src-tauri/src/window.rs"), "commands::", ",");
        assert_eq!(called, declared);
        assert_eq!(called, allowed);
        assert_eq!(called, taken);
    }
}
