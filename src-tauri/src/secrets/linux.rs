//! The Secret Service of the session bus.

use std::{io, pin::pin, time::Duration};

use async_io::Timer;
use futures_util::{
    StreamExt as _,
    future::{self, Either},
};
use keyring_core::{Error, Result};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use zbus::{Connection, Proxy, connection, zvariant::OwnedObjectPath};

use super::{KEYRING_WITHIN, PERSON_WITHIN, Trouble};

/// What the health page calls it.
pub const NAME: &str = "Secret Service";

const BUS_NAME: &str = "org.freedesktop.secrets";
/// How long the service may think about a call that asks nobody.
const CALL_WITHIN: Duration = Duration::from_secs(3);

/// No core file of this process is written, and nobody but root traces it or reads its memory (prctl(2), PR_SET_DUMPABLE).
pub fn seclude() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "a crash may leave the desk's memory behind");
    }
}

/// Connects to the service where that has not been done.
///
/// keyring remembers a first failure for ever, and a desk that is started at login is often there before the service: so the store is made here.
pub fn open() -> Result<()> {
    if keyring_core::get_default_store().is_some() {
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

/// Sees that the default collection is open; where it is not and `may_ask` is set, the person is asked. Returns how long the service may take for what follows.
///
/// A locked collection answers every question by "no such entry", which must not be taken for "signed out".
/// The store's own calls wait for ever: a service that hangs is found out here, by calls that do not.
pub fn unlock(may_ask: bool) -> std::result::Result<Duration, Trouble> {
    zbus::block_on(unlocked(may_ask)).map_err(|error| {
        let failed = |error| Error::PlatformFailure(Box::new(error));
        match &error {
            zbus::Error::InputOutput(why) if why.kind() == io::ErrorKind::TimedOut => {
                Trouble::Failed(failed(error))
            }
            // Without a bus, or with nobody on it who has the name.
            zbus::Error::Connection(..) | zbus::Error::InputOutput(_) | zbus::Error::Address(_) => {
                Trouble::Absent(failed(error))
            }
            zbus::Error::MethodError(name, ..) if name.ends_with(".ServiceUnknown") => {
                Trouble::Absent(failed(error))
            }
            _ => Trouble::Failed(failed(error)),
        }
    })?
}

async fn unlocked(may_ask: bool) -> zbus::Result<std::result::Result<Duration, Trouble>> {
    let bus = connection::Builder::session()?
        .method_timeout(CALL_WITHIN)
        .build()
        .await?;
    let service = Proxy::new(
        &bus,
        BUS_NAME,
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service",
    )
    .await?;
    let collection: OwnedObjectPath = service.call("ReadAlias", &("default",)).await?;
    if collection.as_str() == "/" {
        // No collection yet: the first secret that is kept makes it, and asks for its password.
        return Ok(Ok(PERSON_WITHIN));
    }
    let about = Proxy::new(
        &bus,
        BUS_NAME,
        &collection,
        "org.freedesktop.Secret.Collection",
    )
    .await?;
    if !about.get_property::<bool>("Locked").await? {
        return Ok(Ok(KEYRING_WITHIN));
    }
    if !may_ask {
        return Ok(Err(Trouble::Locked));
    }
    let (unlocked, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
        service.call("Unlock", &(vec![&collection],)).await?;
    let is_open =
        unlocked.contains(&collection) || (prompt.as_str() != "/" && answer(&bus, &prompt).await?);
    Ok(if is_open {
        Ok(KEYRING_WITHIN)
    } else {
        Err(Trouble::Locked)
    })
}

/// Lets the service ask the person, and returns whether they unlocked it.
///
/// A service that ends with its question open answers it no more, and a person may be away: neither is waited for.
async fn answer(bus: &Connection, prompt: &OwnedObjectPath) -> zbus::Result<bool> {
    let prompt = Proxy::new(bus, BUS_NAME, prompt, "org.freedesktop.Secret.Prompt").await?;
    let mut completed = prompt.receive_signal("Completed").await?;
    let mut owners = prompt.receive_owner_changed().await?;
    // A service without anything that could ask answers at once that it was dismissed.
    prompt.call::<_, _, ()>("Prompt", &("",)).await?;
    let over = future::select(owners.next(), Timer::after(PERSON_WITHIN));
    match future::select(completed.next(), pin!(over)).await {
        Either::Left((Some(signal), _)) => {
            let (dismissed, _): (bool, zbus::zvariant::OwnedValue) = signal.body().deserialize()?;
            Ok(!dismissed)
        }
        Either::Right((Either::Right(_), _)) => {
            // The question must not stand any longer than its answer is waited for.
            prompt.call::<_, _, ()>("Dismiss", &()).await?;
            Ok(false)
        }
        // Nobody has sent the question away: it may be asked again.
        Either::Left((None, _)) | Either::Right(_) => Err(zbus::Error::from(io::Error::from(
            io::ErrorKind::ConnectionReset,
        ))),
    }
}
