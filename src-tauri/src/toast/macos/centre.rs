//! The notification centre: what is shown, what is taken back, and whether the person lets it.

use std::{cell::RefCell, collections::BTreeMap, ptr::NonNull};

use block2::RcBlock;
use campanile_client::{
    effect::{Button, Toast, ToastKey},
    message::Message,
    view::{Part, PartState},
};
use objc2::{
    rc::Retained,
    runtime::{Bool, ProtocolObject},
};
use objc2_foundation::{NSArray, NSError, NSSet, NSString};
use objc2_user_notifications::{
    UNAuthorizationOptions, UNAuthorizationStatus, UNMutableNotificationContent,
    UNNotificationAction, UNNotificationActionOptions, UNNotificationCategory,
    UNNotificationCategoryOptions, UNNotificationInterruptionLevel, UNNotificationRequest,
    UNNotificationSetting, UNNotificationSettings, UNUserNotificationCenter,
};

use super::{Teller, delegate::Delegate};
use crate::toast::key;

/// How many sets of buttons are kept; another comes with another language only.
const CATEGORIES_MOST: usize = 16;

/// The centre, with what it must find alive.
pub struct Centre {
    centre: Retained<UNUserNotificationCenter>,
    teller: Teller,
    /// The centre holds it weakly.
    _delegate: Retained<Delegate>,
    /// The sets of buttons by their name. The centre is given all at once.
    categories: RefCell<BTreeMap<String, Retained<UNNotificationCategory>>>,
}

impl Centre {
    /// Takes the centre on. The program must run from a bundle.
    pub fn new(teller: Teller) -> Self {
        let centre = UNUserNotificationCenter::currentNotificationCenter();
        let delegate = Delegate::new(teller.clone());
        centre.setDelegate(Some(ProtocolObject::from_ref(&*delegate)));
        Self {
            centre,
            teller,
            _delegate: delegate,
            categories: RefCell::default(),
        }
    }

    /// Asks the person for leave to show toasts. Who chose before is not asked again.
    pub fn ask_leave(&self) {
        let teller = self.teller.clone();
        let answered = RcBlock::new(move |granted: Bool, error: *mut NSError| {
            if let Some(error) = said(error) {
                tracing::warn!(%error, "macOS lets no toasts be shown");
            }
            let state = if granted.as_bool() {
                works()
            } else {
                Part::Toast.fails("refused")
            };
            teller.tell(Message::Part(Part::Toast, state));
        });
        self.centre
            .requestAuthorizationWithOptions_completionHandler(
                UNAuthorizationOptions::Alert,
                &answered,
            );
    }

    /// Shows a toast. A request of the same name takes the place of the one before.
    pub fn show(&self, toast: &Toast) {
        let content = UNMutableNotificationContent::new();
        content.setTitle(&NSString::from_str(&toast.title));
        content.setBody(&NSString::from_str(&toast.body));
        content.setCategoryIdentifier(&self.category(&toast.buttons));
        content.setInterruptionLevel(if toast.urgent {
            UNNotificationInterruptionLevel::TimeSensitive
        } else {
            UNNotificationInterruptionLevel::Active
        });
        // No sound is set: the melody is the desk's own.
        let name = NSString::from_str(&key::written(&toast.key));
        let request =
            UNNotificationRequest::requestWithIdentifier_content_trigger(&name, &content, None);
        let (teller, key) = (self.teller.clone(), toast.key.clone());
        let taken = RcBlock::new(move |error: *mut NSError| {
            teller.tell(match said(error) {
                None => Message::ToastShown(key.clone()),
                Some(error) => {
                    tracing::warn!(%error, "macOS shows no toast");
                    teller.forget(&key::written(&key));
                    Message::ToastFailed(key.clone())
                }
            });
        });
        self.centre
            .addNotificationRequest_withCompletionHandler(&request, Some(&taken));
    }

    /// Takes a toast back, from the screen and from the list.
    pub fn withdraw(&self, key: &ToastKey) {
        let names = NSArray::from_retained_slice(&[NSString::from_str(&key::written(key))]);
        self.centre
            .removePendingNotificationRequestsWithIdentifiers(&names);
        self.centre
            .removeDeliveredNotificationsWithIdentifiers(&names);
    }

    /// Asks what the person chose for us in the system's settings, and tells it.
    pub fn look(&self) {
        let teller = self.teller.clone();
        let seen = RcBlock::new(move |settings: NonNull<UNNotificationSettings>| {
            // SAFETY: the settings live as long as the call.
            let settings = unsafe { settings.as_ref() };
            teller.tell(Message::Part(Part::Toast, state(settings)));
        });
        self.centre
            .getNotificationSettingsWithCompletionHandler(&seen);
    }

    /// Returns the name of a set of buttons that the centre knows.
    fn category(&self, buttons: &[Button]) -> Retained<NSString> {
        let parts: Vec<_> = buttons
            .iter()
            .map(|button| format!("{}={}", button.press.id(), button.label))
            .collect();
        let name = parts.join("\n");
        let mut categories = self.categories.borrow_mut();
        if !categories.contains_key(&name) {
            if categories.len() >= CATEGORIES_MOST {
                categories.clear();
            }
            categories.insert(name.clone(), category(&name, buttons));
            let all: Vec<_> = categories.values().cloned().collect();
            self.centre
                .setNotificationCategories(&NSSet::from_retained_slice(&all));
        }
        NSString::from_str(&name)
    }
}

fn category(name: &str, buttons: &[Button]) -> Retained<UNNotificationCategory> {
    let actions: Vec<_> = buttons
        .iter()
        .map(|button| {
            UNNotificationAction::actionWithIdentifier_title_options(
                &NSString::from_str(button.press.id()),
                &NSString::from_str(&button.label),
                UNNotificationActionOptions::empty(),
            )
        })
        .collect();
    UNNotificationCategory::categoryWithIdentifier_actions_intentIdentifiers_options(
        &NSString::from_str(name),
        &NSArray::from_retained_slice(&actions),
        &NSArray::new(),
        // Else macOS tells of no toast that was sent away.
        UNNotificationCategoryOptions::CustomDismissAction,
    )
}

fn state(settings: &UNNotificationSettings) -> PartState {
    match settings.authorizationStatus() {
        UNAuthorizationStatus::Denied => Part::Toast.fails("refused"),
        UNAuthorizationStatus::Authorized | UNAuthorizationStatus::Provisional => {
            if settings.alertSetting() == UNNotificationSetting::Disabled {
                Part::Toast.fails("off")
            } else {
                works()
            }
        }
        _ => PartState::Unknown,
    }
}

fn works() -> PartState {
    PartState::Works {
        detail: "macOS".into(),
    }
}

/// Returns what an error says, if there is one.
fn said(error: *mut NSError) -> Option<String> {
    // SAFETY: the error is none, or lives as long as the call that brings it.
    unsafe { error.as_ref() }.map(|error| error.localizedDescription().to_string())
}
