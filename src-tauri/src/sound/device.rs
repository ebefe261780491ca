//! The sound device: opened on demand, given up without waiting for it.

mod native;
#[cfg(target_os = "linux")]
mod server;

use std::{
    fmt::Display,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use campanile_client::view::{Part, PartState};
use rodio::{MixerDeviceSink, mixer::Mixer};

use super::voice::Voice;
use crate::errand::{Errand, Unfinished};

/// A sound server that hangs is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// An open device. It plays silence until a voice is added.
pub struct Device {
    /// Its name, for people.
    pub name: String,
    /// The rate at which it plays, so that a melody is made at it.
    pub rate_hz: NonZero<u32>,
    mixer: Mixer,
    output: Option<Output>,
    is_lost: Arc<AtomicBool>,
}

/// What plays, held to be dropped: then it ends.
enum Output {
    /// The system's own device.
    Native(#[expect(dead_code, reason = "held to be dropped")] MixerDeviceSink),
    /// A stream of the desktop's sound server.
    #[cfg(target_os = "linux")]
    Server(#[expect(dead_code, reason = "held to be dropped")] server::Stream),
}

/// Whom to tell that a device is lost.
#[derive(Clone)]
struct Lost<F> {
    flag: Arc<AtomicBool>,
    on_loss: F,
}

impl<F: Fn()> Lost<F> {
    fn tell(&self, why: &impl Display) {
        tracing::debug!("the sound device is lost: {why}");
        self.flag.store(true, Ordering::Release);
        (self.on_loss)();
    }
}

/// Why there is no device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviceless {
    /// There is none, or it may not be used.
    None,
    /// Another program has it for itself.
    Busy,
    /// The sound server does not answer.
    Mute,
}

impl Deviceless {
    /// Returns it for the health page.
    pub fn state(self) -> PartState {
        match self {
            Self::None => Part::Sound.fails("no_device"),
            Self::Busy => Part::Sound.fails("busy"),
            Self::Mute => Part::Sound.fails("no_answer"),
        }
    }
}

impl Device {
    /// Opens the system's default device. `on_loss` is called when it is lost, on a thread of the device.
    pub fn open(
        errand: &Errand,
        on_loss: impl Fn() + Clone + Send + 'static,
    ) -> Result<Self, Deviceless> {
        match errand.run(PATIENCE, || open(on_loss)) {
            Ok(opened) => opened,
            Err(Unfinished::Late) => Err(Deviceless::Mute),
            Err(Unfinished::Broke) => Err(Deviceless::None),
        }
    }

    /// Lets a voice sound beside what sounds already.
    pub fn add<F: Fn() + Send + 'static>(&self, voice: Voice<F>) {
        self.mixer.add(voice);
    }

    /// Says whether it is gone, or needs to be opened again.
    pub fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let output = self.output.take();
        // To close it may ask a driver, which may hang. Where there is no thread, it goes here.
        let _ = thread::Builder::new()
            .name("sound end".into())
            .spawn(move || drop(output));
    }
}

fn open<F: Fn() + Clone + Send + 'static>(on_loss: F) -> Result<Device, Deviceless> {
    let lost = Lost {
        flag: Arc::default(),
        on_loss,
    };
    #[cfg(target_os = "linux")]
    if let Some(server) = server::connect()? {
        return server::open(server, lost);
    }
    native::open(lost)
}
