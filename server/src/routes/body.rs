//! Bodies: plain JSON, read once its sender was let in, and bounded: each, and all of them together.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use campanile_protocol::{event::BODY_MOST_BYTES, problem::Code};
use http_body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    ingest::{check_depth, json},
    refusal::Refusal,
};

/// A body that comes too slowly is not waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// For so long what a refused sender still sends is taken, and dropped.
const DREGS_PATIENCE: Duration = Duration::from_secs(3);
/// The room of all bodies of those who have proven who they are, and that of all others.
const ROOM_BYTES: usize = 64 * 1024 * 1024;

/// A body that comes in parts grows by a quarter of itself, and by so many bytes at the least.
const STEP_LEAST_BYTES: usize = 16 * 1024;

/// Who sends a body, as far as the headers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// One that has shown its token.
    Proven,
    /// Anybody: what proves it is in the body, or nothing does.
    Stranger,
}

/// The room for bodies that are being read or worked on. Strangers have their own, so that they cannot use up all of it.
#[derive(Debug)]
pub struct Rooms {
    proven: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

/// A body, byte for byte. Its room is free once this is dropped.
#[derive(Debug)]
pub struct Read {
    /// What was sent.
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Rooms {
    /// Returns rooms with nothing in them.
    #[must_use]
    pub fn new() -> Self {
        Self::of(ROOM_BYTES, ROOM_BYTES)
    }

    fn of(proven_bytes: usize, strangers_bytes: usize) -> Self {
        Self {
            proven: Arc::new(Semaphore::new(proven_bytes)),
            strangers: Arc::new(Semaphore::new(strangers_bytes)),
        }
    }

    fn of_sender(&self, sender: Sender) -> &Arc<Semaphore> {
        match sender {
            Sender::Proven => &self.proven,
            Sender::Stranger => &self.strangers,
        }
    }
}

/// Reads a body, once `admit` has let its sender in by the headers alone; what it found is returned as well.
///
/// # Errors
/// What `admit` refuses, [`Code::MediaType`] if it is not sent as plain JSON, [`Code::TooLarge`], [`Code::Unavailable`] if
/// there is no room, [`Code::BadRequest`] if it breaks off.
pub async fn read<T>(
    request: Request,
    rooms: &Rooms,
    admit: impl FnOnce(&HeaderMap) -> Result<(Sender, T), Refusal>,
) -> Result<(HeaderMap, Read, T), Refusal> {
    let (parts, mut body) = request.into_parts();
    let headers = parts.headers;
    let admitted = admit(&headers).and_then(|admitted| {
        check_media_type(&headers)?;
        check_length(&headers)?;
        Ok(admitted)
    });
    let read = match admitted {
        Ok((sender, found)) => {
            let room = rooms.of_sender(sender);
            tokio::time::timeout(PATIENCE, whole(&mut body, room))
                .await
                .map_err(|_| Refusal::told(Code::BadRequest, "The body came too slowly."))?
                .map(|read| (read, found))
        }
        Err(refusal) => Err(refusal),
    };
    match read {
        Ok((read, found)) => Ok((headers, read, found)),
        Err(refusal) => {
            // Whoever waits to be told to go on sends nothing.
            if !headers.contains_key(header::EXPECT) {
                tokio::spawn(tokio::time::timeout(DREGS_PATIENCE, drain(body)));
            }
            Err(refusal)
        }
    }
}

/// Reads a body as one of the requests, strictly.
///
/// # Errors
/// As [`read`], and [`Code::BadRequest`] naming what is wrong.
pub async fn request<T: serde::de::DeserializeOwned>(
    request: Request,
    rooms: &Rooms,
    sender: Sender,
) -> Result<T, Refusal> {
    let (_, read, ()) = read(request, rooms, |_| Ok((sender, ()))).await?;
    check_depth(&read.bytes)?;
    json(&read.bytes)
}

async fn whole(body: &mut Body, room: &Arc<Semaphore>) -> Result<Read, Refusal> {
    let mut taken = None;
    let (mut first, mut all) = (Bytes::new(), Vec::new());
    while let Some(part) = part(body).await {
        let part = part.map_err(|_| Refusal::told(Code::BadRequest, "The body broke off."))?;
        let length = first.len().max(all.len()) + part.len();
        if length > BODY_MOST_BYTES {
            return Err(too_large());
        }
        // Most come in one part, which is not copied.
        if first.is_empty() {
            take(room, part.len(), &mut taken)?;
            first = part;
            continue;
        }
        if length > all.capacity() {
            // Not doubled, as a vector grows of its own: what is kept free is memory, too, and is taken from the room.
            let capacity = length + (length / 4).max(STEP_LEAST_BYTES);
            take(room, capacity - all.capacity(), &mut taken)?;
            all.reserve_exact(capacity - all.len());
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&part);
    }
    Ok(Read {
        bytes: if all.is_empty() { first } else { all.into() },
        _room: taken,
    })
}

/// Takes so much more of the room.
fn take(
    room: &Arc<Semaphore>,
    bytes: usize,
    taken: &mut Option<OwnedSemaphorePermit>,
) -> Result<(), Refusal> {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    let more = room.clone().try_acquire_many_owned(bytes).map_err(|_| {
        let told = "Too much is being sent at once. Send it again in a few seconds.";
        Refusal::told(Code::Unavailable, told)
    })?;
    match taken {
        Some(taken) => taken.merge(more),
        none => *none = Some(more),
    }
    Ok(())
}

/// Takes what still comes and drops it: a socket that is closed with bytes unread takes the answer along.
async fn drain(mut body: Body) {
    let mut bytes = 0;
    while let Some(Ok(part)) = part(&mut body).await {
        bytes += part.len();
        if bytes > BODY_MOST_BYTES {
            return;
        }
    }
}

async fn part(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
    // Trailers say nothing that is looked at.
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

fn too_large() -> Refusal {
    let told = format!("Send at most {BODY_MOST_BYTES} bytes at once.");
    Refusal::told(Code::TooLarge, told)
}

fn check_length(headers: &HeaderMap) -> Result<(), Refusal> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_MOST_BYTES) {
        return Err(too_large());
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(bytes: usize) -> Request {
        Request::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("x".repeat(bytes)))
            .expect("a request")
    }

    async fn status(rooms: &Rooms, sender: Sender, bytes: usize) -> Result<Read, u16> {
        read(sent(bytes), rooms, |_| Ok((sender, ())))
            .await
            .map(|(_, read, ())| read)
            .map_err(|refusal| refusal.problem().status)
    }

    #[tokio::test]
    async fn all_bodies_together_are_bounded_and_strangers_have_a_room_of_their_own() {
        let rooms = Rooms::of(100, 10);
        let held = status(&rooms, Sender::Stranger, 8).await.expect("fits");
        assert_eq!(status(&rooms, Sender::Stranger, 3).await.err(), Some(503));
        let proven = status(&rooms, Sender::Proven, 100).await;
        assert_eq!(proven.expect("fits").bytes.len(), 100);
        drop(held);
        assert!(status(&rooms, Sender::Stranger, 10).await.is_ok());
    }
}
