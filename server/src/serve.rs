//! The running server: its parts put together, and its end.

use std::{io, net::SocketAddr, sync::Arc, thread::JoinHandle, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::MissedTickBehavior};

use crate::{
    access::Access,
    admin,
    app::{App, Parts},
    clock::Clock,
    config::{Config, Connections},
    connections::{self, Gate},
    housekeeping,
    hub::{self, Hub},
    limits::Tries,
    metrics,
    presence::Presences,
    probe::Probe,
    refusal::Refusal,
    routes::{self, Rooms},
    store::{self, Folder, Lock, Readers, StoreError, Writer},
};

/// Those who read metrics are few.
const METRICS_CONNECTIONS: Connections = Connections {
    most: 64,
    most_per_address: 64,
};
/// Requests that are under way when the server stops have so long to end.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is in the database.
    #[error("the database cannot be read: {0}")]
    Read(#[from] Refusal),
    /// The address.
    #[error("cannot listen on {0}: {1}; set `{2}` to another address")]
    Listen(SocketAddr, io::Error, &'static str),
    /// The admin socket.
    #[error(
        "the admin socket cannot be made: {0}; set `data` to a folder that can be written and has a short path"
    )]
    Admin(io::Error),
}

/// The server.
#[derive(Debug)]
pub struct Server;

/// A server that runs. Dropping it without [`Self::shutdown`] leaves connections to themselves.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it tells metrics.
    pub metrics_address: Option<SocketAddr>,
    app: App,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    door: admin::Door,
    writer: JoinHandle<()>,
    lock: Lock,
}

impl Server {
    /// Opens the database and starts to answer.
    ///
    /// # Errors
    /// [`StartError`], which says what to change.
    pub async fn start(config: Config, clock: Clock) -> Result<Running, StartError> {
        let folder = Folder::open(&config.data)?;
        let mut lock = folder.lock()?;
        let db = lock.open_database(&folder)?;
        let listener = bind(config.listen, "listen").await?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(config.listen, error, "listen"))?;
        let metrics_listener = match config.metrics_listen {
            Some(address) => Some(bind(address, "metrics_listen").await?),
            None => None,
        };
        let metrics_address = metrics_listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok());

        let epoch = crate::directory::Directory::load(&db)?.epoch;
        let access = Arc::new(Access::load(&db)?);
        let hub = Arc::new(Hub::new(epoch, config.stream.most_per_device));
        let (ringing, dismissing, knowing) = (hub.clone(), hub.clone(), access.clone());
        let committed = move |db: &rusqlite::Connection, after: Vec<store::After>| {
            for change in after {
                knowing.take(db, &change);
                if let store::After::Revoked(device) = change {
                    dismissing.dismiss(device);
                }
            }
        };
        let (writer, thread) =
            Writer::start(db, clock.clone(), committed, move |rung| ringing.ring(rung))?;
        let base = config.base(address);
        let door = admin::listen(&folder.socket(), writer.clone(), base.clone())
            .map_err(StartError::Admin)?;
        let app = App::new(Parts {
            readers: Readers::new(folder.database()),
            pairing_tries: Tries::new(config.pairing.tries_per_minute),
            presences: Arc::new(Presences::default()),
            rooms: Rooms::new(),
            probe: Probe::default(),
            config,
            clock,
            writer,
            access,
            hub,
            base,
        });
        let (stop, stopped) = watch::channel(false);
        let stopped = Stopped(stopped);
        let mut tasks = JoinSet::new();
        tasks.spawn(connections::accept(
            listener,
            Gate::new(app.config.connections.clone()),
            routes::router(app.clone()),
            stopped.clone(),
        ));
        tasks.spawn(beat(app.clone(), stopped.clone()));
        tasks.spawn(housekeeping::run(app.clone(), stopped.clone()));
        if let Some(listener) = metrics_listener {
            let gate = Gate::new(METRICS_CONNECTIONS);
            tasks.spawn(connections::accept(
                listener,
                gate,
                metrics::router(app.clone()),
                stopped,
            ));
        }
        Ok(Running {
            address,
            metrics_address,
            app,
            stop,
            tasks,
            door,
            writer: thread,
            lock,
        })
    }
}

impl Running {
    /// Does what the owner of the machine asks, as the command line would.
    ///
    /// # Errors
    /// [`Refusal`], of which nothing is kept.
    pub async fn ask(&self, ask: admin::Ask) -> Result<admin::Told, Refusal> {
        let base = self.base().to_owned();
        self.app
            .writer
            .write(move |writing| admin::perform(writing, &base, ask))
            .await
    }

    /// Forgets what is older than retention says, as the server does every now and then.
    ///
    /// # Errors
    /// [`Refusal::Store`] if it cannot be written.
    pub async fn forget(&self) -> Result<(), Refusal> {
        housekeeping::forget(&self.app).await
    }

    /// Returns how this server is reached.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.app.base
    }

    /// Ends it: streams end, requests under way are answered, and all that was accepted is in the database.
    pub async fn shutdown(self) {
        let Self {
            app,
            stop,
            mut tasks,
            door,
            writer,
            lock,
            ..
        } = self;
        let _ = stop.send(true);
        app.hub.end_all();
        drop(door);
        let ended = tokio::time::timeout(END_PATIENCE, async {
            while tasks.join_next().await.is_some() {}
        })
        .await;
        if ended.is_err() {
            tracing::warn!("some connections did not end and were cut");
            tasks.shutdown().await;
        }
        housekeeping::remember_the_seen(&app).await;
        drop(app);
        // The writer ends with the last of its doors.
        let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        drop(lock);
    }
}

/// Tells a task that the server stops.
#[derive(Clone, Debug)]
pub struct Stopped(watch::Receiver<bool>);

impl Stopped {
    /// Waits for that.
    pub async fn wait(&self) {
        // If nobody can say it any more, it is so.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}

async fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::Listen(address, error, key))
}

/// One timer for the heartbeats of all streams.
async fn beat(app: App, stopped: Stopped) {
    let config = &app.config.stream;
    let step = Duration::from_millis((config.heartbeat_ms / hub::STEPS).max(1));
    let patience = u32::try_from(config.stalled_ms.div_ceil(config.heartbeat_ms))
        .unwrap_or(u32::MAX)
        .max(1);
    let mut ticks = tokio::time::interval(step);
    // After a pause of the machine, beats that were missed would count as beats that nobody took.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut turn = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                app.hub.beat(turn % hub::STEPS, patience);
                turn += 1;
                if !app.access.is_known() {
                    read_keys(&app).await;
                }
            }
            () = stopped.wait() => return,
        }
    }
}

/// Reads the keys again. The writer does it, so that no key comes back that was taken away meanwhile.
async fn read_keys(app: &App) {
    let asked = app.writer.write(|writing| {
        writing.after.push(store::After::Access);
        Ok(())
    });
    // Where it fails it is tried again with the next beat.
    let _ = asked.await;
}
