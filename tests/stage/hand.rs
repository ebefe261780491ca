//! A person's hand at the app: what a window asks of the desk, over the same local socket.

use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::app::App;

/// A connection to the desk, as a window of its own build holds one.
pub struct Hand(UnixStream);

impl Hand {
    pub fn at(app: &App) -> Result<Self> {
        let build = app.status()?["build"].clone();
        let socket = app.folder().join("run/campanile/desk.sock");
        let mut hand = Self(UnixStream::connect(socket).context("reach the desk")?);
        hand.ask(&json!({ "ask": "hello", "build": build }))?;
        Ok(hand)
    }

    /// Does a deed; when this returns the desk has taken it.
    pub fn act(&mut self, action: &Value) -> Result<()> {
        let answer = self.ask(&json!({ "ask": "act", "action": action }))?;
        match answer["answer"].as_str() {
            Some("done") => Ok(()),
            _ => bail!("{action} was answered with {answer}"),
        }
    }

    /// Returns what a window shows.
    pub fn look(&mut self, window: &str) -> Result<Value> {
        Ok(self.ask(&json!({ "ask": "look", "window": window }))?["with"].take())
    }

    /// Returns the notices of a tab of the bell, the newest first, page by page.
    pub fn notices(&mut self, tab: &str) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        let mut after = Value::Null;
        loop {
            let filter = json!({ "tab": tab, "groups": [], "search": "" });
            let mut page = self.ask(&json!({ "ask": "page", "filter": filter, "after": after }))?;
            for row in page["with"]["rows"].as_array().context("rows")? {
                found.extend(row["items"].as_array().context("items")?.iter().cloned());
            }
            after = page["with"]["next"].take();
            if after.is_null() {
                return Ok(found);
            }
        }
    }

    fn ask(&mut self, question: &Value) -> Result<Value> {
        let question = serde_json::to_vec(question)?;
        let length = u32::try_from(question.len())?.to_le_bytes();
        self.0.write_all(&[&length[..], &question].concat())?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.0.read_exact(&mut answer)?;
        Ok(serde_json::from_slice(&answer)?)
    }
}
