//! Events in: read and checked, then accepted with everything that follows from them in one transaction.

mod accept;
mod audience;
mod known;
mod rating;
mod read;

pub use accept::{Circle, accept};
pub use read::{Read, check_depth, json, read};
