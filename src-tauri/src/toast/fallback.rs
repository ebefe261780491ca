//! Toasts by Tauri's notification plugin, where a system's own way cannot start.
//!
//! It shows, and reports clicks. It cannot replace, nor say whether toasts are allowed or when one goes; and it takes one
//! back only where a daemon does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use campanile_client::{
    effect::{Press, Toast, ToastKey},
    message::Message,
    view::{Part, PartState},
};
use futures_util::future::BoxFuture;
use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::{Action, ActionPerformed, ActionType, NotificationExt as _};
use tokio::sync::mpsc::{Receiver, Sender};

use super::{
    Adapter,
    markup::escaped,
    queue::{Order, Queue, queue},
};

/// What the plugin calls a click on the toast itself.
const TAP: &str = "tap";

/// The kind of buttons that each toast registers anew, as their words depend on the language.
const BUTTONS: &str = "buttons";

/// How many toasts are remembered.
const REMEMBERED: usize = 256;

/// How long a toast stands that says nothing of it: about as long as the systems let it.
const STANDS_MS: u32 = 7_000;

/// Starts the thread that shows toasts through the plugin. `None` as app fails every toast.
pub fn start<R: Runtime>(
    events: Sender<Message>,
    app: BoxFuture<'static, Option<AppHandle<R>>>,
) -> Box<dyn Adapter> {
    let (desk, orders) = queue(events.clone());
    let work = move || match tauri::async_runtime::block_on(app) {
        Some(app) => Plugin::new(app, events).work(orders),
        None => refuse(orders, &events),
    };
    if let Err(problem) = std::thread::Builder::new().name("toast".into()).spawn(work) {
        // The queue's other end is gone with the thread, so each toast fails and is found in the bell.
        tracing::error!(%problem, "there is no thread for toasts");
    }
    Box::new(desk) as Box<Queue>
}

fn refuse(mut orders: Receiver<Order>, events: &Sender<Message>) {
    while let Some(order) = orders.blocking_recv() {
        let answer = match order {
            Order::Show(toast) => Message::ToastFailed(toast.key),
            Order::Withdraw(_) => continue,
            Order::Check => Message::Part(Part::Toast, Part::Toast.fails("none")),
        };
        if events.blocking_send(answer).is_err() {
            return;
        }
    }
}

struct Plugin<R: Runtime> {
    app: AppHandle<R>,
    events: Sender<Message>,
    shown: Arc<Mutex<Shown>>,
}

/// The plugin's numbers of the toasts. They rise, and none is used twice.
#[derive(Default)]
struct Shown {
    last: i32,
    keys: HashMap<i32, ToastKey>,
}

impl<R: Runtime> Plugin<R> {
    fn new(app: AppHandle<R>, events: Sender<Message>) -> Self {
        let shown = Arc::<Mutex<Shown>>::default();
        // Before the first toast: the plugin draws no buttons as long as nobody listens.
        let listening = app.notification().on_action({
            let (shown, events) = (Arc::clone(&shown), events.clone());
            move |performed| {
                if let Some(message) = pressed(&lock(&shown), performed) {
                    let _ = events.blocking_send(message);
                }
            }
        });
        if let Err(problem) = listening {
            tracing::warn!(%problem, "clicks on toasts are not reported");
        }
        Self { app, events, shown }
    }

    fn work(self, mut orders: Receiver<Order>) {
        while let Some(order) = orders.blocking_recv() {
            match order {
                Order::Show(toast) => self.show(*toast),
                Order::Withdraw(key) => self.withdraw(&key),
                // The plugin says "granted" whatever the system thinks, so nothing is known.
                Order::Check => self.tell(Message::Part(Part::Toast, PartState::Unknown)),
            }
        }
    }

    fn show(&self, toast: Toast) {
        self.withdraw(&toast.key);
        let id = lock(&self.shown).number(toast.key.clone());
        let buttons = toast
            .buttons
            .iter()
            .filter(|button| button.press != Press::Open);
        // macOS is given the words in one text, parted by commas.
        let actions = buttons
            .map(|b| Action::builder(b.press.id(), b.label.replace(',', " ")).build())
            .collect();
        let notification = self.app.notification();
        let registered = notification
            .register_action_types(vec![ActionType::builder(BUTTONS).actions(actions).build()]);
        let is_sent = registered.and_then(|()| {
            let builder = notification
                .builder()
                .id(id)
                .title(&toast.title)
                .body(body(&toast.body));
            builder.action_type_id(BUTTONS).show()
        });
        if let Err(problem) = is_sent {
            tracing::warn!(%problem, "the plugin shows no toast");
            lock(&self.shown).keys.remove(&id);
            return self.tell(Message::ToastFailed(toast.key));
        }
        self.tell(Message::ToastShown(toast.key));
        self.tell_of_its_end(id, toast.duration_ms.unwrap_or(STANDS_MS));
    }

    /// Tells when the toast is likely gone. Without that, it would count among those that stand for ever.
    fn tell_of_its_end(&self, id: i32, stands_ms: u32) {
        let (shown, events) = (Arc::clone(&self.shown), self.events.clone());
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(Duration::from_millis(stands_ms.into())).await;
            // It stays known: it may be clicked in the system's list.
            let key = lock(&shown).keys.get(&id).cloned();
            if let Some(key) = key {
                let _ = events
                    .send(Message::ToastClosed {
                        key,
                        dismissed: false,
                    })
                    .await;
            }
        });
    }

    fn withdraw(&self, key: &ToastKey) {
        let ids = lock(&self.shown).forget(key);
        if !ids.is_empty()
            && let Err(problem) = self.app.notification().remove_active(ids)
        {
            tracing::debug!(%problem, "a toast was not taken back");
        }
    }

    fn tell(&self, message: Message) {
        // A desk that is gone needs no news.
        let _ = self.events.blocking_send(message);
    }
}

impl Shown {
    fn number(&mut self, key: ToastKey) -> i32 {
        self.last = self.last.wrapping_add(1);
        let id = self.last;
        self.keys.insert(id, key);
        if self.keys.len() > REMEMBERED
            && let Some(oldest) = self.keys.keys().min().copied()
        {
            self.keys.remove(&oldest);
        }
        id
    }

    fn forget(&mut self, key: &ToastKey) -> Vec<i32> {
        self.keys
            .extract_if(|_, shown| shown == key)
            .map(|(id, _)| id)
            .collect()
    }
}

fn pressed(shown: &Shown, performed: &ActionPerformed) -> Option<Message> {
    let press = match performed.action_id() {
        TAP => Press::Open,
        id => Press::find(id)?,
    };
    let key = shown.keys.get(&performed.notification()?.id())?.clone();
    Some(Message::Pressed {
        key,
        press,
        activation: None,
    })
}

/// Writes the body. Where a daemon draws the toast, the plugin asks it nothing: it may read markup, so none is sent.
fn body(text: &str) -> String {
    if cfg!(all(unix, not(target_os = "macos"))) {
        escaped(text)
    } else {
        text.to_owned()
    }
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
