//! Plays melodies. A device that sleeps, hangs or goes away stops nothing but the sound (F38).

mod decode;
mod device;
mod own;
mod player;
mod voice;

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
};

use campanile_client::{effect::Play, message::Message};
use campanile_core::ids::EventId;
use tokio::sync::mpsc::Sender;

pub use own::{CALLED_MOST_BYTES, FILE_MOST_BYTES, Refused, adopt, list, remove};
use player::{Order, Player};

/// How many requests wait at most; more come only while the device does not answer, and a melody that is late is none.
const WAITING_MOST: usize = 64;

/// The way to the thread that plays. No call waits.
pub struct Outlet {
    orders: SyncSender<Order>,
    is_over: Arc<AtomicBool>,
}

/// Starts the thread that plays. It opens no device before there is something to play.
///
/// How the device is comes to `events` as a part's state whenever it is another. Own files are read from `sounds_folder`.
///
/// # Errors
/// What the system says where it has no thread to give.
pub fn start(events: Sender<Message>, sounds_folder: PathBuf) -> io::Result<Outlet> {
    let (orders, queue) = sync_channel(WAITING_MOST);
    let is_over = Arc::new(AtomicBool::new(false));
    let player = Player::new(
        events,
        sounds_folder,
        queue,
        orders.clone(),
        is_over.clone(),
    );
    thread::Builder::new()
        .name("sound".into())
        .spawn(move || player.run())?;
    Ok(Outlet { orders, is_over })
}

impl Outlet {
    /// Plays a melody beside what plays already.
    pub fn play(&self, play: Play) {
        self.order(Order::Play(play));
    }

    /// Stops what plays for this notice.
    pub fn hush(&self, notice: EventId) {
        self.order(Order::Hush(notice));
    }

    /// Looks whether sound can be played, and tells it in any case.
    pub fn check(&self) {
        self.order(Order::Check);
    }

    fn order(&self, order: Order) {
        if let Err(refused) = self.orders.try_send(order) {
            tracing::warn!(
                "the sound device keeps {WAITING_MOST} requests waiting; one was dropped: {refused}"
            );
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // A full queue wakes the thread just as well.
        let _ = self.orders.try_send(Order::Look);
    }
}
