//! Takes signed events in, decides for each agent, and keeps the log that the desks follow.
//!
//! [`Server::start`] runs it inside any program; the command line is [`cli`].

mod access;
mod admin;
mod agents;
mod app;
mod catchup;
pub mod cli;
mod clock;
mod config;
mod connections;
mod cursor;
mod demo;
mod directory;
mod fnv;
mod housekeeping;
mod hub;
mod ingest;
mod limits;
mod metrics;
mod names;
mod openapi;
mod pairing;
mod policy;
mod post;
mod presence;
mod probe;
mod pushed;
mod refusal;
mod roster;
mod routes;
mod scopes;
mod serve;
mod snapshot;
mod sources;
mod store;
mod token;
mod zones;

pub use admin::{AgentRow, Ask, DeskRow, SourceRow, Told};
pub use clock::Clock;
pub use config::{BadConfig, Config, Connections, ENVIRONMENT, Pairing, Stream};
pub use openapi::json as openapi;
pub use refusal::Refusal;
pub use serve::{Running, Server, StartError};
pub use sources::{
    registry::{Keys, Settings},
    standard_webhooks,
};
