//! The hub: the open streams, by agent. What it carries it may drop; the log is the truth.

mod slot;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};

use axum::body::Bytes;
use campanile_core::ids::{AgentId, Epoch};
use campanile_protocol::frame;

use crate::{
    cursor::Cursor,
    refusal::Refusal,
    store::{AgentNo, DeviceNo, Rung},
};

pub use slot::{Heard, News, Slot};

/// The heartbeats of all streams are spread over so many steps.
pub const STEPS: u64 = 15;

/// Desks that lose the server together come back at a rate of one in so many milliseconds,
const RETURN_EACH_MS: usize = 50;
/// spread over no less than this
const RETURN_LEAST_MS: usize = 1_000;
/// and no more, as a person waits: of a thousand desks that is less than a twentieth in any second, with those that call in vain
/// and come again.
const RETURN_MOST_MS: usize = 50_000;

/// The open streams.
#[derive(Debug)]
pub struct Hub {
    epoch: Epoch,
    most_per_device: usize,
    listening: Mutex<HashMap<AgentNo, Listening>>,
    serial: AtomicU64,
    open: AtomicUsize,
}

#[derive(Debug)]
struct Listening {
    id: AgentId,
    slots: Vec<Arc<Slot>>,
}

impl Hub {
    /// Returns a hub without streams, in the life `epoch` of the database.
    #[must_use]
    pub fn new(epoch: Epoch, most_per_device: usize) -> Self {
        Self {
            epoch,
            most_per_device,
            listening: Mutex::default(),
            serial: AtomicU64::new(0),
            open: AtomicUsize::new(0),
        }
    }

    /// Returns the life of the database that cursors are made for.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Returns how many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// Returns over how many milliseconds the desks shall spread their return, should they lose this server.
    #[must_use]
    pub fn retry_ms(&self) -> usize {
        (self.streams() * RETURN_EACH_MS).clamp(RETURN_LEAST_MS, RETURN_MOST_MS)
    }

    /// Opens a stream. The oldest of a device that has too many ends.
    ///
    /// `let_in` is asked once the stream is here to be dismissed: whoever was shut out before gets none, and whoever is
    /// shut out after is found.
    ///
    /// # Errors
    /// What `let_in` refuses.
    pub fn join(
        self: &Arc<Self>,
        agent: AgentNo,
        id: AgentId,
        device: DeviceNo,
        cut: Arc<tokio::sync::Notify>,
        let_in: impl FnOnce() -> Result<(), Refusal>,
    ) -> Result<Listener, Refusal> {
        let listener = self.put_in(agent, id, device, cut);
        let_in()?;
        Ok(listener)
    }

    fn put_in(
        self: &Arc<Self>,
        agent: AgentNo,
        id: AgentId,
        device: DeviceNo,
        cut: Arc<tokio::sync::Notify>,
    ) -> Listener {
        let slot = Arc::new(Slot::new(self.serial.fetch_add(1, Relaxed), device, cut));
        let mut listening = self.listening();
        let slots = &mut listening
            .entry(agent)
            .or_insert_with(|| Listening {
                id,
                slots: Vec::with_capacity(1),
            })
            .slots;
        let mine: Vec<_> = slots
            .iter()
            .filter(|slot| slot.device == device)
            .cloned()
            .collect();
        for oldest in mine
            .iter()
            .take((mine.len() + 1).saturating_sub(self.most_per_device))
        {
            oldest.end(None);
        }
        slots.push(slot.clone());
        self.open.fetch_add(1, Relaxed);
        Listener {
            hub: self.clone(),
            agent,
            slot,
        }
    }

    /// Hands entries to the streams of their agents.
    pub fn ring(&self, rung: Vec<Rung>) {
        let listening = self.listening();
        for Rung { agent, seq, body } in rung {
            let Some(listening) = listening.get(&agent) else {
                continue;
            };
            let cursor = Cursor::after(self.epoch, listening.id, seq, &body);
            let frame = Bytes::from(format!(
                "id: {cursor}\nevent: {}\ndata: {{\"entries\":[{body}]}}\n\n",
                frame::ENTRIES
            ));
            for slot in &listening.slots {
                slot.put(News::Entry(seq, frame.clone()));
            }
        }
    }

