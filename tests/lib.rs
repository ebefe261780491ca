//! The whole, tried from outside: `scenarios` in one process, `desktop` on a real desktop.
//!
//! A crate of its own, so that neither links a webview.
