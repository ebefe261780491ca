//! The local socket between the desk, its windows and the command line.
//!
//! Frames are JSON behind their length; a connection starts with the builds of both sides.
//! Only this user gets in: by the folder's and the socket's mode and the peer's id, or by the pipe's rights.

pub mod client;
mod door;
pub mod server;
#[cfg(test)]
mod tests;
mod wire;
pub mod words;

pub use wire::Broken;
