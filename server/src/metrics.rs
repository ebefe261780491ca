//! Metrics, as Prometheus reads them, on a listener of their own: no name of an agent or a source is in them.

use std::sync::atomic::Ordering::Relaxed;

use axum::{
    Router, extract::State, http::header, middleware, response::IntoResponse, routing::get,
};

use crate::{app::App, refusal::Refusal, routes::guard};

/// Returns the routes of the metrics' listener.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .layer(middleware::from_fn(guard::survive))
        .layer(middleware::from_fn_with_state(app.clone(), guard::check))
        .with_state(app)
}

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Refusal> {
    let depth = app.readers.read(|db| {
        let sql = "SELECT count(*) FROM deliveries WHERE outcome IS NULL";
        Ok(db
            .prepare_cached(sql)?
            .query_row([], |row| row.get::<_, i64>(0))?)
    });
    let tally = app.writer.tally();
    let rows = [
        (
            "campanile_streams",
            "gauge",
            "Streams that are open.",
            app.hub.streams().to_string(),
        ),
        (
            "campanile_events_accepted_total",
            "counter",
            "Events that were accepted for the first time.",
            tally.events.load(Relaxed).to_string(),
        ),
        (
            "campanile_commits_total",
            "counter",
            "Transactions that were committed.",
            tally.commits.load(Relaxed).to_string(),
        ),
        (
            "campanile_commit_requests_total",
            "counter",
            "Requests that were done in them: divided by the commits, the batch size.",
            tally.requests.load(Relaxed).to_string(),
        ),
        (
            "campanile_commit_failing",
            "gauge",
            "1 if the last commit failed.",
            u8::from(tally.failing.load(Relaxed)).to_string(),
        ),
        (
            "campanile_outbox_depth",
            "gauge",
            "Deliveries that are owed.",
            depth.await?.to_string(),
        ),
    ];
    let text: String = rows
        .iter()
        .map(|(name, kind, help, value)| {
            format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
        })
        .collect();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
