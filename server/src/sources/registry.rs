//! Sources: made, changed, and given other secrets.

use campanile_core::{
    ids::{KindId, SourceId},
    time::DAY_MS,
};
use campanile_protocol::problem::Code;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use url::Url;

use super::standard_webhooks::write_secret;
use crate::{
    names::{self, NAME_MOST},
    refusal::Refusal,
    scopes,
    store::{After, SourceNo, Writing},
    token::{self, TokenHash},
};

/// After a rotation the earlier secrets are good for so long.
const OLD_LASTS_MS: i64 = DAY_MS;
/// Of 1 to 5, the lowest 40 percent are 1 and 2 (R9).
const NEGATIVE_PERCENT: u8 = 40;

/// What a source proves itself with, as it is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The secret to sign with, as Standard Webhooks writes it.
    pub secret: String,
    /// The token for `Authorization: Bearer`; only told when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What can be set of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where links may lead without a question: scheme, host and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_origins: Option<Vec<String>>,
    /// The kinds that it sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
    /// The share of a rating's scale, from the bottom, that is negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_percent: Option<u8>,
}

/// Makes a source.
///
/// # Errors
/// [`Code::BadRequest`] if something of it cannot be; [`Refusal::Store`] if it cannot be kept.
pub fn add(writing: &mut Writing<'_>, id: &str, settings: &Settings) -> Result<Keys, Refusal> {
    let id = SourceId::new(id).map_err(|error| bad(format!("the id of a source: {error}")))?;
    if writing.directory.source_named(id.as_str()).is_some() {
        return Err(bad(format!(
            "there is a source `{id}` already; `source rotate {id}` gives it other secrets"
        )));
    }
    let (secret, token) = (token::random::<32>()?, token::fresh()?);
    let sql = "INSERT INTO sources (id, name, secret, bearer_hash, link_origins, kinds, negative_percent) \
               VALUES (?1, ?1, ?2, ?3, '[]', '[]', ?4)";
    let hash = TokenHash::of(&token).0;
    let no = writing.db.prepare_cached(sql)?.insert(params![
        id.as_str(),
        secret,
        hash,
        NEGATIVE_PERCENT
    ])?;
    set(writing, SourceNo(no), settings)?;
    Ok(Keys {
        secret: write_secret(&secret),
        token: Some(token),
    })
}

/// Gives a source other secrets. The earlier ones are good for another day.
///
/// # Errors
/// [`Refusal::Store`] if they cannot be kept.
pub fn rotate(writing: &mut Writing<'_>, source: SourceNo) -> Result<Keys, Refusal> {
    let (secret, token) = (token::random::<32>()?, token::fresh()?);
    let sql = "UPDATE sources SET old_secret = secret, old_bearer_hash = bearer_hash, old_until = ?2, \
               secret = ?3, bearer_hash = ?4 WHERE no = ?1";
    let until = writing.now.plus_ms(OLD_LASTS_MS).ms();
    writing.db.prepare_cached(sql)?.execute(params![
        source,
        until,
        secret,
        TokenHash::of(&token).0
    ])?;
    writing.after.push(After::Access);
    Ok(Keys {
        secret: write_secret(&secret),
        token: Some(token),
    })
}

/// Removes a source: its secrets, its people and places, and the ids of its events. The agents' logs keep what it told.
///
/// # Errors
/// [`Refusal::Store`] if it cannot be written.
pub fn remove(writing: &mut Writing<'_>, source: SourceNo) -> Result<(), Refusal> {
    writing
        .db
        .prepare_cached("DELETE FROM sources WHERE no = ?1")?
        .execute([source])?;
    writing.after.push(After::Access);
    writing.directory.reload(writing.db)?;
    scopes::tell_all(writing)
}

/// Returns the secret that a source signs with.
///
/// # Errors
/// [`Code::NotFound`] if there is no such source.
pub fn secret(writing: &Writing<'_>, source: SourceNo) -> Result<Keys, Refusal> {
    let secret: Option<Vec<u8>> = writing
        .db
        .prepare_cached("SELECT secret FROM sources WHERE no = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    let secret = secret.ok_or_else(Refusal::not_found)?;
    Ok(Keys {
        secret: write_secret(&secret),
        token: None,
    })
}

/// Changes what is told of a source.
///
/// # Errors
/// [`Code::BadRequest`] if something of it cannot be; [`Refusal::Store`] if it cannot be kept.
pub fn set(
    writing: &mut Writing<'_>,
    source: SourceNo,
    settings: &Settings,
) -> Result<(), Refusal> {
    let Settings {
        name,
        link_origins,
        kinds,
        negative_percent,
    } = settings;
    if let Some(name) = name {
        names::check("name", name, NAME_MOST)?;
    }
    let origins = link_origins.as_ref().map(|origins| {
        origins
            .iter()
            .map(|text| origin(text))
            .collect::<Result<Vec<_>, _>>()
    });
    let origins = origins.transpose()?;
    for kind in kinds.iter().flatten() {
        KindId::new(kind.as_str()).map_err(|error| bad(format!("the kind `{kind}`: {error}")))?;
    }
    if negative_percent.is_some_and(|percent| percent > 100) {
        return Err(bad("`negative_percent`: 0 to 100"));
    }
    let json = |list: &Option<Vec<String>>| list.as_ref().map(serde_json::to_string).transpose();
    let sql = "UPDATE sources SET name = coalesce(?2, name), link_origins = coalesce(?3, link_origins), \
               kinds = coalesce(?4, kinds), negative_percent = coalesce(?5, negative_percent) WHERE no = ?1";
    let row = params![
        source,
        name,
        json(&origins)?,
        json(kinds)?,
        negative_percent
    ];
    writing.db.prepare_cached(sql)?.execute(row)?;
    writing.after.push(After::Access);
    writing.directory.reload(writing.db)?;
    scopes::tell_all(writing)
}

/// Reads scheme, host and port; whatever else an address has, is not an origin.
fn origin(text: &str) -> Result<String, Refusal> {
    let told = || {
        bad(format!(
            "`{text}` is not an origin; write it like https://desk.example.org"
        ))
    };
    let url = Url::parse(text).map_err(|_| told())?;
    let is_bare =
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let is_web =
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty();
    if is_bare && is_web {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(told())
    }
}

fn bad(told: impl Into<String>) -> Refusal {
    Refusal::told(Code::BadRequest, told)
}