    /// Hands something that is in no log to the streams of an agent.
    pub fn tell(&self, agent: AgentNo, frame: &Bytes) {
        for slot in self
            .listening()
            .get(&agent)
            .into_iter()
            .flat_map(|listening| &listening.slots)
        {
            slot.put(News::Aside(frame.clone()));
        }
    }

    /// Ends the streams of a device whose token was revoked.
    pub fn dismiss(&self, device: DeviceNo) {
        let goodbye = Bytes::from(format!("event: {}\ndata: {{}}\n\n", frame::GOODBYE));
        self.every(|slot| {
            if slot.device == device {
                slot.end(Some(goodbye.clone()));
            }
        });
    }

    /// Ends every stream: the server stops, and the desks come back when it is there again.
    pub fn end_all(&self) {
        self.every(|slot| slot.end(None));
    }

    /// Gives a sign of life to the streams whose turn it is, and cuts those off that have taken nothing at all, be it news
    /// or a sign, since `patience` signs ago.
    pub fn beat(&self, step: u64, patience: u32) {
        self.every(|slot| {
            if slot.serial % STEPS == step {
                slot.beat(patience);
            }
        });
    }

    fn every(&self, mut act: impl FnMut(&Slot)) {
        for slot in self
            .listening()
            .values()
            .flat_map(|listening| &listening.slots)
        {
            act(slot);
        }
    }

    fn listening(&self) -> MutexGuard<'_, HashMap<AgentNo, Listening>> {
        self.listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open stream; it leaves the hub when it is dropped.
#[derive(Debug)]
pub struct Listener {
    hub: Arc<Hub>,
    agent: AgentNo,
    slot: Arc<Slot>,
}

impl Listener {
    /// Returns the hub that it is of.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Returns where the stream's news are put.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listening = self.hub.listening();
        if let Some(of_agent) = listening.get_mut(&self.agent) {
            of_agent
                .slots
                .retain(|slot| slot.serial != self.slot.serial);
            if of_agent.slots.is_empty() {
                listening.remove(&self.agent);
            }
        }
        self.hub.open.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_more_desks_there_are_the_wider_they_spread_their_return() {
        let hub = Arc::new(Hub::new(Epoch(Uuid::from_u128(1)), usize::MAX));
        let mut open = Vec::new();
        for (streams, retry_ms) in [
            (0, 1_000),
            (20, 1_000),
            (100, 5_000),
            (1_000, 50_000),
            (1_500, 50_000),
        ] {
            while open.len() < streams {
                let (agent, id) = (AgentNo(1), AgentId(Uuid::from_u128(2)));
                let joined = hub.join(agent, id, DeviceNo(7), Arc::default(), || Ok(()));
                open.push(joined.expect("let in"));
            }
            assert_eq!(hub.retry_ms(), retry_ms, "{streams}");
        }
    }

    #[test]
    fn a_desk_that_is_shut_out_while_its_stream_opens_gets_none() {
        let hub = Arc::new(Hub::new(Epoch(Uuid::from_u128(1)), 3));
        let (agent, id, device) = (AgentNo(1), AgentId(Uuid::from_u128(2)), DeviceNo(7));
        let join = |let_in: &dyn Fn() -> Result<(), Refusal>| {
            hub.join(agent, id, device, Arc::default(), let_in)
        };
        assert!(join(&|| Err(Refusal::not_found())).is_err());
        assert_eq!(hub.streams(), 0, "and leaves nothing behind");
        // What comes after the question finds the stream.
        let listener = join(&|| {
            hub.dismiss(device);
            Ok(())
        })
        .expect("let in");
        let heard = listener
            .slot()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(
            matches!(heard, Poll::Ready(Heard::End(Some(_)))),
            "{heard:?}"
        );
    }
}
