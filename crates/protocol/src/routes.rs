//! The paths of the server, as both sides spell them.

/// Takes events and facts of the source `{source}` in.
pub const INGEST: &str = "/v1/ingest/{source}";
/// Takes the directory of the source that asks.
pub const ROSTER: &str = "/v1/roster";
/// Turns a pairing code into a device token.
pub const PAIR: &str = "/v1/pair";
/// The stream of an agent's log.
pub const STREAM: &str = "/v1/stream";
/// The log in pages (GET), and what a desk did (POST).
pub const CHANGES: &str = "/v1/changes";
/// The present, in pages.
pub const SNAPSHOT: &str = "/v1/snapshot";
/// The devices of the agent that asks.
pub const DEVICES: &str = "/v1/devices";
/// One device of the agent that asks.
pub const DEVICE: &str = "/v1/devices/{device}";
/// Why a notice went where it went, as the server decided.
pub const WHY: &str = "/v1/notices/{event}/why";
/// Whether the server is well.
pub const HEALTHZ: &str = "/healthz";
/// The description of all this.
pub const OPENAPI: &str = "/openapi.json";
