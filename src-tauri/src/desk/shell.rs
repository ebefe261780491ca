//! The Tauri app of the desk: an event loop on the main thread, without any webview.
//!
//! It is started when a part first asks for it.
//! On Linux tray and toasts speak over the bus and ask only as a last resort, so that a desk stays small and needs no display.

use std::{
    panic,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use futures_util::future::BoxFuture;
use tauri::AppHandle;
use tokio::sync::oneshot;

#[cfg_attr(target_os = "linux", path = "shell/linux.rs")]
#[cfg_attr(target_os = "windows", path = "shell/windows.rs")]
#[cfg_attr(target_os = "macos", path = "shell/macos.rs")]
mod platform;

/// The way to the Tauri app, from any thread.
#[derive(Clone)]
pub struct Shell {
    orders: Sender<Order>,
}

enum Order {
    App(oneshot::Sender<AppHandle>),
    End,
}

impl Shell {
    /// Returns the running Tauri app, and starts it where it is not; `None` where that is not possible here.
    ///
    /// The order is given when the answer is first waited for.
    pub fn app(&self) -> BoxFuture<'static, Option<AppHandle>> {
        let orders = self.orders.clone();
        Box::pin(async move {
            let (reply, app) = oneshot::channel();
            orders.send(Order::App(reply)).ok()?;
            app.await.ok()
        })
    }

    /// Ends the loop of the main thread.
    pub fn end(&self) {
        // It has ended already where nobody takes the order.
        let _ = self.orders.send(Order::End);
    }
}

/// The main thread's side.
pub struct MainThread {
    orders: Receiver<Order>,
}

/// Returns both sides.
pub fn new() -> (Shell, MainThread) {
    let (sender, orders) = channel();
    (Shell { orders: sender }, MainThread { orders })
}

impl MainThread {
    /// Serves until [`Shell::end`]. Must be called on the main thread.
    pub fn run(self) {
        while let Ok(Order::App(reply)) = self.orders.recv() {
            if !platform::has_display() {
                tracing::warn!("there is no display, and so no Tauri app");
                continue;
            }
            // Tauri panics where the display turns it away; tray and toasts are not worth the bell.
            let app = panic::catch_unwind(|| {
                tauri::Builder::default()
                    .plugin(tauri_plugin_notification::init())
                    .build(crate::context())
            });
            match app {
                Ok(Ok(app)) => return self.serve(app, reply),
                Ok(Err(error)) => tracing::error!(%error, "the Tauri app could not be started"),
                Err(_) => tracing::error!("the Tauri app could not be started"),
            }
        }
    }

    fn serve(self, mut app: tauri::App, first: oneshot::Sender<AppHandle>) {
        platform::stay_in_the_background(&mut app);
        let handle = app.handle().clone();
        // Whoever asked may have stopped waiting.
        let _ = first.send(handle.clone());
        let orders = self.orders;
        let forwarder = thread::Builder::new().name("shell".into()).spawn(move || {
            while let Ok(Order::App(reply)) = orders.recv() {
                let _ = reply.send(handle.clone());
            }
            handle.exit(0);
        });
        if let Err(error) = forwarder {
            tracing::error!(%error, "the Tauri app is given up");
            return;
        }
        app.run_return(|_, event| match event {
            // Without a code it is the last window that closed; the desk lives without windows.
            tauri::RunEvent::ExitRequested {
                code: None, api, ..
            } => api.prevent_exit(),
            event => platform::asked_from_outside(event),
        });
    }
}
