//! `ShellExecuteW`.

use std::io;

use url::Url;
use windows::{
    Win32::UI::{Shell::ShellExecuteW, WindowsAndMessaging::SW_SHOWNORMAL},
    core::{HSTRING, w},
};

/// Hands the URL to the shell, which knows the default browser. The click's right to bring a window forward is passed on by the system itself.
pub fn open(url: &Url, _activation: Option<&str>) -> io::Result<()> {
    let file = HSTRING::from(url.as_str());
    // SAFETY: all strings end with a zero and outlive the call.
    let answer = unsafe { ShellExecuteW(None, w!("open"), &file, None, None, SW_SHOWNORMAL) };
    // By its documentation, values up to 32 are errors, and the value is no handle.
    if answer.0 as usize > 32 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
