//! The whole, tried from outside: `scenarios` in one process, `desktop` on a real desktop, `faults` with the world breaking.
//!
//! A crate of its own, so that none of them links a webview.

pub mod stage;
