//! What macOS calls when a toast is about to be shown or was pressed.

use block2::DynBlock;
use campanile_client::{effect::Press, message::Message};
use objc2::{AnyThread as _, DefinedClass as _, define_class, msg_send, rc::Retained};
use objc2_foundation::{NSObject, NSObjectProtocol};
use objc2_user_notifications::{
    UNNotification, UNNotificationDefaultActionIdentifier, UNNotificationDismissActionIdentifier,
    UNNotificationPresentationOptions, UNNotificationResponse, UNUserNotificationCenter,
    UNUserNotificationCenterDelegate,
};

use super::Teller;

define_class!(
    // SAFETY: NSObject asks nothing of its subclasses, and this one has no `Drop`.
    #[unsafe(super(NSObject))]
    #[name = "CampanileToastDelegate"]
    #[ivars = Teller]
    pub struct Delegate;

    // SAFETY: it has no requirements.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: the methods have the signatures of the protocol, and each calls its completion handler.
    unsafe impl UNUserNotificationCenterDelegate for Delegate {
        #[unsafe(method(userNotificationCenter:willPresentNotification:withCompletionHandler:))]
        fn will_present(
            &self,
            _: &UNUserNotificationCenter,
            _: &UNNotification,
            done: &DynBlock<dyn Fn(UNNotificationPresentationOptions)>,
        ) {
            // Without a word of ours nothing is shown while one of our windows is in front.
            done.call((
                UNNotificationPresentationOptions::Banner | UNNotificationPresentationOptions::List,
            ));
        }

        #[unsafe(method(userNotificationCenter:didReceiveNotificationResponse:withCompletionHandler:))]
        fn did_receive(
            &self,
            _: &UNUserNotificationCenter,
            response: &UNNotificationResponse,
            done: &DynBlock<dyn Fn()>,
        ) {
            self.received(response);
            done.call(());
        }
    }
);

impl Delegate {
    pub fn new(teller: Teller) -> Retained<Self> {
        let this = Self::alloc().set_ivars(teller);
        // SAFETY: NSObject's `init` has this signature.
        unsafe { msg_send![super(this), init] }
    }

    fn received(&self, response: &UNNotificationResponse) {
        let teller = self.ivars();
        let name = response.notification().request().identifier().to_string();
        let Some(key) = teller.key(&name) else { return };
        let action = response.actionIdentifier();
        // SAFETY: both are constants of the system.
        let (opened, dismissed) = unsafe {
            (
                UNNotificationDefaultActionIdentifier,
                UNNotificationDismissActionIdentifier,
            )
        };
        if &*action == dismissed {
            teller.forget(&name);
            teller.tell(Message::ToastClosed {
                key,
                dismissed: true,
            });
            return;
        }
        let press = if &*action == opened {
            Some(Press::Open)
        } else {
            Press::find(&action.to_string())
        };
        if let Some(press) = press {
            teller.tell(Message::Pressed {
                key,
                press,
                activation: None,
            });
        }
    }
}
