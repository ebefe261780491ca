//! The thread that plays: what sounds, on which device, and for how long that stays open.

use std::{
    num::NonZero,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    time::{Duration, Instant},
};

use campanile_client::{
    effect::Play,
    message::Message,
    view::{Part, PartState},
};
use campanile_core::{catalogue::UNKNOWN_MELODY, ids::EventId, melody::Melody};
use tokio::sync::mpsc::Sender;

use super::{
    device::{Device, Deviceless},
    own,
    voice::{Clip, Progress, Voice, gain},
};
use crate::errand::Errand;

/// An open device keeps a machine from sleeping and a headset's battery from lasting; one opened twice in a row clicks.
const LINGER: Duration = Duration::from_secs(2);
/// How much longer than itself a melody may take; a device that does not take it by then plays nothing.
const OVERDUE: Duration = Duration::from_secs(4);
/// More voices than these at once are noise.
const VOICES_MOST: usize = 8;
/// What a device that was lost had taken and not yet played.
const UNHEARD: Duration = Duration::from_millis(150);
/// What the thread is asked to do.
#[derive(Debug)]
pub enum Order {
    Play(Play),
    Hush(EventId),
    Check,
    /// Something ended or was lost.
    Look,
}

/// The thread's state.
pub struct Player {
    events: Sender<Message>,
    sounds_folder: PathBuf,
    orders: Receiver<Order>,
    wake: SyncSender<Order>,
    is_over: Arc<AtomicBool>,
    opening: Errand,
    reading: Errand,
    device: Option<Device>,
    voices: Vec<Sounding>,
    /// When the device is closed, or its voices are given up.
    until: Instant,
    told: Option<PartState>,
}

/// What plays, and what is needed to go on with it on another device.
struct Sounding {
    notice: Option<EventId>,
    clip: Clip,
    gain: f32,
    progress: Arc<Progress>,
    was_lost: bool,
}

impl Player {
    /// Returns a thread's beginning. `wake` leads to `orders`; the thread ends when `is_over` is set and it is woken.
    pub fn new(
        events: Sender<Message>,
        sounds_folder: PathBuf,
        orders: Receiver<Order>,
        wake: SyncSender<Order>,
        is_over: Arc<AtomicBool>,
    ) -> Self {
        Self {
            events,
            sounds_folder,
            orders,
            wake,
            is_over,
            opening: Errand::default(),
            reading: Errand::default(),
            device: None,
            voices: Vec::new(),
            until: Instant::now(),
            told: None,
        }
    }

    /// Does what is ordered until it is over. With nothing to play it sleeps without end.
    pub fn run(mut self) {
        while let Some(order) = self.next() {
            if self.is_over.load(Ordering::Acquire) {
                return;
            }
            match order {
                Order::Play(play) => self.play(&play),
                Order::Hush(notice) => self.hush(notice),
                Order::Check => self.check(),
                Order::Look => {}
            }
            self.look();
        }
    }

