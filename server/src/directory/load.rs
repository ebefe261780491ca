//! Reading the directory from the database.

use std::collections::HashMap;

use campanile_core::{
    catalogue::Role,
    change::Seq,
    ids::{AgentId, Epoch, SourceId},
    preferences::{Cell, Preferences, Scope},
    time::Timestamp,
};
use rusqlite::{Connection, Row};

use super::{Agent, Directory, Part, Place, PlaceKey, PlaceKind, Source};
use crate::{
    refusal::Refusal,
    store::{AgentNo, SourceNo, log},
};

impl Directory {
    /// Reads everything.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn load(db: &Connection) -> Result<Self, Refusal> {
        let (epoch, policy) = db
            .prepare_cached("SELECT epoch, policy FROM server")?
            .query_row([], |row| Ok((Epoch(row.get(0)?), row.get::<_, String>(1)?)))?;
        let mut directory = Self {
            epoch,
            policy: serde_json::from_str(&policy)?,
            agents: HashMap::new(),
            sources: HashMap::new(),
            people: HashMap::new(),
            places: HashMap::new(),
            belongs: HashMap::new(),
            around: HashMap::new(),
            touched: false,
        };
        directory.load_sources(db)?;
        directory.load_agents(db)?;
        directory.load_people(db)?;
        directory.load_places(db)?;
        directory.untouched();
        Ok(directory)
    }

    fn load_sources(&mut self, db: &Connection) -> Result<(), Refusal> {
        let sql = "SELECT no, id, name, link_origins, kinds, negative_percent FROM sources";
        each(db, sql, |row| {
            let source = Source {
                no: row.get(0)?,
                id: SourceId::new(row.get::<_, String>(1)?)
                    .map_err(|error| Refusal::Store(error.to_string()))?,
                name: row.get(2)?,
                link_origins: json(row, 3)?,
                kinds: json(row, 4)?,
                negative_percent: row.get(5)?,
            };
            self.sources.insert(source.no, source);
            Ok(())
        })
    }

    fn load_agents(&mut self, db: &Connection) -> Result<(), Refusal> {
        let sql = "SELECT no, id, handle, name, roles, scopes, pruned_to FROM agents";
        each(db, sql, |row| {
            let no: AgentNo = row.get(0)?;
            let agent = Agent {
                no,
                id: AgentId(row.get(1)?),
                handle: row.get(2)?,
                name: row.get(3)?,
                roles: json(row, 4)?,
                head: log::head(db, no)?.max(Seq(row.get(6)?)),
                preferences: preferences(db, no)?,
                scopes: json(row, 5)?,
            };
            self.agents.insert(no, agent);
            Ok(())
        })
    }

    fn load_people(&mut self, db: &Connection) -> Result<(), Refusal> {
        each(
            db,
            "SELECT source, external, agent, roles FROM people",
            |row| {
                let (external, roles): (String, Vec<Role>) = (row.get(1)?, json(row, 3)?);
                self.put_person(row.get(0)?, &external, row.get(2)?, &roles);
                Ok(())
            },
        )
    }

    fn load_places(&mut self, db: &Connection) -> Result<(), Refusal> {
        let mut keys = HashMap::new();
        each(
            db,
            "SELECT no, source, kind, external, name FROM places",
            |row| {
                let Some(kind) = word(PlaceKind::ALL, PlaceKind::id, &row.get::<_, String>(2)?)
                else {
                    return Ok(());
                };
                let key = PlaceKey {
                    source: row.get::<_, SourceNo>(1)?,
                    kind,
                    external: row.get(3)?,
                };
                let place = Place {
                    no: row.get(0)?,
                    name: row.get(4)?,
                    ..Place::default()
                };
                keys.insert(place.no, key.clone());
                self.places.insert(key, place);
                Ok(())
            },
        )?;
        each(db, "SELECT place, agent, part FROM members", |row| {
            let part = word(Part::ALL, Part::id, &row.get::<_, String>(2)?);
            if let (Some(part), Some(key)) = (part, keys.get(&row.get(0)?)) {
                self.put_part(key, row.get(1)?, part);
            }
            Ok(())
        })
    }
}

/// Reads what an agent chose.
///
/// # Errors
/// [`Refusal::Store`] if the database cannot be read.
pub fn preferences(db: &Connection, agent: AgentNo) -> Result<Preferences, Refusal> {
    let mut preferences = Preferences::default();
    for (cell, at) in log::cells(db, agent)? {
        preferences.apply(&cell, at);
    }
    Ok(preferences)
}

fn each(
    db: &Connection,
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Refusal> {
    Ok(serde_json::from_str(&row.get::<_, String>(column)?)?)
}

fn word<T: Copy>(all: &[T], id: impl Fn(T) -> &'static str, text: &str) -> Option<T> {
    all.iter().copied().find(|one| id(*one) == text)
}

/// Reads a choice from `scope, kind, facet, value, at`.
pub fn cell(row: &Row<'_>) -> Result<(Cell, Timestamp), Refusal> {
    let scope: String = row.get(0)?;
    let value: Option<String> = row.get(3)?;
    let cell = Cell {
        scope: Scope::parse(&scope)
            .ok_or_else(|| Refusal::Store("a choice has a scope that cannot be read".into()))?,
        kind: row.get(1)?,
        facet: row.get(2)?,
        value: value
            .map(|value| serde_json::from_str(&value))
            .transpose()?,
    };
    Ok((cell, Timestamp::from_ms(row.get(4)?)))
}
