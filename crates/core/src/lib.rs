//! The judgement: what a kind is, what an agent prefers, what policy allows, whether it is quiet now, and so what to do with one event.
//!
//! Pure and deterministic: no clock, no file, no socket, no environment variable is read here.
//! Time and zone rules are arguments, so that every answer can be asked for again and be the same.

pub mod catalogue;
pub mod change;
pub mod channel;
pub mod decide;
pub mod event;
pub mod ids;
pub mod inbox;
pub mod melody;
pub mod policy;
pub mod preferences;
pub mod quiet;
pub mod time;
pub mod zone;
