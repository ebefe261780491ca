//! Why something was not done: told to whoever asked, trouble with the database, or a bug.

use campanile_protocol::problem::{Code, Problem};

/// Why something was not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// What was asked for cannot be; the problem says what to change.
    #[error("{}: {}", .0.title, .0.detail)]
    Told(Problem),
    /// The database could not keep or give it.
    #[error("the database failed: {0}")]
    Store(String),
    /// A part of the program broke off; the log has told where.
    #[error("a part of the program broke off")]
    Broken,
}

impl Refusal {
    /// Returns a refusal with these particulars.
    pub fn told(code: Code, detail: impl Into<String>) -> Self {
        Self::Told(code.because(detail))
    }

    /// Returns the answer to something that does not exist, or is somebody else's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::told(
            Code::NotFound,
            "There is nothing here under this name, or it is not yours.",
        )
    }

    /// Returns what goes over the wire: trouble inside is not described to those outside.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Told(problem) => problem.clone(),
            Self::Store(_) => {
                Code::Unavailable.because("Nothing was accepted. Send it again in a few seconds.")
            }
            Self::Broken => Code::Internal
                .because("Nothing was accepted. Tell whoever runs the server; its log knows this by `instance`."),
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(format!("a row cannot be read: {error}"))
    }
}

impl From<crate::token::NoRandomness> for Refusal {
    fn from(error: crate::token::NoRandomness) -> Self {
        Self::Store(error.to_string())
    }
}
