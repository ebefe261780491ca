//! Toasts by Tauri's notification plugin, where a system's own way cannot start.
//!
//! It shows and reports clicks. It cannot replace, nor say whether toasts are allowed; and it takes a toast back only
//! where the system's daemon does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
            Order::Check => Message::Part(
                Part::Toast,
                PartState::Fails {
                    code: "none".into(),
                },
            ),
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
        let (shown, events) = (Arc::clone(&self.shown), self.events.clone());
        let is_sent = registered.and_then(|()| {
            notification
                .builder()
                .id(id)
                .title(&toast.title)
                .body(body(&toast.body))
                .action_type_id(BUTTONS)
                .on_close(move || {
                    let key = lock(&shown).keys.remove(&id);
                    if let Some(key) = key {
                        let _ = events.blocking_send(Message::ToastClosed {
                            key,
                            dismissed: false,
                        });
                    }
                })
                .show()
        });
        self.tell(match is_sent {
            Ok(()) => Message::ToastShown(toast.key),
            Err(problem) => {
                tracing::warn!(%problem, "the plugin shows no toast");
                lock(&self.shown).keys.remove(&id);
                Message::ToastFailed(toast.key)
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
