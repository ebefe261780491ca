//! `PUT /v1/roster`: the directory of the source that asks.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::HeaderMap,
};
use campanile_protocol::roster::{Roster, Taken};

use crate::{
    access::SourceKeys,
    app::App,
    ingest::{check_depth, json},
    refusal::Refusal,
    roster,
    routes::body,
    sources::{self, bearer_token},
    token::TokenHash,
};

/// The header that names the source of a signed request: its path does not.
pub const SOURCE: &str = "campanile-source";

/// Take a source's directory.
///
/// What is missing from it is removed. A signed request names its source in the header `campanile-source`.
#[utoipa::path(
    put,
    path = "/v1/roster",
    params(("campanile-source" = Option<String>, Header, description = "The source's id, where the request is signed.")),
    request_body = Roster,
    responses((status = 200, body = Taken, description = "Taken.")),
    security(("source" = [])),
)]
pub async fn put(State(app): State<App>, request: Request) -> Result<Json<Taken>, Refusal> {
    let admit = |headers: &_| {
        let keys = source(&app, headers)?.ok_or_else(sources::unproven)?;
        Ok((sources::admit(headers, &keys, app.clock.now())?, keys))
    };
    let (headers, body, keys) = body::read(request, &app.rooms, admit).await?;
    let seen = sources::prove(&headers, &body.bytes, &keys, app.clock.now())?;
    check_depth(&body.bytes)?;
    let roster: Roster = json(&body.bytes)?;
    let taken = app.writer.write(move |writing| {
        if let Some(seen) = seen {
            // An older roster that was overheard must not undo a later one.
            if seen.is_known(writing, keys.no)? {
                return Ok(Taken {
                    made: Vec::new(),
                    removed: 0,
                });
            }
            seen.keep(writing, keys.no)?;
        }
        roster::take(writing, keys.no, &roster)
    });
    taken.await.map(Json)
}

fn source(app: &App, headers: &HeaderMap) -> Result<Option<Arc<SourceKeys>>, Refusal> {
    match (headers.get(SOURCE), bearer_token(headers)) {
        (Some(named), _) => app.access.source(named.to_str().unwrap_or_default()),
        (None, Some(token)) => app
            .access
            .source_with(&TokenHash::of(token), app.clock.now()),
        (None, None) => Ok(None),
    }
}
