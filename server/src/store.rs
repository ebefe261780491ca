//! The database: one writer that commits what has gathered, and readers with connections of their own.

mod checkpoint;
mod copies;
mod folder;
pub mod log;
mod open;
mod readers;
mod upgrade;
mod writer;

pub use copies::{backup, restore};
pub use folder::{Folder, Lock};
pub use open::StoreError;
use open::open;
pub use readers::Readers;
pub use writer::{After, Rung, Writer, Writing};

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    };
}

number!(
    /// An agent, as the tables number it.
    AgentNo
);
number!(
    /// A source, as the tables number it.
    SourceNo
);
number!(
    /// A paired desk, as the tables number it.
    DeviceNo
);
