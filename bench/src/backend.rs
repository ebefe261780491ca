//! What is measured in the same way of our server and of the floor.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context as _, Result};

use crate::http::{Connection, Request};

/// How many agents the group has that one event goes to.
pub const GROUP: usize = 50;

/// A server that takes events in and pushes them to the streams of agents `0..`.
pub trait Backend: Sync {
    /// What it is called in the table.
    fn name(&self) -> &'static str;
    /// The process.
    fn pid(&self) -> u32;
    /// Where it takes events and opens streams.
    fn address(&self) -> SocketAddr;
    /// Where it counts.
    fn metrics_address(&self) -> SocketAddr;
    /// The request that opens the stream of an agent.
    fn stream(&self, agent: usize) -> Request;
    /// The request that tells one agent of one event for each id; 2xx says that all are on the disk.
    fn publish(&self, ids: &[String], agent: usize, text: &dyn Fn() -> String) -> Request;
    /// The request that tells the agents below [`GROUP`] of one event.
    fn publish_to_group(&self, id: &str, text: &str) -> Request;
}

/// What a server counts.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Streams that are open.
    pub streams: u64,
    /// Transactions so far.
    pub commits: u64,
}

/// A kept connection to a server's metrics.
pub struct Meter(Connection);

impl Meter {
    /// Connects.
    pub fn of(backend: &dyn Backend) -> Result<Self> {
        Ok(Self(Connection::open(backend.metrics_address())?))
    }

    /// Returns what the server counts.
    pub fn read(&mut self) -> Result<Counts> {
        let text = self.0.ask(&Request::get("/metrics"))?;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let value = line.and_then(|value| value.trim().parse().ok());
            value.with_context(|| format!("the metrics tell no {name}"))
        };
        Ok(Counts {
            streams: value("campanile_streams ")?,
            commits: value("campanile_commits_total ")?,
        })
    }
}

/// Returns an address of loopback that nobody uses.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
