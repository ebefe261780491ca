//! The Credential Manager of Windows.

use std::time::Duration;

use keyring_core::{Error, Result};

use super::{PERSON_WITHIN, Trouble};

/// What the health page calls it.
pub const NAME: &str = "Credential Manager";

/// Does nothing: the system by itself leaves no memory of a crash behind.
pub const fn seclude() {}

/// Opens the store where that has not been done. It is a part of the system: either it is there, or it never will be.
pub fn open() -> Result<()> {
    keyring::Entry::store_status()
        .as_ref()
        .map_or(Err(Error::NoDefaultStore), |()| Ok(()))
}

/// Does nothing: there is no connection that could die.
pub fn reopen() -> Result<()> {
    open()
}

/// Does nothing: the system itself asks the person where it must, and takes as long as they do.
pub fn unlock(_may_ask: bool) -> std::result::Result<Duration, Trouble> {
    Ok(PERSON_WITHIN)
}
