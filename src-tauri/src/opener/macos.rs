//! `-[NSWorkspace openURL:]`.

use std::io;

use objc2_app_kit::NSWorkspace;
use objc2_foundation::{NSString, NSURL};
use url::Url;

/// Hands the URL to the workspace, which knows the default browser and brings it forward.
pub fn open(url: &Url, _activation: Option<&str>) -> io::Result<()> {
    let odd = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the system does not take this link",
        )
    };
    let url = NSURL::URLWithString(&NSString::from_str(url.as_str())).ok_or_else(odd)?;
    match NSWorkspace::sharedWorkspace().openURL(&url) {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::NotFound,
            "no program opens web links",
        )),
    }
}
