//! The windows that are open: processes of this same program, each with one webview.

use std::{collections::HashMap, process::Stdio, time::Duration};

use campanile_client::view::Window;
use tokio::{process::Command, sync::mpsc, task::JoinHandle, time::timeout};

use crate::{
    link::words::Push,
    stamp,
    window::{ACTIVATION_VARIABLES, word},
};

/// How long a window may take to close when the desk ends.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// The windows that are open, those that are about to be, and those that were closed and are kept for a while.
#[derive(Default)]
pub struct Windows {
    watching: Vec<Watching>,
    processes: HashMap<Window, JoinHandle<()>>,
}

/// A window that has opened.
struct Watching {
    window: Window,
    pushes: mpsc::Sender<Push>,
    /// Whether it is on the screen, as far as it is known: it was asked to come forward, or has not said that it was closed.
    is_seen: bool,
}

impl Windows {
    /// Opens a window, or brings it forward where it is open. Must be called within the runtime.
    pub fn open(&mut self, window: Window, activation: Option<String>) {
        self.drop_gone();
        let mut is_there = false;
        for watching in self.of(window) {
            is_there = true;
            watching.is_seen = true;
            let activation = activation.clone();
            push(&watching.pushes, Push::Focus { activation });
        }
        // One that has been started and has not yet said so will come forward by itself.
        if is_there
            || self
                .processes
                .get(&window)
                .is_some_and(|process| !process.is_finished())
        {
            return;
        }
        match start(window, activation) {
            Ok(process) => drop(self.processes.insert(window, process)),
            Err(error) => tracing::error!(%error, ?window, "a window cannot be started"),
        }
    }

    /// Takes in a window that has opened.
    pub fn add(&mut self, window: Window, pushes: mpsc::Sender<Push>) {
        self.watching.push(Watching {
            window,
            pushes,
            is_seen: true,
        });
    }

    /// Takes in whether a window is seen.
    pub fn seen(&mut self, window: Window, is_seen: bool) {
        self.of(window)
            .for_each(|watching| watching.is_seen = is_seen);
    }

    /// Lets a window go that was closed; says no where it has been asked to come forward since.
    pub fn leave(&mut self, window: Window) -> bool {
        let is_wanted = self.of(window).any(|watching| watching.is_seen);
        if !is_wanted {
            self.watching.retain(|watching| watching.window != window);
            self.processes.remove(&window);
        }
        !is_wanted
    }

    /// Drops the windows that are gone. Their processes may still be ending; the next window is another one.
    pub fn drop_gone(&mut self) {
        let processes = &mut self.processes;
        self.watching.retain(|watching| {
            let is_there = !watching.pushes.is_closed();
            if !is_there {
                processes.remove(&watching.window);
            }
            is_there
        });
    }

    /// Returns which windows are open.
    #[must_use]
    pub fn open_ones(&self) -> Vec<Window> {
        let seen = self.watching.iter().filter(|watching| watching.is_seen);
        let mut open: Vec<_> = seen.map(|watching| watching.window).collect();
        open.sort_unstable();
        open.dedup();
        open
    }

    /// Tells the windows that the desk ends, and gives them a moment to close.
    pub async fn end(&mut self) {
        for watching in &self.watching {
            push(&watching.pushes, Push::End);
        }
        let all_closed = async {
            for watching in &self.watching {
                watching.pushes.closed().await;
            }
        };
        // A window that hangs is left alone: it finds no desk, and closes then.
        let _ = timeout(CLOSE_WITHIN, all_closed).await;
    }

    /// Tells every window that there is something else to see; one that is not seen looks when it is opened again.
    /// Must be called within the runtime.
    pub fn redraw(&self) {
        for watching in self.watching.iter().filter(|watching| watching.is_seen) {
            push(&watching.pushes, Push::Redraw);
        }
    }

    fn of(&mut self, window: Window) -> impl Iterator<Item = &mut Watching> {
        self.watching
            .iter_mut()
            .filter(move |watching| watching.window == window)
    }
}

/// Tells one window. One that has not yet read what it was told before is about to look again anyway; any other word waits for it.
fn push(pushes: &mpsc::Sender<Push>, what: Push) {
    match pushes.try_send(what) {
        Err(mpsc::error::TrySendError::Full(Push::Redraw)) => {
            tracing::debug!("a window does not read");
        }
        Err(mpsc::error::TrySendError::Full(what)) => {
            let pushes = pushes.clone();
            tokio::spawn(async move { pushes.send(what).await });
        }
        Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
    }
}

fn start(window: Window, activation: Option<String>) -> std::io::Result<JoinHandle<()>> {
    let mut command = Command::new(stamp::program());
    command
        .args(["--window", word(window)])
        .stdin(Stdio::null());
    for name in ACTIVATION_VARIABLES {
        // The desk's own token was spent when it started.
        command.env_remove(name);
        if let Some(token) = &activation {
            command.env(name, token);
        }
    }
    let mut child = command.spawn()?;
    Ok(tokio::spawn(async move {
        match child.wait().await {
            Ok(status) if !status.success() => {
                tracing::warn!(?window, %status, "a window ended badly")
            }
            Err(error) => tracing::warn!(?window, %error, "a window was lost"),
            Ok(_) => {}
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_window_that_does_not_read_misses_nothing_but_a_redraw() {
        let (pushes, mut heard) = mpsc::channel(1);
        let mut windows = Windows::default();
        windows.add(Window::Bell, pushes);
        windows.redraw();
        windows.redraw();
        windows.open(Window::Bell, None);
        assert_eq!(heard.recv().await, Some(Push::Redraw));
        assert_eq!(heard.recv().await, Some(Push::Focus { activation: None }));
        windows.redraw();
        windows.end().await;
        assert_eq!(heard.recv().await, Some(Push::Redraw));
        assert_eq!(heard.recv().await, Some(Push::End));
    }

    #[tokio::test]
    async fn a_window_that_was_closed_counts_as_closed_until_it_is_asked_for_again() {
        let (pushes, mut heard) = mpsc::channel(8);
        let mut windows = Windows::default();
        windows.add(Window::Bell, pushes);
        assert!(!windows.leave(Window::Bell), "it is seen");
        windows.seen(Window::Bell, false);
        assert_eq!(windows.open_ones(), []);
        windows.redraw();
        windows.open(Window::Bell, Some("a click".into()));
        assert_eq!(
            heard.recv().await,
            Some(Push::Focus {
                activation: Some("a click".into())
            })
        );
        assert_eq!(windows.open_ones(), [Window::Bell]);
        assert!(!windows.leave(Window::Bell), "a click asked for it");
        windows.seen(Window::Bell, false);
        assert!(windows.leave(Window::Bell));
        assert_eq!(heard.recv().await, None, "it may go");
    }
}
