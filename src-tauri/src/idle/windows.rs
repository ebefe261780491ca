//! Power and network notices of Windows, and what the shell says of toasts.

use std::{ffi::c_void, ptr, time::Duration};

use campanile_client::message::Message;
use tokio::sync::mpsc;
use windows::Win32::{
    Foundation::{ERROR_SUCCESS, HANDLE},
    NetworkManagement::IpHelper::{
        MIB_NOTIFICATION_TYPE, MIB_UNICASTIPADDRESS_ROW, NotifyUnicastIpAddressChange,
    },
    Networking::WinSock::AF_UNSPEC,
    System::{
        Power::{DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS, PowerRegisterSuspendResumeNotification},
        SystemInformation::GetTickCount,
    },
    UI::{
        Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO},
        Shell::{
            QUNS_BUSY, QUNS_PRESENTATION_MODE, QUNS_QUIET_TIME, QUNS_RUNNING_D3D_FULL_SCREEN,
            SHQueryUserNotificationState,
        },
        WindowsAndMessaging::{DEVICE_NOTIFY_CALLBACK, PBT_APMRESUMEAUTOMATIC},
    },
};

/// Registers for both. The registrations, and what they point to, last as long as the process.
pub fn start(events: mpsc::Sender<Message>) {
    let context: *const mpsc::Sender<Message> = Box::leak(Box::new(events));
    let recipient = Box::leak(Box::new(DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS {
        Callback: Some(power_changed),
        Context: context.cast_mut().cast(),
    }));
    let (mut power, mut network) = (ptr::null_mut(), HANDLE::default());
    // SAFETY: the callbacks get the leaked sender, which is shared between threads by reference only.
    let outcomes = unsafe {
        [
            PowerRegisterSuspendResumeNotification(
                DEVICE_NOTIFY_CALLBACK,
                HANDLE(ptr::from_mut(recipient).cast()),
                &mut power,
            ),
            NotifyUnicastIpAddressChange(
                AF_UNSPEC,
                Some(network_changed),
                Some(context.cast()),
                false,
                &mut network,
            ),
        ]
    };
    for outcome in outcomes {
        if outcome != ERROR_SUCCESS {
            tracing::info!(
                code = outcome.0,
                "sleep or changes of the network cannot be heard"
            );
        }
    }
}

/// Returns for how long nobody has touched the machine.
pub async fn since_input() -> Option<Duration> {
    let mut last = LASTINPUTINFO {
        cbSize: u32::try_from(size_of::<LASTINPUTINFO>()).ok()?,
        dwTime: 0,
    };
    // SAFETY: it writes into what is as long as it says.
    let told = unsafe { GetLastInputInfo(&mut last) };
    // Both count the milliseconds since the start, and begin anew every 50 days.
    // SAFETY: only asks.
    let now = unsafe { GetTickCount() };
    let idle_ms = now.wrapping_sub(last.dwTime);
    told.as_bool()
        .then(|| Duration::from_millis(idle_ms.into()))
}

/// Returns whether the shell holds toasts back.
pub async fn holds_toasts() -> Option<bool> {
    // SAFETY: only asks.
    let state = unsafe { SHQueryUserNotificationState() }.ok()?;
    Some(
        [
            QUNS_BUSY,
            QUNS_PRESENTATION_MODE,
            QUNS_QUIET_TIME,
            QUNS_RUNNING_D3D_FULL_SCREEN,
        ]
        .contains(&state),
    )
}

unsafe extern "system" fn power_changed(
    context: *const c_void,
    kind: u32,
    _setting: *const c_void,
) -> u32 {
    if kind == PBT_APMRESUMEAUTOMATIC {
        resumed(context);
    }
    0
}

unsafe extern "system" fn network_changed(
    context: *const c_void,
    _row: *const MIB_UNICASTIPADDRESS_ROW,
    _kind: MIB_NOTIFICATION_TYPE,
) {
    resumed(context);
}

fn resumed(context: *const c_void) {
    // SAFETY: the context is the sender that `start` leaked.
    let events = unsafe { &*context.cast::<mpsc::Sender<Message>>() };
    // These threads are the system's and must not wait. A full mailbox means a desk that is awake.
    let _ = events.try_send(Message::Resumed);
}