    fn next(&self) -> Option<Order> {
        if self.device.is_none() {
            return self.orders.recv().ok();
        }
        let patience = self.until.saturating_duration_since(Instant::now());
        match self.orders.recv_timeout(patience) {
            Ok(order) => Some(order),
            Err(RecvTimeoutError::Timeout) => Some(Order::Look),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    fn play(&mut self, play: &Play) {
        if play.volume == 0
            || Melody::find(&play.melody).is_some_and(|melody| melody.score.is_empty())
        {
            return;
        }
        if self.voices.len() >= VOICES_MOST {
            tracing::debug!("{VOICES_MOST} melodies play already");
            return;
        }
        // Read before the device is opened: a slow file must not hold it open.
        let own = own::name(&play.melody).and_then(|name| self.read(name));
        if !self.open() {
            return;
        }
        let Some(clip) = own.or_else(|| self.melody(play)) else {
            return;
        };
        let (notice, gain) = (play.notice, gain(play.volume));
        self.sound(
            Sounding {
                notice,
                clip,
                gain,
                progress: Arc::default(),
                was_lost: false,
            },
            0,
        );
    }

    fn read(&self, name: &str) -> Option<Clip> {
        own::load(&self.sounds_folder, name, &self.reading)
            .inspect_err(|refused| {
                tracing::warn!("an own melody is replaced by the kind's default: {refused}")
            })
            .ok()
    }

    fn melody(&self, play: &Play) -> Option<Clip> {
        let rate_hz = self.device.as_ref()?.rate_hz;
        let melody = built_in(play)?;
        if melody.score.is_empty() {
            return None;
        }
        Some(Clip {
            samples: melody.render(rate_hz.get()).into(),
            channels: NonZero::<u16>::MIN,
            rate_hz,
        })
    }

    fn hush(&mut self, notice: EventId) {
        let before = self.voices.len();
        for voice in self
            .voices
            .extract_if(.., |voice| voice.notice == Some(notice))
        {
            voice.progress.stop();
        }
        if self.voices.is_empty() && before > 0 {
            self.until = Instant::now() + LINGER;
        }
    }

    /// Tells the state whether or not it was told before.
    fn check(&mut self) {
        self.told = None;
        self.open();
    }

    /// Opens the device if it is closed, and tells how that went.
    fn open(&mut self) -> bool {
        if self.device.as_ref().is_some_and(Device::is_lost) {
            self.recover(Deviceless::None);
        }
        if self.device.is_none() {
            let wake = self.wake.clone();
            // A queue that is full wakes the thread just as well.
            match Device::open(&self.opening, move || drop(wake.try_send(Order::Look))) {
                Ok(device) => {
                    self.device = Some(device);
                    self.until = Instant::now() + LINGER;
                }
                Err(why) => self.tell(why.state()),
            }
        }
        let Some(device) = &self.device else {
            return false;
        };
        self.tell(PartState::Works {
            detail: device.name.clone(),
        });
        true
    }

    fn sound(&mut self, sounding: Sounding, from: usize) {
        let Some(device) = &self.device else { return };
        let wake = self.wake.clone();
        let on_end = move || drop(wake.try_send(Order::Look));
        let clip = sounding.clip.clone();
        self.until = self.until.max(Instant::now() + clip.duration() + OVERDUE);
        device.add(Voice::new(
            clip,
            sounding.gain,
            from,
            sounding.progress.clone(),
            on_end,
        ));
        self.voices.push(sounding);
    }

    /// Sees what ended, what was lost and what is due.
    fn look(&mut self) {
        let Some(device) = &self.device else { return };
        let is_due = self.until <= Instant::now();
        let played = !self.voices.is_empty();
        if device.is_lost() {
            self.recover(Deviceless::None);
            return;
        }
        self.voices.retain(|voice| !voice.progress.has_ended());
        match (played, self.voices.is_empty()) {
            // What the device took last is still to be heard, and the next melody may follow soon.
            (true, true) => self.until = Instant::now() + LINGER,
            (_, false) if is_due => self.recover(Deviceless::Mute),
            (false, true) if is_due => self.device = None,
            _ => {}
        }
    }

    /// Gives the device up and goes on once with what it did not play, on the one that is the default now.
    fn recover(&mut self, why: Deviceless) {
        let unheard = |voice: &Sounding| {
            let clip = &voice.clip;
            let frames = (UNHEARD.as_secs_f64() * f64::from(clip.rate_hz.get())) as usize;
            voice
                .progress
                .place()
                .saturating_sub(frames * usize::from(clip.channels.get()))
        };
        let voices: Vec<_> = self
            .voices
            .drain(..)
            .filter(|voice| !voice.progress.has_ended())
            .collect();
        self.device = None;
        let (given_up, again): (Vec<_>, Vec<_>) =
            voices.into_iter().partition(|voice| voice.was_lost);
        if !given_up.is_empty() {
            self.tell(why.state());
        }
        if again.is_empty() || !self.open() {
            return;
        }
        for voice in again {
            let from = unheard(&voice);
            self.sound(
                Sounding {
                    progress: Arc::default(),
                    was_lost: true,
                    ..voice
                },
                from,
            );
        }
    }

    fn tell(&mut self, state: PartState) {
        if self.told.as_ref() == Some(&state) {
            return;
        }
        // The mailbox is gone only when the desk ends.
        let _ = self
            .events
            .blocking_send(Message::Part(Part::Sound, state.clone()));
        self.told = Some(state);
    }
}

/// Returns what is played where no own file is: the melody itself, else what stands in for it.
///
/// That may be an own file or a melody of a later version as well, where an administrator chose it for all.
fn built_in(play: &Play) -> Option<&'static Melody> {
    [play.melody.as_str(), &play.instead, UNKNOWN_MELODY]
        .into_iter()
        .find_map(Melody::find)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_desk_lacks_is_replaced_by_the_kinds_default() {
        for (melody, instead, expected) in [
            ("alarm", "fanfare", "alarm"),
            ("own:gone.ogg", "fanfare", "fanfare"),
            ("from-the-future", "silent", "silent"),
            ("own:gone.ogg", "own:gone-too.ogg", "soft-knock"),
        ] {
            let play = Play {
                notice: None,
                melody: melody.into(),
                instead: instead.into(),
                volume: 70,
            };
            let played = built_in(&play).map(|melody| melody.id);
            assert_eq!(played, Some(expected), "{melody} {instead}");
        }
    }
}
