//! `GET /v1/stream`: an agent's log as server-sent events.

mod body;

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
    response::Response,
};
use campanile_protocol::{MIN_DESK, PROTOCOL, frame};
use serde::Deserialize;

use crate::{
    app::App,
    cursor::Cursor,
    refusal::Refusal,
    routes::caller::{self, Connection, Desk},
    store,
};
use body::Frames;

/// Where to go on; the header `Last-Event-ID` says the same and wins.
#[derive(Debug, Deserialize)]
pub struct From {
    cursor: Option<String>,
}

/// Follow an agent's log.
///
/// Server-sent events: `hello` first, then `snapshot` where the log cannot be continued from the cursor, then `entries`, each with a cursor as its id; `presence` without one; `goodbye` when the token was revoked.
/// A comment is a sign of life.
#[utoipa::path(
    get,
    path = "/v1/stream",
    params(
        ("last-event-id" = Option<String>, Header, description = "The cursor to go on from; wins over the query."),
        ("cursor" = Option<String>, Query, description = "The cursor to go on from."),
    ),
    responses((status = 200, body = String, content_type = "text/event-stream", description = "The frames.")),
    security(("desk" = [])),
)]
pub async fn get(
    State(app): State<App>,
    Desk(desk): Desk,
    connection: Connection,
    headers: HeaderMap,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Refusal> {
    let (log, view) = (caller::log(&app, &desk), caller::view(&app, &desk));
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok().map(str::to_owned));
    // A cursor that cannot be read is answered like one that is gone: with the present.
    let cursor = last
        .or(from?.0.cursor)
        .and_then(|text| Cursor::parse(&text));
    // It joins before it reads: what is written between the two is in both, and told once.
    let listener = app
        .hub
        .join(desk.agent, desk.agent_id, desk.no, connection.cut, || {
            caller::desk(&headers, &app).map(drop)
        })?;
    let presence = app.presences.frame(desk.agent, view.now);
    let (end, told, last, more) = app
        .readers
        .read(move |db| {
            let end = store::log::head(db, log.agent)?;
            match log.resume(db, cursor)? {
                None => log
                    .snapshot_frame(db, view)
                    .map(|(frame, seq)| (end, frame, seq, false)),
                Some(seq) => {
                    let page = log.page(db, seq, campanile_protocol::changes::PAGE_MOST)?;
                    let frame = if page.entries.is_empty() {
                        String::new()
                    } else {
                        page.frame()
                    };
                    Ok((end, frame, page.last, page.more))
                }
            }
        })
        .await?;
    let hello = frame::Hello {
        protocol: PROTOCOL,
        epoch: log.epoch,
        now: view.now,
        min_desk: MIN_DESK,
        last: end,
    };
    let mut first = format!(
        "retry: {}\nevent: {}\ndata: {}\n\n",
        app.hub.retry_ms(),
        frame::HELLO,
        serde_json::to_string(&hello)?
    );
    first.push_str(&told);
    first.push_str(&String::from_utf8_lossy(&presence));
    let frames = Frames::new(listener, app.readers.clone(), log, first.into(), last, more);
    let mut answer = Response::new(Body::new(frames));
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    // A proxy that gathers answers before it passes them on would hold the bell back.
    headers.insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    Ok(answer)
}
