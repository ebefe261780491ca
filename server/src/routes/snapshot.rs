//! `GET /v1/snapshot`: the present, in pages.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use campanile_protocol::snapshot::Snapshot;
use serde::Deserialize;

use crate::{
    app::App,
    refusal::Refusal,
    routes::caller::{self, Desk},
    snapshot,
};

/// Which page.
#[derive(Debug, Deserialize)]
pub struct Which {
    after: Option<String>,
}

/// Read the present in pages.
///
/// The log goes on from the cursor once the last page is in.
#[utoipa::path(
    get,
    path = "/v1/snapshot",
    params(("after" = Option<String>, Query, description = "`next` of the page before; the first page without it.")),
    responses((status = 200, body = Snapshot, description = "A page.")),
    security(("desk" = [])),
)]
pub async fn get(
    State(app): State<App>,
    Desk(desk): Desk,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Snapshot>, Refusal> {
    let (log, view) = (caller::log(&app, &desk), caller::view(&app, &desk));
    let after = which?
        .0
        .after
        .map(|after| snapshot::After::parse(&after, &log))
        .transpose()?;
    let snapshot = app.readers.read(move |db| match after {
        Some(after) => snapshot::page(db, &log, after),
        None => snapshot::first(db, &log, view).map(|(snapshot, _)| snapshot),
    });
    snapshot.await.map(Json)
}
