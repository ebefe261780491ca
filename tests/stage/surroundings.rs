//! What a program finds around it: its environment, and what it is started under.

use std::{ffi::OsString, process::Command};

use anyhow::Result;

use super::run;

/// Surroundings that are not those of the stage.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    under: Vec<OsString>,
    variables: Vec<(&'static str, Option<OsString>)>,
}

impl Surroundings {
    /// A network namespace, to which only root may go.
    pub fn network(name: &str) -> Self {
        Self::default().under(["ip", "netns", "exec", name])
    }

    /// Those of a user to whom the rights of a file mean something, as they do not to root.
    pub fn unprivileged() -> Result<Self> {
        let is_root = run(Command::new("id").arg("-u"))?.trim() == "0";
        let words = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];
        Ok(match is_root {
            true => Self::default().under(words),
            false => Self::default(),
        })
    }

    /// Starts it by another program, which is given the command as its last arguments.
    #[must_use]
    pub fn under(mut self, words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.under.extend(words.into_iter().map(Into::into));
        self
    }

    /// Starts it by a line of the shell in which `"$@"` is the command, among mounts of its own.
    #[must_use]
    pub fn mounted(self, line: &str) -> Self {
        self.under(["unshare", "-m", "sh", "-c", line, "sh"])
    }

    /// Lets it find this in its environment.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, Some(value.into())));
        self
    }

    /// Lets it find nothing of this name in its environment.
    #[must_use]
    pub fn without(mut self, name: &'static str) -> Self {
        self.variables.push((name, None));
        self
    }

    /// Returns a command that does the same within these surroundings.
    pub(super) fn placed(&self, mut command: Command) -> Command {
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let [program, words @ ..] = &self.under[..] else {
            return command;
        };
        let mut there = Command::new(program);
        there
            .args(words)
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => there.env(name, value),
                None => there.env_remove(name),
            };
        }
        there
    }
}
