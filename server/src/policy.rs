//! The admin's policy, read strictly: a word that nobody understands would undo what was imposed, and tell nobody.

use campanile_core::{
    catalogue::Kind,
    channel::Channel,
    policy::{DefaultCell, Policy, Ruling},
    preferences::{ANY_KIND, Cell, Facet, Scope, check as check_choice},
};
use campanile_protocol::problem::Code;
use serde::Serialize;

use crate::{catchup::PAGE_MOST_BYTES, directory::Directory, refusal::Refusal};

/// Why a policy cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no such TOML.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// A key that means nothing.
    #[error("unknown key `{0}`; there are {1}")]
    Key(String, String),
}

/// Reads a policy from TOML. The desks read one more leniently, as a later version may have written it.
///
/// # Errors
/// [`Unreadable`], naming the key.
pub fn read(text: &str) -> Result<Policy, Unreadable> {
    let policy = toml::from_str(text)?;
    let told: toml::Table = toml::from_str(text)?;
    let mut known = keys(&Policy::default());
    // It is counted here.
    known.retain(|key| key != "version");
    check_keys("", &told, &known)?;
    let ruling = keys(&Ruling {
        kind: String::new(),
        channel: Some(Channel::Bell),
    });
    let default = keys(&DefaultCell {
        kind: String::new(),
        facet: String::new(),
        value: serde_json::Value::Null,
    });
    for (list, known) in [
        ("required", &ruling),
        ("unavailable", &ruling),
        ("defaults", &default),
    ] {
        let rows = told.get(list).and_then(toml::Value::as_array);
        for (number, row) in rows.into_iter().flatten().enumerate() {
            if let Some(row) = row.as_table() {
                check_keys(&format!("{list}[{number}]."), row, known)?;
            }
        }
    }
    Ok(policy)
}

/// Checks that all of a policy means something here.
///
/// # Errors
/// [`Code::BadRequest`], naming what does not; [`Code::TooLarge`] if it fits no frame.
pub fn check(policy: &Policy, directory: &Directory) -> Result<(), Refusal> {
    let size = serde_json::to_vec(policy)?.len();
    if size > PAGE_MOST_BYTES {
        let told = format!("A policy has at most {PAGE_MOST_BYTES} bytes; this one has {size}.");
        return Err(Refusal::told(Code::TooLarge, told));
    }
    for (list, rulings) in [
        ("required", &policy.required),
        ("unavailable", &policy.unavailable),
    ] {
        for (number, ruling) in rulings.iter().enumerate() {
            check_kind(&format!("{list}[{number}].kind"), &ruling.kind, directory)?;
        }
    }
    let required = policy.required.iter().enumerate();
    for (number, channel) in required.filter_map(|(at, ruling)| Some((at, ruling.channel?))) {
        check_sent(&format!("required[{number}].channel"), channel)?;
    }
    for (number, channel) in policy.channels.iter().enumerate() {
        check_sent(&format!("channels[{number}]"), *channel)?;
    }
    for (number, default) in policy.defaults.iter().enumerate() {
        let path = format!("defaults[{number}]");
        check_kind(&format!("{path}.kind"), &default.kind, directory)?;
        if Facet::find(&default.facet).is_none() {
            return Err(bad(format!(
                "`{path}.facet`: there is no facet `{}`",
                default.facet
            )));
        }
        let cell = Cell {
            scope: Scope::Everything,
            kind: default.kind.clone(),
            facet: default.facet.clone(),
            value: Some(default.value.clone()),
        };
        check_choice(&cell).map_err(|expected| bad(format!("`{path}.value`: {expected}")))?;
    }
    Ok(())
}

fn check_kind(path: &str, kind: &str, directory: &Directory) -> Result<(), Refusal> {
    let is_known = kind == ANY_KIND
        || Kind::find(kind).is_some()
        || directory
            .sources()
            .any(|source| source.kinds.iter().any(|sent| sent.as_str() == kind));
    if is_known {
        return Ok(());
    }
    Err(bad(format!(
        "`{path}`: `{kind}` is neither a kind of the catalogue nor one that a source says it sends; `*` means all"
    )))
}

fn check_sent(path: &str, channel: Channel) -> Result<(), Refusal> {
    if channel.is_built_in() {
        return Ok(());
    }
    let sent: Vec<_> = Channel::ALL
        .iter()
        .filter(|channel| channel.is_built_in())
        .map(|channel| channel.id())
        .collect();
    Err(bad(format!(
        "`{path}`: this server does not send on {}, so nobody would hear of anything there; it has {}",
        channel.id(),
        sent.join(", ")
    )))
}

fn keys(sample: &impl Serialize) -> Vec<String> {
    let value = serde_json::to_value(sample).unwrap_or_default();
    let keys = value.as_object().into_iter().flatten();
    keys.map(|(key, _)| key.clone()).collect()
}

fn check_keys(path: &str, told: &toml::Table, known: &[String]) -> Result<(), Unreadable> {
    match told.keys().find(|key| !known.contains(key)) {
        Some(key) => Err(Unreadable::Key(format!("{path}{key}"), known.join(", "))),
        None => Ok(()),
    }
}

fn bad(told: String) -> Refusal {
    Refusal::told(Code::BadRequest, told)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_key_that_means_nothing_is_named() {
        let told: Vec<_> = [
            "",
            "notification_center_enabled = true\nchannels = []",
            "requird = []",
            "version = 7",
            "required = [{ kind = \"*\", chanel = \"toast\" }]",
            "[[defaults]]\nkind = \"*\"\nfacet = \"mute\"\nvalue = { until = 1 }\nscope = \"*\"",
            "channels = [\"pigeon\"]",
        ]
        .iter()
        .map(|text| match read(text) {
            Ok(_) => "reads\n".to_owned(),
            Err(error) => format!("{error}\n"),
        })
        .collect();
        expect![[r#"
            reads
            reads
            unknown key `requird`; there are channels, defaults, extended_settings, notification_center_enabled, required, unavailable
            unknown key `version`; there are channels, defaults, extended_settings, notification_center_enabled, required, unavailable
            unknown key `required[0].chanel`; there are channel, kind
            unknown key `defaults[0].scope`; there are facet, kind, value
            TOML parse error at line 1, column 13
              |
            1 | channels = ["pigeon"]
              |             ^^^^^^^^
            unknown variant `pigeon`, expected one of `bell`, `toast`, `sound`, `push`, `email`, `sms`, `telegram`, `viber`, `whatsapp`, `echat`, `webhook`

        "#]].assert_eq(&told.concat());
    }
}
