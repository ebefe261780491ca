//! GTK: without a display there is none.

/// Says whether GTK can be started; must be asked on the main thread.
pub fn has_display() -> bool {
    gtk::init().is_ok()
}

/// Does nothing: an app without windows shows nowhere.
pub fn stay_in_the_background(_app: &mut tauri::App) {}

/// Does nothing: a link or a second start comes as a process of its own, and by the socket.
pub fn asked_from_outside(_event: tauri::RunEvent) {}
