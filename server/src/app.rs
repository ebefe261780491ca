//! What every route can reach: the parts of the running server.

use std::sync::Arc;

use crate::{
    access::Access,
    clock::Clock,
    config::Config,
    hub::Hub,
    limits::Tries,
    presence::Presences,
    probe::Probe,
    routes::Rooms,
    store::{Readers, Writer},
};

/// The parts of the running server.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The clock.
    pub clock: Clock,
    /// The door to the writer.
    pub writer: Writer,
    /// The door to the readers.
    pub readers: Readers,
    /// Who may ask for what.
    pub access: Arc<Access>,
    /// The open streams.
    pub hub: Arc<Hub>,
    /// What everybody looks at.
    pub presences: Arc<Presences>,
    /// How often whom was let try to pair.
    pub pairing_tries: Tries,
    /// The room for bodies.
    pub rooms: Rooms,
    /// Whether the database can be written.
    pub probe: Probe,
    /// How desks reach this server.
    pub base: String,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
