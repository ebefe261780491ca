//! A value below `HKEY_CURRENT_USER\…\Run`.

use std::{io, path::Path};

use windows::{
    Win32::{
        Foundation::{ERROR_FILE_NOT_FOUND, ERROR_SUCCESS, WIN32_ERROR},
        System::Registry::{
            HKEY_CURRENT_USER, REG_SZ, RRF_RT_REG_SZ, RegDeleteKeyValueW, RegGetValueW,
            RegSetKeyValueW,
        },
    },
    core::{HSTRING, PCWSTR, w},
};

const RUN: PCWSTR = w!(r"Software\Microsoft\Windows\CurrentVersion\Run");
const NAME: PCWSTR = w!("Campanile");
/// The longest command that the Run key takes, with its ending zero.
const COMMAND_MOST_UNITS: usize = 260;

/// Writes the value.
pub fn add(program: &Path) -> io::Result<()> {
    let mut command = HSTRING::from(program.as_os_str()).to_vec();
    command.insert(0, u16::from(b'"'));
    command.extend("\" --hidden\0".encode_utf16());
    if command.len() > COMMAND_MOST_UNITS {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the program's path is too long to be started at login",
        ));
    }
    // At most 520 bytes.
    let bytes = (command.len() * 2) as u32;
    // SAFETY: the data is as long as is said, and outlives the call.
    done(unsafe {
        RegSetKeyValueW(
            HKEY_CURRENT_USER,
            RUN,
            NAME,
            REG_SZ.0,
            Some(command.as_ptr().cast()),
            bytes,
        )
    })
}

/// Removes the value.
pub fn remove() -> io::Result<()> {
    // SAFETY: all strings end with a zero.
    match unsafe { RegDeleteKeyValueW(HKEY_CURRENT_USER, RUN, NAME) } {
        ERROR_FILE_NOT_FOUND => Ok(()),
        other => done(other),
    }
}

/// Returns the command that is run at login, where there is one.
pub fn command() -> io::Result<Option<String>> {
    let mut command = [0_u16; COMMAND_MOST_UNITS];
    let mut bytes = (COMMAND_MOST_UNITS * 2) as u32;
    // SAFETY: the buffer is as long as is said.
    let answer = unsafe {
        RegGetValueW(
            HKEY_CURRENT_USER,
            RUN,
            NAME,
            RRF_RT_REG_SZ,
            None,
            Some(command.as_mut_ptr().cast()),
            Some(&mut bytes),
        )
    };
    if answer == ERROR_FILE_NOT_FOUND {
        return Ok(None);
    }
    done(answer)?;
    let units = command.iter().take_while(|unit| **unit != 0).count();
    Ok(Some(String::from_utf16_lossy(&command[..units])))
}

fn done(answer: WIN32_ERROR) -> io::Result<()> {
    if answer == ERROR_SUCCESS {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(answer.0.cast_signed()))
    }
}
