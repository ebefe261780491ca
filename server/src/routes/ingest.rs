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
    refusal::Refusal,
    routes::caller,
    sources::{self, Proof, replay},
};

pub async fn post(
    State(app): State<App>,
    source: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Json<Accepted>, Refusal> {
    let (headers, body) = caller::body(request).await?;
    // A source that does not exist is answered like one whose key is wrong.
    let keys = source
        .ok()
        .and_then(|Path(id)| app.access.source(&id))
        .ok_or_else(sources::unproven)?;
    let proven = sources::verify(&Proof {
        headers: &headers,
        body: &body,
        keys: &keys,
        now: app.clock.now(),
    })?;
    let events = ingest::read(&body)?;
    let seen = proven.id.map(|id| replay::Seen::of(id, &body));
    let presences = Arc::clone(&app.presences);
    let accepted = app
        .writer
        .write(move |writing| {
            if let Some(seen) = seen {
                seen.remember(writing, keys.no)?;
            }
            ingest::accept(
                writing,
                Circle {
                    source: keys.no,
                    presences: &presences,
                },
                &events,
            )
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
