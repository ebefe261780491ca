//! The words between desk and server: routes, requests, frames, problems.
//!
//! Requests are read strictly, answers tolerantly (design 10.1).

pub mod changes;
pub mod event;
pub mod frame;
pub mod health;
pub mod object;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod pairing;
pub mod problem;
pub mod roster;
pub mod routes;
pub mod snapshot;
pub mod web_link;

/// The version of the words that this build speaks.
pub const PROTOCOL: u32 = 1;

/// The oldest desk, by its protocol, that this server still serves.
pub const MIN_DESK: u32 = 1;
