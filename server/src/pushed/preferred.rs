//! Choices: checked, held against the admin's policy, merged cell by cell.

use std::collections::HashMap;

use campanile_core::{
    change::Change,
    channel::Channel,
    policy::{Lock, Policy},
    preferences::{ANY_KIND, Cell, Facet, Preferences, Scope, check},
    time::Timestamp,
};
use campanile_protocol::{
    changes::{Outcome, PUSH_MOST},
    problem::Code,
};
use rusqlite::params;
use serde_json::Value;

use super::refused;
use crate::{
    directory::load,
    refusal::Refusal,
    store::{AgentNo, Writing},
};

/// The most characters of a kind or a facet.
const WORD_MOST: usize = 64;
/// All choices of one agent together have so many bytes at the most: they travel in one frame. Those that were taken back
/// count as well, but give way: the oldest are forgotten first.
const CHOICES_MOST_BYTES: usize = 256 * 1024;

/// Takes choices: all that are not older than what was chosen before.
///
/// # Errors
/// [`Refusal::Store`] if they cannot be kept.
pub fn take(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    cells: &[Cell],
    at: Timestamp,
) -> Result<Outcome, Refusal> {
    if cells.is_empty() || cells.len() > PUSH_MOST {
        return Ok(refused(
            Code::BadRequest,
            format!("`cells`: 1 to {PUSH_MOST}"),
        ));
    }
    for (number, cell) in cells.iter().enumerate() {
        if let Err((code, told)) = check_cell(&writing.directory.policy, cell) {
            return Ok(refused(code, format!("`cells[{number}]`: {told}")));
        }
    }
    let Some(known) = writing.directory.agent(agent) else {
        return Err(Refusal::not_found());
    };
    let meant: HashMap<_, _> = known
        .preferences
        .replay()
        .map(|(cell, at)| ((cell.scope, cell.kind, cell.facet), at))
        .collect();
    let earlier =
        |cell: &Cell| meant.get(&(cell.scope.clone(), cell.kind.clone(), cell.facet.clone()));
    // Nothing can have been meant in the future; but the clock may have been put back since the earlier choice.
    let latest = cells.iter().filter_map(earlier).copied().max();
    let at = at.min(latest.map_or(writing.now, |latest| latest.max(writing.now)));
    let is_newer = |cell: &&Cell| earlier(cell).is_none_or(|earlier| *earlier <= at);
    let taken: Vec<Cell> = cells.iter().filter(is_newer).cloned().collect();
    if taken.is_empty() {
        return Ok(Outcome::Superseded);
    }
    let before = live_bytes(&known.preferences);
    let mut preferences = known.preferences.clone();
    for cell in &taken {
        preferences.apply(cell, at);
    }
    let after = live_bytes(&preferences);
    if after > CHOICES_MOST_BYTES && after > before {
        return Ok(refused(
            Code::TooLarge,
            "there are too many choices; take some back first".to_owned(),
        ));
    }
    keep(writing, agent, &taken, at)?;
    forget_taken_back(writing, agent)?;
    writing.append(agent, at, Change::Preferred { cells: taken })?;
    Ok(Outcome::Accepted)
}

fn keep(
    writing: &mut Writing<'_>,
    agent: AgentNo,
    cells: &[Cell],
    at: Timestamp,
) -> Result<(), Refusal> {
    let sql = "INSERT OR REPLACE INTO cells (agent, scope, kind, facet, value, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for cell in cells {
        let value = cell.value.as_ref().map(Value::to_string);
        writing.db.prepare_cached(sql)?.execute(params![
            agent,
            cell.scope.to_string(),
            cell.kind,
            cell.facet,
            value,
            at.ms(),
        ])?;
        if let Some(agent) = writing.directory.agent_mut(agent) {
            agent.preferences.apply(cell, at);
        }
    }
    Ok(())
}

/// Forgets choices that were taken back where all together are too many. Each is kept as long as there is room, so that
/// an earlier choice that comes late does not bring it back.
fn forget_taken_back(writing: &mut Writing<'_>, agent: AgentNo) -> Result<(), Refusal> {
    let Some(known) = writing.directory.agent(agent) else {
        return Ok(());
    };
    let mut bytes: usize = known
        .preferences
        .replay()
        .map(|(cell, _)| size(&cell))
        .sum();
    if bytes <= CHOICES_MOST_BYTES {
        return Ok(());
    }
    let mut taken_back: Vec<_> = known
        .preferences
        .replay()
        .filter(|(cell, _)| cell.value.is_none())
        .collect();
    taken_back.sort_by_key(|(_, at)| *at);
    let sql = "DELETE FROM cells WHERE agent = ?1 AND scope = ?2 AND kind = ?3 AND facet = ?4";
    for (cell, _) in taken_back {
        if bytes <= CHOICES_MOST_BYTES {
            break;
        }
        bytes -= size(&cell);
        writing.db.prepare_cached(sql)?.execute(params![
            agent,
            cell.scope.to_string(),
            cell.kind,
            cell.facet
        ])?;
    }
    let preferences = load::preferences(writing.db, agent)?;
    if let Some(known) = writing.directory.agent_mut(agent) {
        known.preferences = preferences;
    }
    Ok(())
}

fn live_bytes(preferences: &Preferences) -> usize {
    preferences
        .replay()
        .filter(|(cell, _)| cell.value.is_some())
        .map(|(cell, _)| size(&cell))
        .sum()
}

