//! A history: messages of the last weeks in the logs of all agents.

use std::time::SystemTime;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use crate::{backend::Backend as _, campanile::Campanile, event::message_at, http::Connection};

/// The most events of one request.
const TOGETHER: usize = 500;
/// How far back the history goes.
const WEEKS: usize = 8;
const TEXT: &str =
    "Where is my parcel? It said Friday, and nobody has come. Could you have a look, please?";

/// Writes `rows` messages, spread over the agents and the weeks, the oldest first.
pub fn write(server: &Campanile, agents: usize, rows: usize) -> Result<()> {
    write_for(server, rows, WEEKS * 7, |row| row % agents)
}

/// Writes `rows` messages for one agent, spread over `days`.
pub fn write_for_one(server: &Campanile, agent: usize, rows: usize, days: usize) -> Result<()> {
    write_for(server, rows, days, |_| agent)
}

fn write_for(
    server: &Campanile,
    rows: usize,
    days: usize,
    agent: impl Fn(usize) -> usize,
) -> Result<()> {
    let mut connection = Connection::open(server.address())?;
    let now = DateTime::<Utc>::from(SystemTime::now());
    let span_ms = days * 24 * 60 * 60 * 1000;
    let event = |row: usize| {
        let ago_ms = span_ms - span_ms / rows * row;
        let time = now - TimeDelta::milliseconds(i64::try_from(ago_ms).unwrap_or(0));
        message_at(&format!("history-{row}"), agent(row), TEXT, time)
    };
    for first in (0..rows).step_by(TOGETHER) {
        let events: Vec<_> = (first..rows.min(first + TOGETHER)).map(event).collect();
        connection.ask(&server.ingest(&events))?;
    }
    Ok(())
}
