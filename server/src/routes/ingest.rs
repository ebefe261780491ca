//! `POST /v1/ingest/{source}`: events and facts in.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
};
use campanile_protocol::event::Accepted;

use crate::{
    app::App,
    ingest::{self, Circle},
    openapi::OneOrMany,
    refusal::Refusal,
    routes::body,
    sources,
};

/// Take events and facts in.
///
/// One event, or an array of which all are taken or none. 2xx means that they are durable, with everything that follows from them.
/// The same id with the same body is taken once; with another body it is refused.
#[utoipa::path(
    post,
    path = "/v1/ingest/{source}",
    params(("source" = String, Path, description = "The source's id.")),
    request_body = OneOrMany,
    responses((status = 200, body = Accepted, description = "Accepted, and durable.")),
    security(("source" = [])),
)]
pub async fn post(
    State(app): State<App>,
    source: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Json<Accepted>, Refusal> {
    let admit = |headers: &_| {
        // A source that does not exist is answered like one whose key is wrong.
        let Path(id) = source.map_err(|_| sources::unproven())?;
        let keys = app.access.source(&id)?.ok_or_else(sources::unproven)?;
        Ok((sources::admit(headers, &keys, app.clock.now())?, keys))
    };
    let (headers, body, keys) = body::read(request, &app.rooms, admit).await?;
    let seen = sources::prove(&headers, &body.bytes, &keys, app.clock.now())?;
    let events = ingest::read(&body.bytes)?;
    let presences = Arc::clone(&app.presences);
    let accepted = app
        .writer
        .write_checked(move |writing| {
            let circle = Circle {
                source: keys.no,
                presences: &presences,
            };
            ingest::accept(writing, circle, seen.as_ref(), &events)
        })
        .await?;
    let fresh = accepted
        .events
        .iter()
        .filter(|event| !event.duplicate)
        .count();
    app.writer.tally().events.fetch_add(fresh as u64, Relaxed);
    Ok(Json(accepted))
}
