//! Toasts of Windows, with a press that comes back from the history list and after the desk ended, too.

mod identity;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use campanile_client::{
    effect::{Toast, ToastKey},
    message::Message,
    view::{Part, PartState},
};
use tokio::sync::mpsc::{Receiver, Sender};
use windows::{
    Data::Xml::Dom::XmlDocument,
    Foundation::TypedEventHandler,
    UI::Notifications::{
        NotificationSetting, ToastActivatedEventArgs, ToastDismissalReason,
        ToastDismissedEventArgs, ToastFailedEventArgs, ToastNotification, ToastNotificationManager,
        ToastNotifier,
    },
    core::{HSTRING, IInspectable, Interface as _, Ref, h},
};

use super::{
    Adapter, key, link,
    queue::{Order, queue},
    xml::{self, Route},
};

/// One group for all: the tag alone tells them apart.
const GROUP: &HSTRING = h!("campanile");

/// How many toasts are remembered. Windows keeps no more than twenty of an app in its list.
const REMEMBERED: usize = 64;

/// Starts the thread that speaks with Windows.
///
/// # Errors
/// What Windows says where it has no toasts to offer, as on some servers.
pub fn start(events: Sender<Message>) -> anyhow::Result<Box<dyn Adapter>> {
    let app = identity::take()?;
    let notifier = ToastNotificationManager::CreateToastNotifierWithId(&app)?;
    let (desk, orders) = queue(events.clone());
    let route = if identity::owns_links() {
        Route::Protocol
    } else {
        Route::Event
    };
    let windows = Windows {
        app,
        notifier,
        route,
        events,
        standing: Arc::default(),
        told: None,
    };
    std::thread::Builder::new()
        .name("toast".into())
        .spawn(move || windows.work(orders))?;
    Ok(Box::new(desk))
}

struct Windows {
    app: HSTRING,
    notifier: ToastNotifier,
    route: Route,
    events: Sender<Message>,
    standing: Arc<Mutex<Standing>>,
    told: Option<PartState>,
}

/// What stands on the screen. An event of a toast that another took the place of is not told.
#[derive(Default)]
struct Standing {
    shown: u64,
    toasts: HashMap<ToastKey, (u64, ToastNotification)>,
}

impl Windows {
    fn work(mut self, mut orders: Receiver<Order>) {
        while let Some(order) = orders.blocking_recv() {
            match order {
                Order::Show(toast) => self.show(&toast),
                Order::Withdraw(key) => self.withdraw(&key),
                Order::Check => {
                    self.told = None;
                    self.look();
                }
            }
        }
    }

    fn show(&mut self, toast: &Toast) {
        // Windows takes a toast that it will not show without a word.
        let is_shown = self.look()
            && self
                .put(toast)
                .inspect_err(|error| tracing::warn!(%error, "no toast"))
                .is_ok();
        if !is_shown {
            lock(&self.standing).toasts.remove(&toast.key);
            self.tell(Message::ToastFailed(toast.key.clone()));
        }
    }

    fn put(&self, toast: &Toast) -> windows::core::Result<()> {
        let document = XmlDocument::new()?;
        document.LoadXml(&HSTRING::from(xml::written(toast, self.route)))?;
        let notification = ToastNotification::CreateToastNotification(&document)?;
        notification.SetTag(&tag(&toast.key))?;
        notification.SetGroup(GROUP)?;
        let number = lock(&self.standing).add(&toast.key, &notification);
        self.listen(&toast.key, number, &notification)?;
        self.notifier.Show(&notification)?;
        self.tell(Message::ToastShown(toast.key.clone()));
        Ok(())
    }

