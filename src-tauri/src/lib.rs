//! The shell: all that touches Tauri or an operating system.

mod autostart;
#[cfg(target_os = "linux")]
mod bus;
mod cli;
mod desk;
mod errand;
mod idle;
mod link;
mod opener;
mod places;
mod secrets;
pub mod sound;
mod stamp;
mod toast;
mod tray;
mod window;

pub use cli::main;

/// Returns what Tauri is told of the app: its configuration, pages and pictures.
fn context() -> tauri::Context {
    tauri::generate_context!()
}
