//! Pairing a desk: a single-use code in, a device token out.

use campanile_core::ids::{AgentId, DeviceId};
use campanile_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a desk sends to be paired.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PairRequest {
    /// The code of the link, good once and for ten minutes.
    pub code: String,
    /// What the desk calls itself, for the list of devices.
    pub device_name: String,
}

impl std::fmt::Debug for PairRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairRequest")
            .field("code", &"***")
            .field("device_name", &self.device_name)
            .finish()
    }
}

/// What it gets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairAnswer {
    /// The token, told this once. It goes into the keyring.
    pub token: String,
    /// The device.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub device: DeviceId,
    /// The agent.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub agent: AgentId,
    /// The agent's name.
    pub name: String,
}

impl std::fmt::Debug for PairAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairAnswer")
            .field("token", &"***")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// A paired desk, as its agent sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// The device.
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub id: DeviceId,
    /// What it called itself.
    pub name: String,
    /// When it was paired.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::Timestamp))]
    pub paired_at: Timestamp,
    /// When it was last heard of.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::Timestamp>))]
    pub seen_at: Option<Timestamp>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The paired desks of one agent, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Devices {
    /// The desks.
    pub devices: Vec<Device>,
}

/// The scheme of a pairing link.
pub const LINK_SCHEME: &str = "campanile";

/// Returns the link `campanile://pair?server=<base>&code=<code>` that a desk is given.
///
/// Neither part needs escaping beyond what this does: the code is URL-safe base64.
#[must_use]
pub fn link(server: &str, code: &str) -> String {
    let server: String = server
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect();
    format!("{LINK_SCHEME}://pair?server={server}&code={code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_code_nor_token_is_printed() {
        let asked = PairRequest {
            code: "canary".to_owned(),
            device_name: "Mira's desk".to_owned(),
        };
        let answer = PairAnswer {
            token: "canary".to_owned(),
            device: DeviceId(uuid::Uuid::nil()),
            agent: AgentId(uuid::Uuid::nil()),
            name: "Mira".to_owned(),
        };
        for printed in [format!("{asked:?}"), format!("{answer:#?}")] {
            assert!(
                printed.contains("***") && !printed.contains("canary"),
                "{printed}"
            );
        }
    }
}
