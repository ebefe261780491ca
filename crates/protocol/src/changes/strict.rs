//! The objects within a deed, read strictly. The desk reads the same objects tolerantly, so their own types cannot say it.

use campanile_core::{
    catalogue::Group,
    change::{Filter, Mark},
    ids::KindId,
    preferences::{Cell, Scope},
    time::Timestamp,
};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use crate::object;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum As {
    Unread,
    Read,
    Snoozed,
    Removed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictMark {
    r#as: As,
    until: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct StrictFilter {
    groups: Vec<Group>,
    kind: Option<KindId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictCell {
    scope: Scope,
    kind: String,
    facet: String,
    #[serde(default)]
    value: Option<Value>,
}

/// Reads a mark.
pub fn mark<'de, D: Deserializer<'de>>(from: D) -> Result<Mark, D::Error> {
    let StrictMark { r#as, until } = object::one(from)?;
    Ok(match (r#as, until) {
        (As::Unread, None) => Mark::Unread,
        (As::Read, None) => Mark::Read,
        (As::Removed, None) => Mark::Removed,
        (As::Snoozed, Some(until)) => Mark::Snoozed { until },
        (As::Snoozed, None) => return Err(D::Error::missing_field("until")),
        (_, Some(_)) => return Err(D::Error::unknown_field("until", &["as"])),
    })
}

/// Reads a filter.
pub fn filter<'de, D: Deserializer<'de>>(from: D) -> Result<Filter, D::Error> {
    let StrictFilter { groups, kind } = object::one(from)?;
    Ok(Filter { groups, kind })
}

/// Reads choices.
pub fn cells<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Cell>, D::Error> {
    let all = object::many::<_, StrictCell>(from)?;
    let cell = |cell: StrictCell| Cell {
        scope: cell.scope,
        kind: cell.kind,
        facet: cell.facet,
        value: cell.value,
    };
    Ok(all.into_iter().map(cell).collect())
}
