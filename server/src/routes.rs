//! The routes: what can be asked over HTTP, a file for each, and one table that names them.

mod body;
mod caller;
mod changes;
mod description;
mod devices;
pub mod guard;
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
};
use campanile_protocol::problem::{self, Code};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{app::App, openapi, refusal::Refusal};

pub use body::{Rooms, Sender};
pub use caller::Connection;
pub use roster::SOURCE as ROSTER_SOURCE;

/// Returns every route, ready to serve.
pub fn router(app: App) -> Router {
    described()
        .0
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            Refusal::told(
                Code::MethodNotAllowed,
                "This path knows other methods; see /openapi.json.",
            )
        })
        .layer(middleware::from_fn(guard::survive))
        .layer(middleware::from_fn_with_state(app.clone(), guard::check))
        .with_state(app)
}

/// Returns every route and its description: what is not in this table is neither served nor described.
pub fn described() -> (Router<App>, OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(openapi::Around::openapi())
        .routes(routes!(ingest::post))
        .routes(routes!(roster::put))
        .routes(routes!(pair::post))
        .routes(routes!(stream::get))
        .routes(routes!(changes::get, changes::post))
        .routes(routes!(snapshot::get))
        .routes(routes!(devices::get))
        .routes(routes!(devices::delete))
        .routes(routes!(why::get))
        .routes(routes!(health::get))
        .routes(routes!(description::get))
        .split_for_parts();
    (router, openapi::with_problems(document))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut problem = self.problem();
        if !matches!(self, Self::Told(_)) {
            // What is not told to those outside can be looked up by this (S30).
            let instance = Uuid::now_v7().urn().to_string();
            tracing::error!(instance, error = %self, "a request failed");
            problem.instance = Some(instance.into());
        }
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
            StatusCode::TOO_MANY_REQUESTS => drop(add(header::RETRY_AFTER, "60")),
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
