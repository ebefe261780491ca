//! Toasts of macOS, by its user notification centre. It serves bundled programs only.

mod centre;
mod delegate;

use std::{
    collections::HashMap,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::ensure;
use campanile_client::{
    effect::{Toast, ToastKey},
    message::Message,
};
use objc2_foundation::NSBundle;
use tokio::{
    sync::mpsc::{Receiver, Sender, error::TrySendError},
    time::{Instant, sleep_until},
};

use super::{
    Adapter, key,
    queue::{Order, queue},
};
use centre::Centre;

/// How many toasts are remembered.
const REMEMBERED: usize = 256;

/// Starts the thread that speaks with the notification centre, and asks the person for leave where they never chose.
///
/// # Errors
/// That the program runs outside a bundle, where the centre would end it; or that there is no thread.
pub fn start(events: Sender<Message>) -> anyhow::Result<Box<dyn Adapter>> {
    let bundle = NSBundle::mainBundle();
    let is_bundled =
        bundle.bundleIdentifier().is_some() && bundle.bundlePath().to_string().ends_with(".app");
    ensure!(is_bundled, "the program does not run from an app bundle");
    // The centre reports by blocks that know no runtime; the thread needs one for its clock only.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let (desk, orders) = queue(events.clone());
    thread::Builder::new()
        .name("toast".into())
        .spawn(move || runtime.block_on(work(events, orders)))?;
    Ok(Box::new(desk))
}

async fn work(events: Sender<Message>, mut orders: Receiver<Order>) {
    let teller = Teller {
        events,
        standing: Arc::default(),
    };
    let centre = Centre::new(teller.clone());
    centre.ask_leave();
    loop {
        let next = teller.next_end();
        let over = async {
            match next {
                Some(at) => sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Show(toast)) => {
                    teller.stands(&toast);
                    centre.show(&toast);
                }
                Some(Order::Withdraw(key)) => {
                    teller.forget(&key::written(&key));
                    centre.withdraw(&key);
                }
                Some(Order::Check) => centre.look(),
                None => return,
            },
            () = over => teller.end(Instant::now()),
        }
    }
}

/// Tells the desk what happens to toasts, from whichever thread macOS reports it on.
#[derive(Clone)]
pub struct Teller {
    events: Sender<Message>,
    standing: Arc<Mutex<HashMap<String, Standing>>>,
}

/// A toast that was handed over.
struct Standing {
    key: ToastKey,
    since: Instant,
    /// When its time is over: macOS tells of no banner that goes by itself.
    until: Option<Instant>,
}

impl Teller {
    /// Tells it without waiting: it may be the main thread that is asked to.
    fn tell(&self, message: Message) {
        if let Err(TrySendError::Full(message)) = self.events.try_send(message) {
            let events = self.events.clone();
            let later = thread::Builder::new().name("toast later".into());
            if let Err(error) = later.spawn(move || events.blocking_send(message)) {
                tracing::error!(%error, "what happened to a toast was not told");
            }
        }
    }

    /// Returns whose toast is called so; those of an earlier run are known by their name.
    fn key(&self, name: &str) -> Option<ToastKey> {
        let standing = lock(&self.standing);
        standing
            .get(name)
            .map(|standing| standing.key.clone())
            .or_else(|| key::read(name))
    }

    fn stands(&self, toast: &Toast) {
        let since = Instant::now();
        let until = toast
            .duration_ms
            .map(|ms| since + Duration::from_millis(ms.into()));
        let mut standing = lock(&self.standing);
        standing.insert(
            key::written(&toast.key),
            Standing {
                key: toast.key.clone(),
                since,
                until,
            },
        );
        if standing.len() > REMEMBERED {
            let oldest = standing
                .iter()
                .min_by_key(|(_, standing)| standing.since)
                .map(|(name, _)| name.clone());
            oldest.and_then(|name| standing.remove(&name));
        }
    }

    fn forget(&self, name: &str) {
        lock(&self.standing).remove(name);
    }

    fn next_end(&self) -> Option<Instant> {
        lock(&self.standing)
            .values()
            .filter_map(|standing| standing.until)
            .min()
    }

    /// Tells of the toasts whose time is over. They can still be pressed in the system's list.
    fn end(&self, now: Instant) {
        let mut ended = Vec::new();
        for standing in lock(&self.standing).values_mut() {
            if standing.until.is_some_and(|until| until <= now) {
                standing.until = None;
                ended.push(standing.key.clone());
            }
        }
        for key in ended {
            self.tell(Message::ToastClosed {
                key,
                dismissed: false,
            });
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
