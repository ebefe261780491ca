//! The Secret Service of the session bus.

use keyring_core::{Error, Result};
use zbus::{blocking::Connection, zvariant::OwnedObjectPath};

use super::Trouble;

/// What the health page calls it.
pub const NAME: &str = "Secret Service";

const BUS_NAME: &str = "org.freedesktop.secrets";

/// Connects to the service where that has not been done.
///
/// keyring remembers a first failure for ever, and a desk that is started at login is often there before the service: so the store is made here where keyring could not.
pub fn open() -> Result<()> {
    if keyring_core::get_default_store().is_some() || keyring::Entry::store_status().is_ok() {
        return Ok(());
    }
    reopen()
}

/// Connects to the service anew: the old connection is of no use once the service has ended.
pub fn reopen() -> Result<()> {
    let store = zbus_secret_service_keyring_store::Store::new()?;
    keyring_core::set_default_store(store);
    Ok(())
}

/// Sees that the default collection is open; where it is not and `may_ask` is set, the person is asked.
///
/// A locked collection answers every question by "no such entry", which must not be taken for "signed out".
pub fn unlock(may_ask: bool) -> std::result::Result<(), Trouble> {
    let failed = |error: zbus::Error| Trouble::Failed(Error::PlatformFailure(Box::new(error)));
    let bus = Connection::session().map_err(failed)?;
    let service = zbus::blocking::Proxy::new(
        &bus,
        BUS_NAME,
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service",
    )
    .map_err(failed)?;
    let collection: OwnedObjectPath = service.call("ReadAlias", &("default",)).map_err(failed)?;
    if collection.as_str() == "/" {
        // No collection yet: the first secret that is kept makes it, and asks for its password.
        return Ok(());
    }
    let about = zbus::blocking::Proxy::new(
        &bus,
        BUS_NAME,
        &collection,
        "org.freedesktop.Secret.Collection",
    )
    .map_err(failed)?;
    if !about.get_property::<bool>("Locked").map_err(failed)? {
        return Ok(());
    }
    if !may_ask {
        return Err(Trouble::Locked);
    }
    let (unlocked, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = service
        .call("Unlock", &(vec![&collection],))
        .map_err(failed)?;
    if unlocked.contains(&collection)
        || (prompt.as_str() != "/" && answer(&bus, &prompt).map_err(failed)?)
    {
        Ok(())
    } else {
        Err(Trouble::Locked)
    }
}

/// Lets the service ask the person, and returns whether they unlocked it.
fn answer(bus: &Connection, prompt: &OwnedObjectPath) -> zbus::Result<bool> {
    let prompt =
        zbus::blocking::Proxy::new(bus, BUS_NAME, prompt, "org.freedesktop.Secret.Prompt")?;
    let mut completed = prompt.receive_signal("Completed")?;
    // A service without anything that could ask answers at once that it was dismissed.
    prompt.call::<_, _, ()>("Prompt", &("",))?;
    match completed.next() {
        Some(signal) => {
            let (dismissed, _): (bool, zbus::zvariant::OwnedValue) = signal.body().deserialize()?;
            Ok(!dismissed)
        }
        None => Ok(false),
    }
}