    /// Listens to a toast before it is shown: a quick click must not be lost.
    fn listen(
        &self,
        key: &ToastKey,
        number: u64,
        notification: &ToastNotification,
    ) -> windows::core::Result<()> {
        if self.route == Route::Event {
            let teller = self.teller(key, number);
            notification.Activated(&TypedEventHandler::new(
                move |_, what: Ref<'_, IInspectable>| {
                    let pressed = what
                        .ok()?
                        .cast::<ToastActivatedEventArgs>()?
                        .Arguments()?
                        .to_string_lossy();
                    if let Some((_, press)) = link::read(&pressed) {
                        teller.tell(|key| Message::Pressed {
                            key,
                            press,
                            activation: None,
                        });
                    }
                    Ok(())
                },
            ))?;
        }
        let teller = self.teller(key, number);
        notification.Dismissed(&TypedEventHandler::new(
            move |_, how: Ref<'_, ToastDismissedEventArgs>| {
                let dismissed = how.ok()?.Reason()? == ToastDismissalReason::UserCanceled;
                teller.tell_last(|key| Message::ToastClosed { key, dismissed });
                Ok(())
            },
        ))?;
        let teller = self.teller(key, number);
        notification.Failed(&TypedEventHandler::new(
            move |_, why: Ref<'_, ToastFailedEventArgs>| {
                tracing::warn!(code = ?why.ok()?.ErrorCode()?, "Windows shows no toast");
                teller.tell_last(Message::ToastFailed);
                Ok(())
            },
        ))?;
        Ok(())
    }

    fn teller(&self, key: &ToastKey, number: u64) -> Teller {
        Teller {
            key: key.clone(),
            number,
            standing: Arc::clone(&self.standing),
            events: self.events.clone(),
        }
    }

    fn withdraw(&self, key: &ToastKey) {
        let standing = lock(&self.standing).toasts.remove(key);
        if let Some((_, notification)) = standing
            && let Err(error) = self.notifier.Hide(&notification)
        {
            tracing::debug!(%error, "a toast stands no longer");
        }
        // One of an earlier run of the desk lies only in the list.
        let removed = ToastNotificationManager::History()
            .and_then(|history| history.RemoveGroupedTagWithId(&tag(key), GROUP, &self.app));
        if let Err(error) = removed {
            tracing::debug!(%error, "a toast is not in the list");
        }
    }

    /// Sees whether Windows would show a toast, and tells it where that changed.
    fn look(&mut self) -> bool {
        let state = match self.notifier.Setting() {
            Ok(setting) => state(setting),
            Err(error) => {
                tracing::warn!(%error, "Windows does not say whether it shows toasts");
                PartState::Unknown
            }
        };
        let shows = !matches!(state, PartState::Fails { .. });
        if self.told.as_ref() != Some(&state) {
            self.tell(Message::Part(Part::Toast, state.clone()));
            self.told = Some(state);
        }
        shows
    }

    fn tell(&self, message: Message) {
        // A desk that is gone needs no news.
        let _ = self.events.blocking_send(message);
    }
}

fn state(setting: NotificationSetting) -> PartState {
    match setting {
        NotificationSetting::Enabled => PartState::Works {
            detail: "Windows".into(),
        },
        NotificationSetting::DisabledForApplication | NotificationSetting::DisabledByManifest => {
            Part::Toast.fails("refused")
        }
        NotificationSetting::DisabledForUser => Part::Toast.fails("off"),
        NotificationSetting::DisabledByGroupPolicy => Part::Toast.fails("policy"),
        _ => PartState::Unknown,
    }
}

fn tag(key: &ToastKey) -> HSTRING {
    HSTRING::from(key::written(key))
}

impl Standing {
    fn add(&mut self, key: &ToastKey, notification: &ToastNotification) -> u64 {
        self.shown += 1;
        self.toasts
            .insert(key.clone(), (self.shown, notification.clone()));
        if self.toasts.len() > REMEMBERED {
            let oldest = self
                .toasts
                .iter()
                .min_by_key(|(_, (number, _))| *number)
                .map(|(key, _)| key.clone());
            oldest.and_then(|key| self.toasts.remove(&key));
        }
        self.shown
    }
}

/// Tells the desk of one toast, from a thread of Windows.
struct Teller {
    key: ToastKey,
    number: u64,
    standing: Arc<Mutex<Standing>>,
    events: Sender<Message>,
}

impl Teller {
    fn tell(&self, message: impl FnOnce(ToastKey) -> Message) {
        let _ = self.events.blocking_send(message(self.key.clone()));
    }

    /// Tells of the end of the toast, unless another has taken its place or it was withdrawn.
    fn tell_last(&self, message: impl FnOnce(ToastKey) -> Message) {
        let stood = lock(&self.standing)
            .toasts
            .get(&self.key)
            .is_some_and(|(number, _)| *number == self.number);
        if stood {
            self.tell(message);
        }
    }
}

fn lock(standing: &Mutex<Standing>) -> MutexGuard<'_, Standing> {
    standing.lock().unwrap_or_else(PoisonError::into_inner)
}
