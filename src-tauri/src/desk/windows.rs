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

/// The windows that are open, and those that are about to be.
#[derive(Default)]
pub struct Windows {
    watching: Vec<(Window, mpsc::Sender<Push>)>,
    processes: HashMap<Window, JoinHandle<()>>,
}

impl Windows {
    /// Opens a window, or brings it forward where it is open. Must be called within the runtime.
    pub fn open(&mut self, window: Window, activation: Option<String>) {
        self.drop_closed();
        let mut watching = self
            .watching
            .iter()
            .filter(|(open, _)| *open == window)
            .peekable();
        if watching.peek().is_some() {
            for (_, pushes) in watching {
                push(
                    pushes,
                    Push::Focus {
                        activation: activation.clone(),
                    },
                );
            }
            return;
        }
        // One that has been started and has not yet said so will come forward by itself.
        if self
            .processes
            .get(&window)
            .is_none_or(JoinHandle::is_finished)
        {
            match start(window, activation) {
                Ok(process) => drop(self.processes.insert(window, process)),
                Err(error) => tracing::error!(%error, ?window, "a window cannot be started"),
            }
        }
    }

    /// Takes in a window that has opened.
    pub fn add(&mut self, window: Window, pushes: mpsc::Sender<Push>) {
        self.watching.push((window, pushes));
    }

    /// Drops the windows that have closed. Their processes may still be ending; the next window is another one.
    pub fn drop_closed(&mut self) {
        let processes = &mut self.processes;
        self.watching.retain(|(window, pushes)| {
            let is_open = !pushes.is_closed();
            if !is_open {
                processes.remove(window);
            }
            is_open
        });
    }

    /// Returns which windows are open.
    #[must_use]
    pub fn open_ones(&self) -> Vec<Window> {
        let mut open: Vec<_> = self.watching.iter().map(|(window, _)| *window).collect();
        open.sort_unstable();
        open.dedup();
        open
    }

    /// Tells the windows that the desk ends, and gives them a moment to close.
    pub async fn end(&mut self) {
        self.tell(&Push::End);
        let all_closed = async {
            for (_, pushes) in &self.watching {
                pushes.closed().await;
            }
        };
        // A window that hangs is left alone: it finds no desk, and closes then.
        let _ = timeout(CLOSE_WITHIN, all_closed).await;
    }

    /// Tells every window the same. Must be called within the runtime.
    pub fn tell(&self, what: &Push) {
        for (_, pushes) in &self.watching {
            push(pushes, what.clone());
        }
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
        windows.tell(&Push::Redraw);
        windows.tell(&Push::Redraw);
        windows.open(Window::Bell, None);
        assert_eq!(heard.recv().await, Some(Push::Redraw));
        assert_eq!(heard.recv().await, Some(Push::Focus { activation: None }));
        windows.tell(&Push::Redraw);
        windows.end().await;
        assert_eq!(heard.recv().await, Some(Push::Redraw));
        assert_eq!(heard.recv().await, Some(Push::End));
    }
}
