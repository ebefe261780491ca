//! The routes: what can be asked over HTTP, a file for each, and one table that names them.

mod caller;
mod changes;
mod devices;
mod guard;
mod health;
mod ingest;
mod pair;
mod roster;
mod snapshot;
mod stream;
mod why;

use axum::{
    Router,
    extract::rejection::{PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use campanile_protocol::{
    problem::{self, Code},
    routes,
};

use crate::{app::App, refusal::Refusal};

pub use caller::Connection;
pub use roster::SOURCE as ROSTER_SOURCE;

/// Returns every route.
pub fn router(app: App) -> Router {
    Router::new()
        .route(routes::INGEST, post(ingest::post))
        .route(routes::ROSTER, put(roster::put))
        .route(routes::PAIR, post(pair::post))
        .route(routes::STREAM, get(stream::get))
        .route(routes::CHANGES, get(changes::get).post(changes::post))
        .route(routes::SNAPSHOT, get(snapshot::get))
        .route(routes::DEVICES, get(devices::get))
        .route(routes::DEVICE, delete(devices::delete))
        .route(routes::WHY, get(why::get))
        .route(routes::HEALTHZ, get(health::get))
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            Refusal::told(
                Code::MethodNotAllowed,
                "This path knows other methods; see /openapi.json.",
            )
        })
        .layer(middleware::from_fn_with_state(app.clone(), guard::check))
        .with_state(app)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(%error, "a request failed");
        }
        let problem = self.problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&problem).unwrap_or_default();
        let mut answer =
            (status, [(header::CONTENT_TYPE, problem::MEDIA_TYPE)], body).into_response();
        let mut add = |name, value| {
            answer
                .headers_mut()
                .insert(name, HeaderValue::from_static(value))
        };
        match status {
            StatusCode::UNAUTHORIZED => drop(add(header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => drop(add(header::RETRY_AFTER, "5")),
            _ => {}
        }
        answer
    }
}

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::told(Code::BadRequest, rejection.body_text())
    }
}
