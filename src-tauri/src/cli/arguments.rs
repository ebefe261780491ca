//! What can be said on the command line.

use std::{ffi::OsString, process::ExitCode};

use campanile_client::view::Window;
use campanile_protocol::pairing::LINK_SCHEME;
use clap::{Parser, Subcommand, error::ErrorKind};

use crate::{toast, window::word};

const AFTER_HELP: &str = "\
A server whose certificate is signed by an authority of your own: lay the authority's certificate (PEM) down as \
campanile/ca.pem in your configuration folder, such as ~/.config, or name it in CAMPANILE_CA_FILE.";

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Be the desk, or tell the one that runs to open a window.
    Start {
        /// Which window.
        open: Option<Window>,
    },
    /// Be a window.
    Window(Window),
    /// Sign in.
    Pair {
        /// The link, or `-` to read it from standard input.
        link: String,
        /// Whether a browser handed it over: nobody typed it, and whoever clicked looks at a window, not at a terminal.
        show: bool,
    },
    /// Hand a press on a toast to the desk.
    Pressed {
        /// The link as which the system kept it.
        link: String,
    },
    /// Say how the desk is.
    Status {
        /// As JSON.
        json: bool,
    },
    /// End the desk.
    Quit,
}

/// Why there is nothing to be done.
#[derive(Debug)]
pub enum Stop {
    /// Help or the version was asked for.
    Asked(clap::Error),
    /// The command line cannot be understood; one line that says why.
    Misread(String),
}

impl Stop {
    /// Says it, and returns the code with which to end.
    pub fn tell(self) -> ExitCode {
        match self {
            Self::Asked(text) => {
                print!("{}", text.render().ansi());
                ExitCode::SUCCESS
            }
            Self::Misread(why) => {
                eprintln!("campanile: {why}; see: campanile --help");
                ExitCode::from(2)
            }
        }
    }
}

/// Campanile: a notification centre for teams that talk to customers.
///
/// Without a command it starts, or opens the bell where it runs.
#[derive(Parser)]
#[command(
    name = "campanile",
    version,
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
struct Arguments {
    /// Start without a window, as at login
    #[arg(long, conflicts_with_all = ["open", "window", "link"])]
    hidden: bool,
    /// Open a window: bell or preferences
    #[arg(long, value_name = "WINDOW", value_parser = window, conflicts_with_all = ["window", "link"])]
    open: Option<Window>,
    /// Be a window; the desk starts it so
    #[arg(long, value_name = "WINDOW", value_parser = window, hide = true, conflicts_with = "link")]
    window: Option<Window>,
    /// A campanile:// link to sign in by, as a browser hands it over
    link: Option<String>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    /// Sign in by a pairing link; `-` reads it from standard input
    Pair {
        /// The link
        link: String,
    },
    /// Say how the desk is
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// End the desk
    Quit,
}

/// Reads a command line, the program's own name first.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Stop> {
    let said = Arguments::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Stop::Asked(error),
        _ => Stop::Misread(one_line(&error.render().to_string())),
    })?;
    match said {
        Arguments {
            verb: Some(Verb::Pair { link }),
            ..
        } => Ok(Command::Pair { link, show: false }),
        Arguments {
            verb: Some(Verb::Status { json }),
            ..
        } => Ok(Command::Status { json }),
        Arguments {
            verb: Some(Verb::Quit),
            ..
        } => Ok(Command::Quit),
        Arguments {
            window: Some(window),
            ..
        } => Ok(Command::Window(window)),
        Arguments {
            link: Some(link), ..
        } if toast::is_press(&link) => Ok(Command::Pressed { link }),
        Arguments {
            link: Some(link), ..
        } if is_link(&link) => Ok(Command::Pair { link, show: true }),
        Arguments {
            link: Some(word), ..
        } => Err(Stop::Misread(format!(
            "'{}' is neither a command nor a {LINK_SCHEME}:// link",
            word.escape_debug()
        ))),
        Arguments { hidden: true, .. } => Ok(Command::Start { open: None }),
        Arguments { open, .. } => Ok(Command::Start {
            open: Some(open.unwrap_or(Window::Bell)),
        }),
    }
}

fn is_link(word: &str) -> bool {
    word.split_once("://")
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case(LINK_SCHEME))
}

fn window(text: &str) -> Result<Window, String> {
    let all = [Window::Bell, Window::Preferences];
    all.into_iter()
        .find(|window| word(*window) == text)
        .ok_or_else(|| "the windows are bell and preferences".into())
}

/// Puts what is wrong into one line; how it is used stands in the help.
fn one_line(text: &str) -> String {
    let wrong = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = wrong.split_whitespace().collect();
    let line = words.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let words = std::iter::once("campanile")
            .chain(line.split_whitespace())
            .map(OsString::from);
        match read(words) {
            Ok(command) => format!("{command:?}"),
            Err(Stop::Asked(_)) => "help".into(),
            Err(Stop::Misread(why)) => format!("error: {why}"),
        }
    }

    #[test]
    fn a_command_line_is_one_command_or_one_line_that_says_what_is_wrong() {
        let mut table = String::new();
        for line in [
            "",
            "--hidden",
            "--open bell",
            "--open preferences",
            "--window bell",
            "pair campanile://pair?server=x&code=y",
            "pair -",
            "campanile://pair?server=x&code=y",
            "CAMPANILE://pair",
            "campanile://toast?key=summary&press=default",
            "campanile://toast?key=summary&press=all",
            "status",
            "status --json",
            "quit",
            "--help",
            "--version",
            "--open door",
            "--open",
            "--hidden --open bell",
            "https://desk.example.org",
            "ring",
            "pair",
            "quit now",
            "--loud",
        ] {
            table += &format!("{line:37} {}\n", said(line));
        }
        expect_test::expect![[r#"
                                                  Start { open: Some(Bell) }
            --hidden                              Start { open: None }
            --open bell                           Start { open: Some(Bell) }
            --open preferences                    Start { open: Some(Preferences) }
            --window bell                         Window(Bell)
            pair campanile://pair?server=x&code=y Pair { link: "campanile://pair?server=x&code=y", show: false }
            pair -                                Pair { link: "-", show: false }
            campanile://pair?server=x&code=y      Pair { link: "campanile://pair?server=x&code=y", show: true }
            CAMPANILE://pair                      Pair { link: "CAMPANILE://pair", show: true }
            campanile://toast?key=summary&press=default Pair { link: "campanile://toast?key=summary&press=default", show: true }
            campanile://toast?key=summary&press=all Pair { link: "campanile://toast?key=summary&press=all", show: true }
            status                                Status { json: false }
            status --json                         Status { json: true }
            quit                                  Quit
            --help                                help
            --version                             help
            --open door                           error: invalid value 'door' for '--open <WINDOW>': the windows are bell and preferences
            --open                                error: a value is required for '--open <WINDOW>' but none was supplied
            --hidden --open bell                  error: the argument '--hidden' cannot be used with '--open <WINDOW>'
            https://desk.example.org              error: 'https://desk.example.org' is neither a command nor a campanile:// link
            ring                                  error: 'ring' is neither a command nor a campanile:// link
            pair                                  error: the following required arguments were not provided: <LINK>
            quit now                              error: unexpected argument 'now' found
            --loud                                error: unexpected argument '--loud' found
        "#]].assert_eq(&table);
    }
}
