//! `GET /v1/notices/{event}/why`: why a notice went where it went, as the server decided.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use campanile_core::{
    catalogue::Kind,
    channel::{Channel, Side},
    decide::{Outcome, Reason, Ruled, Verdict},
    ids::EventId,
};
use rusqlite::{OptionalExtension as _, params};

use crate::{app::App, refusal::Refusal, routes::caller::Desk};

/// Tell why a notice went where it went, as the server decided when it arrived.
#[utoipa::path(
    get,
    path = "/v1/notices/{event}/why",
    params(("event" = Uuid, Path, description = "The notice, by its event.")),
    responses((status = 200, body = campanile_protocol::openapi::Verdict, description = "A ruling for each channel of the server.")),
    security(("desk" = [])),
)]
pub async fn get(
    State(app): State<App>,
    Desk(desk): Desk,
    event: Result<Path<String>, PathRejection>,
) -> Result<Json<Verdict>, Refusal> {
    let event = EventId::parse(&event?).ok_or_else(Refusal::not_found)?;
    let agent = desk.agent;
    let found = app.readers.read(move |db| {
        let sql = "SELECT kind, rulings FROM log WHERE event = ?1 AND agent = ?2";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let row: Option<(String, String)> = db
            .prepare_cached(sql)?
            .query_row(params![event.0, agent], read)
            .optional()?;
        row.ok_or_else(Refusal::not_found)
    });
    let (kind, rulings) = found.await?;
    let mut rulings: Vec<Ruled> = serde_json::from_str(&rulings)?;
    // Channels that were not offered are not kept with each notice; there are many of both.
    for channel in Channel::ALL
        .iter()
        .filter(|channel| channel.side() == Side::Server)
    {
        if !rulings.iter().any(|ruled| ruled.channel == *channel) {
            rulings.push(Ruled {
                channel: *channel,
                outcome: Outcome::Silent,
                reason: Reason::NotOffered,
            });
        }
    }
    rulings.sort_by_key(|ruled| ruled.channel);
    Ok(Json(Verdict {
        urgent: Kind::find(&kind).is_some_and(|kind| kind.urgent),
        rulings,
    }))
}