fn size(cell: &Cell) -> usize {
    let value = cell
        .value
        .as_ref()
        .map_or(4, |value| value.to_string().len());
    cell.scope.to_string().len() + cell.kind.len() + cell.facet.len() + value + 100
}

fn check_cell(policy: &Policy, cell: &Cell) -> Result<(), (Code, String)> {
    for (field, word) in [("kind", &cell.kind), ("facet", &cell.facet)] {
        if word.is_empty() || word.len() > WORD_MOST || !word.bytes().all(|b| b.is_ascii_graphic())
        {
            return Err((
                Code::BadRequest,
                format!("`{field}`: 1 to {WORD_MOST} letters, digits or signs"),
            ));
        }
    }
    check(cell).map_err(|expected| {
        (
            Code::BadRequest,
            format!("`value` of {}: {expected}", cell.facet),
        )
    })?;
    check_policy(policy, cell).map_err(|told| (Code::Forbidden, told))
}

/// What an admin has settled cannot be chosen otherwise, by whatever desk (S14).
fn check_policy(policy: &Policy, cell: &Cell) -> Result<(), String> {
    let Facet::Channel(channel) = Facet::find(&cell.facet).unwrap_or(Facet::Melody) else {
        let locked = cell.kind != ANY_KIND && policy.is_view_only(&cell.kind);
        return if locked {
            Err(view_only(&cell.kind))
        } else {
            Ok(())
        };
    };
    let on = cell.value.as_ref().and_then(Value::as_bool);
    let what = || format!("{} of {}", channel.id(), cell.kind);
    match policy.lock(&cell.kind, channel) {
        Some(Lock::Required) if on == Some(false) => {
            Err(format!("{} is required by the admin", what()))
        }
        Some(Lock::Unavailable) if on == Some(true) => {
            Err(format!("{} was made unavailable by the admin", what()))
        }
        Some(Lock::ViewOnly) if !is_simple(cell, channel) => Err(view_only(&cell.kind)),
        _ => Ok(()),
    }
}

/// On the simplified screen the channels' own switches can still be set (R17).
fn is_simple(cell: &Cell, channel: Channel) -> bool {
    cell.kind == ANY_KIND
        && cell.scope == Scope::Everything
        && matches!(channel, Channel::Toast | Channel::Sound | Channel::Push)
}

fn view_only(kind: &str) -> String {
    format!("the row of {kind} can be seen, but not edited here; an admin can allow it")
}

#[cfg(test)]
mod tests {
    use campanile_core::policy::Ruling;
    use expect_test::expect;
    use serde_json::json;

    use super::*;

    fn told(policy: &Policy, kind: &str, facet: &str, value: &Value) -> String {
        let cell = Cell {
            scope: Scope::Everything,
            kind: kind.into(),
            facet: facet.into(),
            value: Some(value.clone()),
        };
        let outcome = match check_cell(policy, &cell) {
            Ok(()) => "may".to_owned(),
            Err((code, told)) => format!("{}: {told}", code.id()),
        };
        format!("{kind} {facet} {value}: {outcome}\n")
    }

    #[test]
    fn what_an_admin_has_settled_cannot_be_chosen_otherwise() {
        let policy = Policy {
            required: vec![Ruling {
                kind: "operator_mentioned".into(),
                channel: Some(Channel::Toast),
            }],
            unavailable: vec![Ruling {
                kind: "*".into(),
                channel: Some(Channel::Sms),
            }],
            ..Policy::default()
        };
        let simple = Policy {
            notification_center_enabled: false,
            ..Policy::default()
        };
        let told = [
            told(
                &policy,
                "operator_mentioned",
                "channel.toast",
                &json!(false),
            ),
            told(&policy, "operator_mentioned", "channel.toast", &json!(true)),
            told(
                &policy,
                "operator_mentioned",
                "channel.sound",
                &json!(false),
            ),
            told(&policy, "call_missed", "channel.sms", &json!(true)),
            told(&policy, "sla_expired", "channel.toast", &json!(false)),
            told(&policy, "sla_expired", "melody", &json!("alarm")),
            told(&policy, "sla_expired", "channel.toast", &json!("loud")),
            told(&policy, "", "channel.toast", &json!(true)),
            told(&simple, "*", "channel.toast", &json!(false)),
            told(&simple, "*", "channel.email", &json!(false)),
            told(&simple, "call_missed", "channel.toast", &json!(false)),
        ];
        expect![[r#"
            operator_mentioned channel.toast false: forbidden: toast of operator_mentioned is required by the admin
            operator_mentioned channel.toast true: may
            operator_mentioned channel.sound false: may
            call_missed channel.sms true: forbidden: sms of call_missed was made unavailable by the admin
            sla_expired channel.toast false: forbidden: the row of sla_expired can be seen, but not edited here; an admin can allow it
            sla_expired melody "alarm": forbidden: the row of sla_expired can be seen, but not edited here; an admin can allow it
            sla_expired channel.toast "loud": bad_request: `value` of channel.toast: expected true or false
             channel.toast true: bad_request: `kind`: 1 to 64 letters, digits or signs
            * channel.toast false: may
            * channel.email false: forbidden: the row of * can be seen, but not edited here; an admin can allow it
            call_missed channel.toast false: forbidden: the row of call_missed can be seen, but not edited here; an admin can allow it
        "#]].assert_eq(&told.concat());
    }
}
