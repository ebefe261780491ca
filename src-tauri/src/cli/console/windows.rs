//! The console of whoever started the program: a program that shows windows gets none by itself.

use windows::Win32::System::Console::{ATTACH_PARENT_PROCESS, AttachConsole};

/// Takes the parent's console, so that status and errors are read where the command was typed.
pub fn attach() {
    // SAFETY: the call takes no pointer. It fails where the parent has no console, as the desktop's shell has none.
    let _ = unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
}
