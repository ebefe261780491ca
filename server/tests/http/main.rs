//! The server as others see it: real HTTP, a real database, and a clock that is turned by hand.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod access;
mod admin;
mod audience;
mod changes;
mod choices;
mod cli;
mod deliveries;
mod durable;
mod fold;
mod guard;
mod ingest;
mod isolation;
mod openapi;
mod pairing;
mod proof;
mod retention;
mod roster;
mod snapshot;
mod sources;
mod stage;
mod strangers;
mod stream;
mod strict;
