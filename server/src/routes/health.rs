//! `GET /healthz`: whether the server is well, and whether it can keep anything.

use axum::{Json, extract::State, http::StatusCode};
use campanile_protocol::health::Health;

use crate::app::App;

/// Tell whether the server is well.
#[utoipa::path(
    get,
    path = "/healthz",
    responses(
        (status = 200, body = Health, description = "It is."),
        (status = 503, body = Health, description = "The database cannot be written."),
    ),
    security(()),
)]
pub async fn get(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let writable = app.probe.is_writable(&app.writer, app.clock.now()).await;
    let status = if writable {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(Health {
            status: if writable { "ok" } else { "failing" }.to_owned(),
            writable,
            now: app.clock.now(),
        }),
    )
}
