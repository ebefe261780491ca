//! `GET /openapi.json`: the description of all this.

use axum::{http::header, response::IntoResponse};

use crate::openapi;

/// Describe this interface (OpenAPI 3.1).
#[utoipa::path(
    get,
    path = "/openapi.json",
    responses((status = 200, body = Object, description = "The description.")),
    security(()),
)]
pub async fn get() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        openapi::json(),
    )
}
