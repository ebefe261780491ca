//! The desktop without a desktop: what a desk knows, decides and shows, and how it follows its server.
//!
//! `session` and `view` are pure: messages in, effects out.
//! `sync` and `store` do the I/O around them; `sse` parses the stream.

pub mod act;
#[cfg(test)]
mod bindings;
pub mod effect;
pub mod message;
pub mod session;
pub mod sse;
pub mod store;
pub mod sync;
pub mod view;
pub mod words;
