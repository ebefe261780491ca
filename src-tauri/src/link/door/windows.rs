//! A named pipe that bears the user's SID in its name and in its rights.

use std::io;

use interprocess::{
    local_socket::{GenericFilePath, ListenerOptions, Name, PeerCreds, ToFsName as _},
    os::windows::{local_socket::ListenerOptionsExt as _, security_descriptor::SecurityDescriptor},
};
use widestring::U16CString;
use windows::{
    Win32::{
        Foundation::{CloseHandle, HANDLE, HLOCAL, LocalFree},
        Security::{
            Authorization::ConvertSidToStringSidW, GetTokenInformation, TOKEN_QUERY, TOKEN_USER,
            TokenUser,
        },
        System::Threading::{
            GetCurrentProcessId, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
        },
    },
    core::PWSTR,
};

use crate::places::Places;

/// Returns the pipe's name.
pub fn name(_places: &Places) -> io::Result<Name<'static>> {
    let sid = sid_of(own_process())?;
    format!(r"\\.\pipe\campanile-{sid}").to_fs_name::<GenericFilePath>()
}

/// Does nothing: a pipe goes with its process.
pub fn clear(_places: &Places) -> io::Result<()> {
    Ok(())
}

/// Lets only this user in.
pub fn narrow(options: ListenerOptions<'_>) -> io::Result<ListenerOptions<'_>> {
    let rights = U16CString::from_str(format!("D:P(A;;GA;;;{})", sid_of(own_process())?))
        .map_err(|nul| io::Error::new(io::ErrorKind::InvalidInput, nul))?;
    Ok(options.security_descriptor(SecurityDescriptor::deserialize(&rights)?))
}

/// Says whether the process at the other end is this user's.
pub fn is_mine(peer: &PeerCreds) -> bool {
    let theirs = peer.pid().and_then(|process| sid_of(process).ok());
    theirs.is_some() && theirs == sid_of(own_process()).ok()
}

fn own_process() -> u32 {
    // SAFETY: asks for a number.
    unsafe { GetCurrentProcessId() }
}

/// Returns the SID of the user whose process this is.
fn sid_of(process: u32) -> io::Result<String> {
    // SAFETY: both handles are closed by their guards; the buffer is as long as the system asked for, aligned for
    // TOKEN_USER, and outlives the SID that points into it; the text is the system's, and freed after it was copied.
    unsafe {
        let process = Owned(OpenProcess(
            PROCESS_QUERY_LIMITED_INFORMATION,
            false,
            process,
        )?);
        let mut token = HANDLE::default();
        OpenProcessToken(process.0, TOKEN_QUERY, &mut token)?;
        let token = Owned(token);
        let mut bytes = 0;
        // The first call fails by design: it says how long the answer is.
        let _ = GetTokenInformation(token.0, TokenUser, None, 0, &mut bytes);
        let mut buffer = vec![0_u64; (bytes as usize).div_ceil(8)];
        GetTokenInformation(
            token.0,
            TokenUser,
            Some(buffer.as_mut_ptr().cast()),
            bytes,
            &mut bytes,
        )?;
        let user = &*buffer.as_ptr().cast::<TOKEN_USER>();
        let mut text = PWSTR::null();
        ConvertSidToStringSidW(user.User.Sid, &mut text)?;
        let sid = text.to_string();
        LocalFree(Some(HLOCAL(text.0.cast())));
        sid.map_err(|odd| io::Error::new(io::ErrorKind::InvalidData, odd))
    }
}

struct Owned(HANDLE);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle is this guard's own, and closed once.
        let _ = unsafe { CloseHandle(self.0) };
    }
}
