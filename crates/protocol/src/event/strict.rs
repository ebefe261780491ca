//! The objects within an event, read strictly. The desk reads the same objects tolerantly, so their own types cannot say it.

use campanile_core::event::{Contact, Conversation, Link, Reference};
use serde::{Deserialize, Deserializer};

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

macro_rules! read {
    (one $name:ident: $type:ty as $strict:literal) => {
        /// Reads one, if it is there.
        pub fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<$type>, D::Error> {
            #[derive(Deserialize)]
            struct Strict(#[serde(with = $strict)] $type);
            Ok(Option::<Strict>::deserialize(from)?.map(|Strict(value)| value))
        }
    };
    (all $name:ident: $type:ty as $strict:literal) => {
        /// Reads a list of them.
        pub fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<$type>, D::Error> {
            #[derive(Deserialize)]
            struct Strict(#[serde(with = $strict)] $type);
            let all = Vec::<Strict>::deserialize(from)?;
            Ok(all.into_iter().map(|Strict(value)| value).collect())
        }
    };
}

read!(one reference: Reference as "StrictReference");
read!(one conversation: Conversation as "StrictConversation");
read!(one contact: Contact as "StrictContact");
read!(all references: Reference as "StrictReference");
read!(all links: Link as "StrictLink");
