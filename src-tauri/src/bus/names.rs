//! Who owns a name on a bus, by the bus's own word.

use serde::Serialize;
use zbus::{Connection, Message, zvariant::Type};

/// What a bus itself is called.
pub const BUS: &str = "org.freedesktop.DBus";
const CHANGED: &str = "NameOwnerChanged";

/// Asks the bus itself.
///
/// # Errors
/// What the bus says.
pub async fn ask<B: Serialize + Type>(
    bus: &Connection,
    method: &str,
    body: &B,
) -> zbus::Result<Message> {
    bus.call_method(Some(BUS), "/org/freedesktop/DBus", Some(BUS), method, body)
        .await
}

/// Lets the bus tell of each change of who owns `name`.
///
/// A stream of zbus's own for a signal would hold a connection that nobody drives any more for ever, to take its rule back.
///
/// # Errors
/// What the bus says.
pub async fn hear_of(bus: &Connection, name: &str) -> zbus::Result<()> {
    let rule = format!(
        "type='signal',sender='{BUS}',path='/org/freedesktop/DBus',interface='{BUS}',member='{CHANGED}',arg0='{name}'"
    );
    ask(bus, "AddMatch", &rule).await.map(drop)
}

/// Returns who owns `name` now, and none where nobody does, if that is what the message tells. Another program's word for it
/// is not believed.
pub fn owner_told(message: &Message, name: &str) -> Option<Option<String>> {
    let header = message.header();
    if header.sender().is_none_or(|sender| sender.as_str() != BUS)
        || header
            .member()
            .is_none_or(|member| member.as_str() != CHANGED)
    {
        return None;
    }
    let body = message.body();
    let (changed, _, owner) = body.deserialize::<(String, String, String)>().ok()?;
    (changed == name).then(|| Some(owner).filter(|owner| !owner.is_empty()))
}
