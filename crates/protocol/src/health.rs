//! Whether the server is well.

use campanile_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The answer of `/healthz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok`, or `failing` with status 503.
    pub status: String,
    /// Whether the database can be written.
    pub writable: bool,
    /// The server's clock, by which a desk checks its own.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Timestamp))]
    pub now: Timestamp,
}
