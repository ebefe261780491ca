//! The workspace's word on waking, and the system's on its network.

use std::{fs::File, io::Read as _, os::fd::FromRawFd as _, ptr::NonNull, thread, time::Duration};

use block2::RcBlock;
use campanile_client::message::Message;
use objc2_app_kit::{NSWorkspace, NSWorkspaceDidWakeNotification};
use objc2_foundation::NSNotification;
use tokio::sync::mpsc;

unsafe extern "C" {
    /// notify(3): makes a file descriptor readable each time `name` is posted.
    fn notify_register_file_descriptor(
        name: *const std::ffi::c_char,
        fd: *mut i32,
        flags: i32,
        token: *mut i32,
    ) -> u32;
}

/// `kCGEventSourceStateCombinedSessionState`: the input of this session.
const COMBINED_SESSION: i32 = 0;
/// `kCGAnyInputEventType`: keyboard, mouse or tablet.
const ANY_INPUT: u32 = u32::MAX;

#[link(name = "CoreGraphics", kind = "framework")]
unsafe extern "C" {
    /// Returns for how many seconds there was no event of that type.
    fn CGEventSourceSecondsSinceLastEventType(state: i32, kind: u32) -> f64;
}

/// Listens to both. The registrations last as long as the process.
pub fn start(events: mpsc::Sender<Message>) {
    hear_waking(events.clone());
    if let Err(error) = hear_network(events) {
        tracing::info!(%error, "changes of the network cannot be heard");
    }
}

/// Returns for how long nobody has touched the machine.
pub async fn since_input() -> Option<Duration> {
    // SAFETY: only asks.
    let idle_s = unsafe { CGEventSourceSecondsSinceLastEventType(COMBINED_SESSION, ANY_INPUT) };
    Duration::try_from_secs_f64(idle_s).ok()
}

/// Returns nothing: macOS has no supported way to read Focus.
pub async fn holds_toasts() -> Option<bool> {
    None
}

fn hear_waking(events: mpsc::Sender<Message>) {
    let block = RcBlock::new(move |_: NonNull<NSNotification>| {
        // This is the main thread and must not wait. A full mailbox means a desk that is awake.
        let _ = events.try_send(Message::Resumed);
    });
    let centre = NSWorkspace::sharedWorkspace().notificationCenter();
    // SAFETY: the name is AppKit's own, and the block takes what the centre gives.
    let observer = unsafe {
        centre.addObserverForName_object_queue_usingBlock(
            Some(NSWorkspaceDidWakeNotification),
            None,
            None,
            &block,
        )
    };
    // Dropped, it would be heard no more.
    std::mem::forget(observer);
}

fn hear_network(events: mpsc::Sender<Message>) -> std::io::Result<()> {
    let (mut fd, mut token) = (-1, 0);
    // SAFETY: the name ends with a zero, and both numbers are written before the call returns.
    let status = unsafe {
        notify_register_file_descriptor(
            c"com.apple.system.config.network_change".as_ptr(),
            &mut fd,
            0,
            &mut token,
        )
    };
    if status != 0 {
        return Err(std::io::Error::other(format!(
            "notify(3) answered {status}"
        )));
    }
    // SAFETY: the descriptor is open and nobody else's.
    let mut posts = unsafe { File::from_raw_fd(fd) };
    thread::Builder::new()
        .name("network".into())
        .spawn(move || {
            let mut post = [0; 4];
            while posts.read_exact(&mut post).is_ok() && !events.is_closed() {
                // A full mailbox means a desk that is awake.
                let _ = events.try_send(Message::Resumed);
            }
        })?;
    Ok(())
}
