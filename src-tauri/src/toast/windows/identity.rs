//! Who this program is to Windows: toasts are shown under a name, and links are opened by a command.

use std::path::Path;

use windows::{
    Win32::{
        Foundation::{ERROR_SUCCESS, WIN32_ERROR},
        System::Registry::{
            HKEY, HKEY_CLASSES_ROOT, HKEY_CURRENT_USER, REG_SZ, RRF_RT_REG_SZ, RegGetValueW,
            RegSetKeyValueW,
        },
        UI::Shell::SetCurrentProcessExplicitAppUserModelID,
    },
    core::{HSTRING, PCWSTR, Result, h, w},
};

/// The program's identifier, as the installers write it to the shortcut in the start menu.
const APP: &HSTRING = h!("org.campanile.Campanile");
/// Where Windows looks for the name of a program that has no shortcut.
const NAMES: PCWSTR = w!(r"Software\Classes\AppUserModelId\org.campanile.Campanile");
/// What Windows runs to open a link; the installers write it.
const OPENS: PCWSTR = w!(r"campanile\shell\open\command");
/// The longest command that is read.
const COMMAND_MOST_UNITS: usize = 1024;

/// Takes the identity on, and returns it.
///
/// # Errors
/// What Windows says.
pub fn take() -> Result<HSTRING> {
    // SAFETY: the string ends with a zero.
    unsafe { SetCurrentProcessExplicitAppUserModelID(APP)? };
    // A program that was unpacked and not installed has no shortcut, and without a name its toasts are not shown.
    write(HKEY_CURRENT_USER, NAMES, w!("DisplayName"), "Campanile")?;
    Ok(APP.clone())
}

/// Says whether Windows opens a link of ours by this very program.
pub fn owns_links() -> bool {
    let program = std::env::current_exe().ok();
    let command = read(HKEY_CLASSES_ROOT, OPENS, PCWSTR::null());
    program
        .zip(command)
        .is_some_and(|(program, command)| runs(&command, &program))
}

/// Says whether a command runs a program. The installers quote its path; letters' case is all one to Windows.
fn runs(command: &str, program: &Path) -> bool {
    let quoted = command
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .map(|(path, _)| path);
    let path = quoted.or_else(|| command.split(' ').next());
    path.is_some_and(|path| path.to_lowercase() == program.to_string_lossy().to_lowercase())
}

fn write(root: HKEY, key: PCWSTR, name: PCWSTR, text: &str) -> Result<()> {
    let text = HSTRING::from(text);
    // With its ending zero.
    let bytes = u32::try_from((text.len() + 1) * 2).unwrap_or(0);
    // SAFETY: the string is as long as is said, and outlives the call.
    unsafe { RegSetKeyValueW(root, key, name, REG_SZ.0, Some(text.as_ptr().cast()), bytes) }.ok()
}

fn read(root: HKEY, key: PCWSTR, name: PCWSTR) -> Option<String> {
    let mut text = [0_u16; COMMAND_MOST_UNITS];
    let mut bytes = u32::try_from(size_of_val(&text)).ok()?;
    // SAFETY: the buffer is as long as is said.
    let answer: WIN32_ERROR = unsafe {
        RegGetValueW(
            root,
            key,
            name,
            RRF_RT_REG_SZ,
            None,
            Some(text.as_mut_ptr().cast()),
            Some(&mut bytes),
        )
    };
    if answer != ERROR_SUCCESS {
        return None;
    }
    let end = text.iter().position(|unit| *unit == 0)?;
    String::from_utf16(&text[..end]).ok()
}
