//! Problems: what went wrong, as a stable code with what to do about it (RFC 9457).

use serde::{Deserialize, Serialize};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem, as the wire carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:campanile:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code: stable, and the one thing that a program should look at.
    pub code: String,
    /// The status of the answer, again.
    pub status: u16,
    /// What happened, for people.
    pub title: String,
    /// What to do about it, with the particulars.
    pub detail: String,
    /// This very case, as `urn:uuid:<id>`, where the server's log says more of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub instance: Option<Box<str>>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// Every problem that the server tells, in one table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the code as the wire spells it.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Returns what happened, for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or lacks something, or has too much.
    BadRequest = "bad_request", 400, "The request cannot be read";
    /// An event breaks a rule of its form.
    BadEvent = "bad_event", 422, "The event is not well formed";
    /// No token, a wrong one, or a wrong signature: which, is not told.
    Unauthorized = "unauthorized", 401, "Not signed in";
    /// The timestamp of a signed request is too old or too new.
    StaleTimestamp = "stale_timestamp", 401, "The request is too old or too new";
    /// The token is good, but not for this.
    Forbidden = "forbidden", 403, "Not allowed";
    /// It does not exist, or is somebody else's.
    NotFound = "not_found", 404, "Not found";
    /// The method is not one of this route's.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The same event id came before with another body.
    IdReused = "id_reused", 409, "This id was used for something else";
    /// The agent has as many desks as one may have.
    DesksFull = "desks_full", 409, "This agent has too many desks";
    /// The cursor names a place that this log does not have.
    CursorGone = "cursor_gone", 410, "The log cannot be continued from there";
    /// The pairing code is wrong, used, or older than ten minutes.
    PairingCode = "pairing_code", 404, "This pairing code is not valid";
    /// The body is larger than the limit.
    TooLarge = "too_large", 413, "The request is too large";
    /// The content type is not JSON.
    MediaType = "media_type", 415, "Send application/json";
    /// Too many requests.
    TooMany = "too_many", 429, "Too many requests";
    /// A bug, or trouble that the server did not foresee.
    Internal = "internal", 500, "Something went wrong on the server";
    /// The server cannot keep anything at present.
    Unavailable = "unavailable", 503, "The server cannot keep this now";
}

impl Code {
    /// Returns the code that is spelled so.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id() == id)
    }

    /// Returns the problem with these particulars; they must say what to change.
    #[must_use]
    pub fn because(self, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:campanile:problem:{}", self.id()),
            code: self.id().to_owned(),
            status: self.status(),
            title: self.title().to_owned(),
            detail: detail.into(),
            instance: None,
        }
    }
}
