//! The objects within an event, read strictly. The desk reads the same objects tolerantly, so their own types cannot say it.

use campanile_core::event::{Contact, Conversation, Link, Reference};
use serde::{Deserialize, Deserializer};

use crate::object::{self, Object};

#[derive(Deserialize)]
#[serde(remote = "Reference", deny_unknown_fields)]
struct StrictReference {
    id: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Conversation", deny_unknown_fields)]
struct StrictConversation {
    id: String,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Contact", deny_unknown_fields)]
struct StrictContact {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    saved: bool,
}

#[derive(Deserialize)]
#[serde(remote = "Link", deny_unknown_fields)]
struct StrictLink {
    rel: String,
    #[serde(default)]
    label: Option<String>,
    url: String,
}

macro_rules! strict {
    ($name:ident reads $type:ty as $strict:ident) => {
        struct $name($type);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $strict::deserialize(from).map($name)
            }
        }
    };
}

strict!(OneReference reads Reference as StrictReference);
strict!(OneConversation reads Conversation as StrictConversation);
strict!(OneContact reads Contact as StrictContact);
strict!(OneLink reads Link as StrictLink);

/// Reads a reference, if it is there.
pub fn reference<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Reference>, D::Error> {
    Ok(Option::<Object<OneReference>>::deserialize(from)?.map(|one| one.0.0))
}

/// Reads a list of references.
pub fn references<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Reference>, D::Error> {
    let all = object::many::<_, OneReference>(from)?;
    Ok(all.into_iter().map(|one| one.0).collect())
}

/// Reads a conversation, if it is there.
pub fn conversation<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Conversation>, D::Error> {
    Ok(Option::<Object<OneConversation>>::deserialize(from)?.map(|one| one.0.0))
}

/// Reads a contact, if it is there.
pub fn contact<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Contact>, D::Error> {
    Ok(Option::<Object<OneContact>>::deserialize(from)?.map(|one| one.0.0))
}

/// Reads a list of links.
pub fn links<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Link>, D::Error> {
    let all = object::many::<_, OneLink>(from)?;
    Ok(all.into_iter().map(|one| one.0).collect())
}
