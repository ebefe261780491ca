//! Who asks, and by what: the desk's token, the connection.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use campanile_protocol::problem::Code;
use tokio::sync::Notify;

use crate::{
    access::Device, app::App, catchup::Log, refusal::Refusal, snapshot::View, sources::bearer_token,
};

/// The connection that a request came by.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Whose address it is.
    pub address: IpAddr,
    /// Ends the connection, whatever it is doing.
    pub cut: Arc<Notify>,
}

impl<S: Sync> FromRequestParts<S> for Connection {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let missing = || Refusal::Store("a request came by no connection".into());
        parts.extensions.get().cloned().ok_or_else(missing)
    }
}

/// The desk that asks, known by its token.
#[derive(Clone, Debug)]
pub struct Desk(pub Arc<Device>);

impl FromRequestParts<App> for Desk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let device = desk(&parts.headers, app)?;
        device
            .seen_ms
            .fetch_max(app.clock.now().ms(), std::sync::atomic::Ordering::Relaxed);
        Ok(Self(device))
    }
}

/// Returns the desk whose token these headers carry.
///
/// # Errors
/// [`Code::Unauthorized`] if there is none, [`Code::Unavailable`] where that cannot be known.
pub fn desk(headers: &HeaderMap, app: &App) -> Result<Arc<Device>, Refusal> {
    let unknown = || {
        Refusal::told(
            Code::Unauthorized,
            "Pair this desk, and send its token as `Authorization: Bearer`.",
        )
    };
    let token = bearer_token(headers).ok_or_else(unknown)?;
    app.access.device(token)?.ok_or_else(unknown)
}

/// Returns the log of the agent that asks.
pub fn log(app: &App, desk: &Device) -> Log {
    Log {
        epoch: app.hub.epoch(),
        agent: desk.agent,
        id: desk.agent_id,
    }
}

/// Returns what the database does not know of the agent that asks.
pub fn view(app: &App, desk: &Device) -> View {
    View {
        now: app.clock.now(),
        availability: app.presences.availability(desk.agent),
    }
}
