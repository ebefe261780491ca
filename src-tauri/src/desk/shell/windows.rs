//! Windows, where a display is always there.

/// Says yes.
pub fn has_display() -> bool {
    true
}

/// Does nothing: an app without windows has no place in the taskbar.
pub fn stay_in_the_background(_app: &mut tauri::App) {}

/// Does nothing: a link or a second start comes as a process of its own, and by the socket.
pub fn asked_from_outside(_event: tauri::RunEvent) {}
