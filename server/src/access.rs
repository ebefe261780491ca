//! Who may ask for what: tokens of desks and secrets of sources, in memory, as the database had them after the last commit.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use campanile_core::{
    ids::{AgentId, DeviceId, SourceId},
    time::Timestamp,
};
use campanile_protocol::problem::Code;
use rusqlite::Connection;

use crate::{
    refusal::Refusal,
    store::{After, AgentNo, DeviceNo, SourceNo},
    token::TokenHash,
};

/// A paired desk.
#[derive(Debug)]
pub struct Device {
    /// Its number.
    pub no: DeviceNo,
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub agent: AgentNo,
    /// Whose it is, by id.
    pub agent_id: AgentId,
    /// When it last asked for something, in milliseconds since 1970; 0 for not since it was paired.
    pub seen_ms: AtomicI64,
}

/// What a source proves itself with.
#[derive(Debug)]
pub struct SourceKeys {
    /// Its number.
    pub no: SourceNo,
    /// Its id.
    pub id: SourceId,
    secrets: Vec<Lasting<Vec<u8>>>,
    bearers: Vec<Lasting<TokenHash>>,
}

#[derive(Debug)]
struct Lasting<T> {
    value: T,
    /// After a rotation the earlier one is good until here.
    until: Option<Timestamp>,
}

impl<T> Lasting<T> {
    fn at(&self, now: Timestamp) -> Option<&T> {
        self.until
            .is_none_or(|until| now < until)
            .then_some(&self.value)
    }
}

impl SourceKeys {
    /// Returns the signing secrets that are good at `now`.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &[u8]> {
        self.secrets
            .iter()
            .filter_map(move |secret| secret.at(now))
            .map(Vec::as_slice)
    }

    /// Says whether `token` is the source's at `now`.
    #[must_use]
    pub fn has_bearer(&self, token: &TokenHash, now: Timestamp) -> bool {
        // Each is compared, so that the time tells nothing.
        self.bearers
            .iter()
            .filter_map(|bearer| bearer.at(now))
            .fold(false, |found, bearer| found | bearer.is(token))
    }
}

/// Who may ask for what. While it cannot be read nobody is let in, and nobody's key is called wrong.
#[derive(Debug)]
pub struct Access(RwLock<Option<Known>>);

#[derive(Debug, Default)]
struct Known {
    devices: HashMap<TokenHash, Arc<Device>>,
    sources: HashMap<String, Arc<SourceKeys>>,
    /// Whether a desk was ever paired. Where none was, a desk's token is of another database.
    had_device: bool,
    /// The same of sources.
    had_source: bool,
}

impl Access {
    /// Reads it from the database.
    ///
    /// # Errors
    /// [`Refusal::Store`] if the database cannot be read.
    pub fn load(db: &Connection) -> Result<Self, Refusal> {
        Ok(Self(RwLock::new(Some(Known::load(db)?))))
    }

    /// Returns the desk that has `token`.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where that cannot be known: the keys cannot be read, or this database never had a desk.
    pub fn device(&self, token: &str) -> Result<Option<Arc<Device>>, Refusal> {
        self.look(|known| {
            let device = known.devices.get(&TokenHash::of(token)).cloned();
            (known.had_device, device)
        })
    }

    /// Returns the source of that id.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where that cannot be known: the keys cannot be read, or this database never had a source.
    pub fn source(&self, id: &str) -> Result<Option<Arc<SourceKeys>>, Refusal> {
        self.look(|known| (known.had_source, known.sources.get(id).cloned()))
    }

    /// Returns the source whose bearer token is `token` at `now`.
    ///
    /// # Errors
    /// As [`Self::source`].
    pub fn source_with(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Arc<SourceKeys>>, Refusal> {
        self.look(|known| {
            let mut sources = known.sources.values();
            let source = sources.find(|source| source.has_bearer(token, now));
            (known.had_source, source.cloned())
        })
    }

    /// Returns every desk, in no order.
    #[must_use]
    pub fn devices(&self) -> Vec<Arc<Device>> {
        let known = self.known();
        let devices = known.iter().flat_map(|known| known.devices.values());
        devices.cloned().collect()
    }

    /// Says whether the keys could be read after the last commit that changed them.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known().is_some()
    }

