//! What is said on the local socket.

use campanile_client::{
    act::Action,
    view::{
        AccountView, BellView, LinkView, Page, PageFilter, PartView, PreferencesView, QuietView,
        WhyView, Window,
    },
};
use campanile_core::{ids::EventId, preferences::Scope};
use serde::{Deserialize, Serialize};

/// What a window or the command line asks of the desk. The first frame is a [`Question::Hello`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// Names the build of the one who asks.
    Hello {
        /// The build.
        build: String,
    },
    /// What a window shows.
    Look {
        /// Which window.
        window: Window,
        /// For the preferences: which scope; everything where none is named.
        #[serde(default)]
        scope: Option<Scope>,
    },
    /// A deed of a person.
    Act {
        /// The deed.
        action: Action,
    },
    /// A page of the bell's list.
    Page {
        /// What of it.
        filter: PageFilter,
        /// Where the page before ended.
        #[serde(default)]
        after: Option<String>,
    },
    /// Why a notice rang, or did not.
    Why {
        /// Which notice.
        id: EventId,
    },
    /// The zones to choose from.
    Zones,
    /// Look which own melodies are here: there is another.
    Melodies,
    /// How the desk is.
    Status,
    /// Sign in, and wait until that worked or failed.
    Pair {
        /// The link.
        link: String,
        /// Whether a browser or another program handed it over: then nobody waits, and a person is asked where somebody is signed in.
        #[serde(default)]
        offered: bool,
    },
    /// A press on a toast, which the system kept as a link.
    Pressed {
        /// The link.
        link: String,
    },
    /// Open a window, or bring it forward.
    Open {
        /// Which.
        window: Window,
        /// The activation token with which the one who asks was started.
        #[serde(default)]
        activation: Option<String>,
    },
    /// From here on, hear [`Push`]es for this window; it counts as open until it says otherwise or the connection ends.
    Watch {
        /// Which.
        window: Window,
    },
    /// Whether this window is seen: one that was closed is kept for a while, and counts as closed.
    Seen {
        /// Which.
        window: Window,
        /// Whether it is.
        is_seen: bool,
    },
    /// Let this window, which was closed, go; refused where somebody has just asked for it again.
    Leave {
        /// Which.
        window: Window,
    },
    /// End the desk.
    Quit,
}

/// What the desk answers; one for each question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "with", rename_all = "snake_case")]
pub enum Answer {
    /// The build of the desk.
    Hello {
        /// The build.
        build: String,
    },
    /// The bell.
    Bell(Box<BellView>),
    /// The preferences.
    Preferences(Box<PreferencesView>),
    /// A page.
    Page(Page),
    /// Why.
    Why(Box<WhyView>),
    /// The zones, by their IANA names.
    Zones(Vec<String>),
    /// How the desk is.
    Status(Box<Status>),
    /// Done.
    Done,
    /// Done, and what is to be known of it: one line.
    Noted(String),
    /// Not done, and why: one line that says what to do.
    Refused(String),
}

/// What a window that watches is told, unasked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "push", rename_all = "snake_case")]
pub enum Push {
    /// There is something else to see: look again.
    Redraw,
    /// Come forward.
    Focus {
        /// The activation token of the click that asked for it.
        activation: Option<String>,
    },
    /// The desk ends, and nothing is to be seen any more.
    End,
}

/// How the desk is, for `campanile status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The build of the desk.
    pub build: String,
    /// Whether the stream of the server is open.
    pub connected: bool,
    /// The link to the server, with the reason and the next attempt where it is cut.
    pub link: LinkView,
    /// Who is signed in.
    pub account: Option<AccountView>,
    /// How far the server's log has been taken in; opaque.
    pub cursor: Option<String>,
    /// Rows with something unread.
    pub unread: u32,
    /// Whether it is quiet, until when, and what comes next.
    pub quiet: QuietView,
    /// How many choices and deeds the server has yet to take.
    pub waiting: u32,
    /// The code of what went wrong last and still holds.
    pub last_error: Option<String>,
    /// The desk's parts.
    pub parts: Vec<PartView>,
    /// The windows that are open.
    pub windows: Vec<Window>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_are_read_as_they_are_written() {
        let id = EventId::parse("0193490f-7b21-7cc3-8c2a-3f0a1b2c3d4e").expect("an id");
        for question in [
            Question::Hello { build: "1".into() },
            Question::Look {
                window: Window::Preferences,
                scope: Scope::parse("line:acme/7"),
            },
            Question::Act {
                action: Action::Undo,
            },
            Question::Page {
                filter: PageFilter::default(),
                after: Some("x".into()),
            },
            Question::Why { id },
            Question::Zones,
            Question::Melodies,
            Question::Status,
            Question::Pair {
                link: "campanile://pair".into(),
                offered: true,
            },
            Question::Pressed {
                link: "campanile://toast".into(),
            },
            Question::Open {
                window: Window::Bell,
                activation: None,
            },
            Question::Watch {
                window: Window::Bell,
            },
            Question::Seen {
                window: Window::Bell,
                is_seen: false,
            },
            Question::Leave {
                window: Window::Bell,
            },
            Question::Quit,
        ] {
            let text = serde_json::to_string(&question).expect("written");
            assert_eq!(
                serde_json::from_str::<Question>(&text).expect("read"),
                question,
                "{text}"
            );
        }
        for answer in [
            Answer::Hello { build: "1".into() },
            Answer::Page(Page::default()),
            Answer::Zones(vec!["Europe/Kyiv".into()]),
            Answer::Done,
            Answer::Noted("for now".into()),
            Answer::Refused("no".into()),
        ] {
            let text = serde_json::to_string(&answer).expect("written");
            assert_eq!(
                serde_json::from_str::<Answer>(&text).expect("read"),
                answer,
                "{text}"
            );
        }
    }
}
