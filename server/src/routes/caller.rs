//! Who asks, and with what: the desk's token, the connection, the body.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use campanile_protocol::{event::BODY_MOST_BYTES, problem::Code};
use tokio::sync::Notify;

use crate::{
    access::Device,
    app::App,
    catchup::Log,
    ingest::{check_depth, json},
    refusal::Refusal,
    snapshot::View,
    sources::bearer_token,
};

/// A body that comes too slowly is not waited for.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

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
/// [`Code::Unauthorized`] if there is none.
pub fn desk(headers: &HeaderMap, app: &App) -> Result<Arc<Device>, Refusal> {
    bearer_token(headers)
        .and_then(|token| app.access.device(token))
        .ok_or_else(|| {
            Refusal::told(
                Code::Unauthorized,
                "Pair this desk, and send its token as `Authorization: Bearer`.",
            )
        })
}

/// Reads a JSON body, byte for byte.
///
/// # Errors
/// [`Code::MediaType`] if it is not sent as plain JSON, [`Code::TooLarge`], [`Code::BadRequest`] if it breaks off.
pub async fn body(request: Request) -> Result<(HeaderMap, Bytes), Refusal> {
    let (parts, body) = request.into_parts();
    check_media_type(&parts.headers)?;
    let bytes = tokio::time::timeout(BODY_PATIENCE, whole(body, &parts.headers))
        .await
        .map_err(|_| Refusal::told(Code::BadRequest, "The body came too slowly."))??;
    Ok((parts.headers, bytes))
}

/// Reads a body as one of the requests, strictly.
///
/// # Errors
/// As [`body`], and [`Code::BadRequest`] naming what is wrong.
pub async fn request<T: serde::de::DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let (_, bytes) = body(request).await?;
    check_depth(&bytes)?;
    json(&bytes)
}

async fn whole(body: Body, headers: &HeaderMap) -> Result<Bytes, Refusal> {
    let too_large = || {
        Refusal::told(
            Code::TooLarge,
            format!("Send at most {BODY_MOST_BYTES} bytes at once."),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_MOST_BYTES) {
        return Err(too_large());
    }
    axum::body::to_bytes(body, BODY_MOST_BYTES)
        .await
        .map_err(|error| {
            let mut cause = std::error::Error::source(&error);
            while let Some(inner) = cause {
                if inner.to_string().contains("length limit") {
                    return too_large();
                }
                cause = inner.source();
            }
            Refusal::told(Code::BadRequest, "The body broke off.")
        })
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::told(
            Code::MediaType,
            "Set `Content-Type: application/json`.",
        ));
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Refusal::told(
            Code::MediaType,
            "Send the body as it is, without `Content-Encoding`.",
        ));
    }
    Ok(())
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