    /// Takes over what a commit changed.
    pub fn take(&self, db: &Connection, change: &After) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match (change, kept.as_mut()) {
            (After::Paired(hash, device), Some(known)) => {
                known.devices.insert(*hash, device.clone());
                known.had_device = true;
            }
            (After::Revoked(no), Some(known)) => {
                known.devices.retain(|_, device| device.no != *no);
            }
            (After::Access, _) => match Known::load(db) {
                Ok(fresh) => {
                    let earlier = kept.replace(fresh).unwrap_or_default();
                    let known = kept.get_or_insert_default();
                    for (hash, device) in earlier.devices {
                        if let Some(now) = known.devices.get(&hash) {
                            now.seen_ms.fetch_max(device.seen_ms.load(Relaxed), Relaxed);
                        }
                    }
                }
                // Better nobody than somebody who was shut out.
                Err(error) => {
                    tracing::error!(%error, "the keys cannot be read; nobody is let in");
                    *kept = None;
                }
            },
            // All is read anew soon.
            (_, None) => {}
        }
    }

    fn look<T>(
        &self,
        find: impl FnOnce(&Known) -> (bool, Option<T>),
    ) -> Result<Option<T>, Refusal> {
        let known = self.known();
        let known = known
            .as_ref()
            .ok_or_else(|| unavailable("Nothing was accepted. Send it again in a few seconds."))?;
        match find(known) {
            (false, None) => Err(unavailable(
                "This server has never given out such a key: its administrator must see whether its data folder is the right one.",
            )),
            (_, found) => Ok(found),
        }
    }

    fn known(&self) -> RwLockReadGuard<'_, Option<Known>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It is the server's own fault, and no word about the key: who is told that its key is wrong may give up for good.
fn unavailable(told: &str) -> Refusal {
    Refusal::told(Code::Unavailable, told)
}

impl Known {
    fn load(db: &Connection) -> Result<Self, Refusal> {
        let had = |table: &str| -> rusqlite::Result<bool> {
            // SQLite counts what ever was in a table that never uses a number again.
            let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)";
            db.prepare_cached(sql)?.query_row([table], |row| row.get(0))
        };
        let mut known = Self {
            had_device: had("devices")?,
            had_source: had("sources")?,
            ..Self::default()
        };
        let sql = "SELECT d.no, d.id, d.agent, a.id, d.seen_at, d.token_hash FROM devices d JOIN agents a ON a.no = d.agent";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let device = Device {
                no: row.get(0)?,
                id: DeviceId(row.get(1)?),
                agent: row.get(2)?,
                agent_id: AgentId(row.get(3)?),
                seen_ms: AtomicI64::new(row.get::<_, Option<i64>>(4)?.unwrap_or_default()),
            };
            known
                .devices
                .insert(TokenHash(row.get(5)?), Arc::new(device));
        }
        let sql = "SELECT no, id, secret, bearer_hash, old_secret, old_bearer_hash, old_until FROM sources";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(1)?;
            let until = Some(Timestamp::from_ms(
                row.get::<_, Option<i64>>(6)?.unwrap_or_default(),
            ));
            let old_secret = row
                .get::<_, Option<Vec<u8>>>(4)?
                .map(|value| Lasting { value, until });
            let old_bearer = row.get::<_, Option<[u8; 32]>>(5)?.map(|hash| Lasting {
                value: TokenHash(hash),
                until,
            });
            let keys = SourceKeys {
                no: row.get(0)?,
                id: SourceId::new(id.clone()).map_err(|error| Refusal::Store(error.to_string()))?,
                secrets: [Lasting {
                    value: row.get(2)?,
                    until: None,
                }]
                .into_iter()
                .chain(old_secret)
                .collect(),
                bearers: [Lasting {
                    value: TokenHash(row.get(3)?),
                    until: None,
                }]
                .into_iter()
                .chain(old_bearer)
                .collect(),
            };
            known.sources.insert(id, Arc::new(keys));
        }
        Ok(known)
    }
}
