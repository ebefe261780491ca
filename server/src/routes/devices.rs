//! `GET /v1/devices`, `DELETE /v1/devices/{device}`: the desks of the agent that asks.

use std::{collections::HashMap, sync::atomic::Ordering::Relaxed};

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use campanile_core::{ids::DeviceId, time::Timestamp};
use campanile_protocol::pairing::{Device, Devices};

use crate::{app::App, pairing, refusal::Refusal, routes::caller::Desk};

/// List the desks of the agent that asks.
#[utoipa::path(
    get,
    path = "/v1/devices",
    responses((status = 200, body = Devices, description = "The desks, the oldest first.")),
    security(("desk" = [])),
)]
pub async fn get(State(app): State<App>, Desk(desk): Desk) -> Result<Json<Devices>, Refusal> {
    let seen: HashMap<_, _> = app
        .access
        .devices()
        .iter()
        .map(|device| (device.id, device.seen_ms.load(Relaxed)))
        .collect();
    let (agent, current) = (desk.agent, desk.id);
    let devices = app
        .readers
        .read(move |db| {
            let sql = "SELECT id, name, paired_at FROM devices WHERE agent = ?1 ORDER BY no";
            let mut statement = db.prepare_cached(sql)?;
            let devices = statement.query_map([agent], |row| {
                let id = DeviceId(row.get(0)?);
                let seen_ms = seen.get(&id).copied().filter(|ms| *ms > 0);
                Ok(Device {
                    id,
                    name: row.get(1)?,
                    paired_at: Timestamp::from_ms(row.get(2)?),
                    seen_at: seen_ms.map(Timestamp::from_ms),
                    current: id == current,
                })
            })?;
            Ok(devices.collect::<Result<Vec<_>, _>>()?)
        })
        .await?;
    Ok(Json(Devices { devices }))
}

/// Shut a desk of the agent that asks out. Its streams end at once.
#[utoipa::path(
    delete,
    path = "/v1/devices/{device}",
    params(("device" = Uuid, Path, description = "The desk.")),
    responses((status = 204, description = "It is out.")),
    security(("desk" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    Desk(desk): Desk,
    device: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Refusal> {
    let device = DeviceId::parse(&device?).ok_or_else(Refusal::not_found)?;
    let agent = desk.agent;
    let was_there = app
        .writer
        .write(move |writing| pairing::revoke(writing, Some(agent), device.0))
        .await?;
    if was_there {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::not_found())
    }
}
