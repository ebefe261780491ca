//! `GET /v1/changes`, `POST /v1/changes`: the log in pages, and what a desk did.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::header,
    response::IntoResponse,
};
use campanile_protocol::{
    changes::{ChangesPage, PAGE_MOST, PUSH_MOST, Push, Pushed},
    problem::Code,
};
use serde::Deserialize;

use crate::{
    app::App,
    cursor::Cursor,
    pushed::{self, Pusher},
    refusal::Refusal,
    routes::{
        body::{self, Sender},
        caller::{self, Desk},
    },
};

/// Which page.
#[derive(Debug, Deserialize)]
pub struct Which {
    after: Option<String>,
    limit: Option<usize>,
}

/// Read an agent's log in pages.
#[utoipa::path(
    get,
    path = "/v1/changes",
    params(
        ("after" = Option<String>, Query, description = "The cursor to go on from; without one, or with one that does not fit, `cursor_gone`."),
        ("limit" = Option<usize>, Query, maximum = 500, description = "So many entries at the most."),
    ),
    responses((status = 200, body = ChangesPage, description = "A page.")),
    security(("desk" = [])),
)]
pub async fn get(
    State(app): State<App>,
    Desk(desk): Desk,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Which { after, limit } = which?.0;
    let log = caller::log(&app, &desk);
    let cursor = after.as_deref().and_then(Cursor::parse);
    let page = app.readers.read(move |db| {
        let gone = || {
            Refusal::told(
                Code::CursorGone,
                "Ask for a snapshot and go on from its cursor.",
            )
        };
        let seq = log.resume(db, cursor)?.ok_or_else(gone)?;
        log.page(db, seq, limit.unwrap_or(PAGE_MOST))
    });
    Ok((
        [(header::CONTENT_TYPE, "application/json")],
        page.await?.json(),
    ))
}

/// Tell what was done at a desk.
///
/// Each change is named by the desk: pushing it twice is harmless. Each is answered by itself.
#[utoipa::path(
    post,
    path = "/v1/changes",
    request_body = Push,
    responses((status = 200, body = Pushed, description = "An answer for each change.")),
    security(("desk" = [])),
)]
pub async fn post(
    State(app): State<App>,
    Desk(desk): Desk,
    request: Request,
) -> Result<Json<Pushed>, Refusal> {
    let Push { changes } = body::request(request, &app.rooms, Sender::Proven).await?;
    if changes.len() > PUSH_MOST {
        return Err(Refusal::told(
            Code::BadRequest,
            format!("`changes`: at most {PUSH_MOST} at once"),
        ));
    }
    let has_presence = changes.iter().any(|change| change.deed.is_for_the_moment());
    let (presences, agent, device) = (Arc::clone(&app.presences), desk.agent, desk.no);
    let answers = app
        .writer
        .write(move |writing| {
            pushed::take(
                writing,
                Pusher {
                    device,
                    agent,
                    presences: &presences,
                },
                changes,
            )
        })
        .await?;
    if has_presence {
        app.hub
            .tell(agent, &app.presences.frame(agent, app.clock.now()));
    }
    Ok(Json(Pushed { answers }))
}
