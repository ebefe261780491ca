//! Names of things: a type for each, so that an agent's id is never taken for an event's.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the hyphenated form; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == 36).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

uuid_id!(
    /// An accepted event, and so the notice that each agent gets of it: a UUIDv7 given at acceptance.
    EventId
);
uuid_id!(
    /// An agent of this server.
    AgentId
);
uuid_id!(
    /// A paired desk.
    DeviceId
);
uuid_id!(
    /// A change made at a desk, named there, so that pushing it twice is harmless.
    ChangeId
);
uuid_id!(
    /// One life of a server's database: made when it is made or restored.
    Epoch
);

/// Why a name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to {max} characters of a-z, 0-9, '_', '-' and '.', beginning with a letter")]
pub struct BadName {
    /// The most characters such a name may have.
    pub max: usize,
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters of this name.
            pub const MAX: usize = $max;

            /// Takes `text` as a name.
            ///
            /// # Errors
            /// [`BadName`] if it is empty, too long, or has other characters than a name may have.
            pub fn new(text: impl Into<String>) -> Result<Self, BadName> {
                let text = text.into();
                let first = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
                let rest = text
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'));
                if first && rest && text.len() <= Self::MAX { Ok(Self(text)) } else { Err(BadName { max: Self::MAX }) }
            }

            /// Returns the name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

name_id!(
    /// A kind of event as the wire names it: a row of the catalogue, or one that this program does not know.
    KindId,
    64
);
name_id!(
    /// A source: who may send events.
    SourceId,
    64
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_bounded() {
        for good in ["sla_expired", "a", "message.in", "acme-desk2"] {
            assert!(KindId::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "1st",
            "_x",
            "Ünicode",
            "a b",
            "a/b",
            "SLA",
            &"k".repeat(65),
        ] {
            assert!(KindId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_is_read_in_its_hyphenated_form_only() {
        let id = "0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e";
        assert_eq!(
            EventId::parse(id).map(|id| id.to_string()).as_deref(),
            Some(id)
        );
        for bad in [
            "",
            "urn:uuid:0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e",
            "0193490f7b217cc38c2a3f0a1b2c3d4e",
        ] {
            assert_eq!(EventId::parse(bad), None, "{bad}");
        }
    }
}
