//! The notification daemon of the measurement: it shows nothing, and knows when it was asked to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use zbus::{
    blocking::{Connection, connection::Builder},
    interface,
    object_server::SignalEmitter,
    zvariant::OwnedValue,
};

use crate::{event::Epoch, floor, sample::Sample};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// The reason of a toast whose time is over.
const EXPIRED: u32 = 1;
/// A toast that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// One call of `Notify`.
pub struct Notified {
    /// When it came.
    pub at: Instant,
    /// Whether the floor's desk asked.
    pub by_floor: bool,
    /// Title and text.
    pub text: String,
}

/// The recorder, for as long as it is kept.
pub struct Recorder {
    _connection: Connection,
    calls: mpsc::Receiver<Notified>,
    one_at_a_time: Arc<AtomicBool>,
}

impl Recorder {
    /// Takes the daemon's name on the session's bus.
    pub fn start() -> Result<Self> {
        let (sender, calls) = mpsc::channel();
        let one_at_a_time = Arc::new(AtomicBool::new(false));
        let daemon = Daemon {
            calls: sender,
            one_at_a_time: one_at_a_time.clone(),
            shown: Mutex::default(),
        };
        let connection = Builder::session()?
            .serve_at(PATH, daemon)?
            .name(NAME)?
            .build()
            .context("take the place of the notification daemon; run it on scripts/desktop run --without dunst")?;
        Ok(Self {
            _connection: connection,
            calls,
            one_at_a_time,
        })
    }

    /// Says whether a toast gives way to the next, as where there is room for one; otherwise all stay.
    pub fn show_one_at_a_time(&self, yes: bool) {
        self.one_at_a_time.store(yes, Relaxed);
    }

    /// Returns what has come so far.
    pub fn drain(&self) -> Vec<Notified> {
        self.calls.try_iter().collect()
    }

    /// Waits for `count` events of each of the two desks, and returns how old they were, ours first.
    pub fn ages(&self, count: usize, epoch: Epoch) -> Result<[Sample; 2]> {
        let mut samples = [Sample::default(), Sample::default()];
        while samples.iter().any(|sample| sample.len() < count) {
            let call = self.calls.recv_timeout(PATIENCE);
            let missing = || {
                format!(
                    "of {count} toasts of each desk {} and {} came",
                    samples[0].len(),
                    samples[1].len()
                )
            };
            let call = call.with_context(missing)?;
            for age in epoch.ages(call.text.as_bytes(), call.at) {
                samples[usize::from(call.by_floor)].add(age);
            }
        }
        Ok(samples)
    }

    /// Waits for `count` toasts of the floor's desk, and returns when the last came.
    pub fn floor_done(&self, count: usize) -> Result<Instant> {
        let mut last = Instant::now();
        for come in 0..count {
            let call = self.calls.recv_timeout(PATIENCE);
            last = call
                .with_context(|| format!("of {count} toasts {come} came"))?
                .at;
        }
        Ok(last)
    }

    /// Waits for the next toast.
    pub fn next(&self) -> Result<Notified> {
        self.calls.recv_timeout(PATIENCE).context("no toast came")
    }
}

struct Daemon {
    calls: mpsc::Sender<Notified>,
    one_at_a_time: Arc<AtomicBool>,
    shown: Mutex<Shown>,
}

/// The number of the last toast, and the last of each of the two desks.
#[derive(Default)]
struct Shown {
    last: u32,
    of: [Option<u32>; 2],
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body", "body-markup", "persistence"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("recorder", "Campanile", env!("CARGO_PKG_VERSION"), "1.2")
    }

    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
    async fn notify(
        &self,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        app: &str,
        replaces: u32,
        _icon: &str,
        title: &str,
        body: &str,
        _actions: Vec<&str>,
        _hints: HashMap<&str, OwnedValue>,
        _timeout_ms: i32,
    ) -> u32 {
        let at = Instant::now();
        let by_floor = app == floor::desk::NAME;
        // Nobody listens any more where the measurement is over.
        let _ = self.calls.send(Notified {
            at,
            by_floor,
            text: format!("{title}\n{body}"),
        });
        let (number, before) = self.number(replaces, by_floor);
        if let Some(before) = before.filter(|_| self.one_at_a_time.load(Relaxed)) {
            // A bus that is gone ends the measurement anyway.
            let _ = Self::notification_closed(&emitter, before, EXPIRED).await;
        }
        number
    }

    fn close_notification(&self, _id: u32) {}

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

impl Daemon {
    /// Returns the number of a toast, and that of the one before it by the same desk.
    fn number(&self, replaces: u32, by_floor: bool) -> (u32, Option<u32>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if replaces != 0 {
            return (replaces, None);
        }
        shown.last += 1;
        let number = shown.last;
        (number, shown.of[usize::from(by_floor)].replace(number))
    }
}
