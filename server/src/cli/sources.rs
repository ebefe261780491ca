//! `source`, `roster` and `policy`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;

use super::{ask::ask, output};
use crate::{
    admin::{Ask, Told},
    config::Config,
    policy,
    sources::registry::{Keys, Settings},
};

/// The sources.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// Make a source, and print what it proves itself with.
    Add {
        /// Its id, such as `shop`.
        source: String,
        #[command(flatten)]
        settings: Flags,
    },
    /// List the sources.
    List,
    /// Change what is told of a source.
    Set {
        /// Its id.
        source: String,
        #[command(flatten)]
        settings: Flags,
        /// Let no link of it open without a question.
        #[arg(long, conflicts_with = "link_origins")]
        no_link_origins: bool,
        /// Leave open which kinds it sends.
        #[arg(long, conflicts_with = "kinds")]
        no_kinds: bool,
    },
    /// Remove a source, its people and its places. What it told stays with the agents who were told.
    Remove {
        /// Its id.
        source: String,
    },
    /// Give a source other secrets. The earlier ones are good for another day.
    Rotate {
        /// Its id.
        source: String,
    },
}

/// What can be set of a source.
#[derive(Debug, Args)]
pub struct Flags {
    /// The name for people.
    #[arg(long)]
    name: Option<String>,
    /// Links to this origin open without a question, such as https://desk.example.org. May be repeated.
    #[arg(long = "link-origin", value_name = "ORIGIN")]
    link_origins: Vec<String>,
    /// A kind that it sends. May be repeated.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// The share of a rating's scale, from the bottom, that is negative.
    #[arg(long, value_name = "PERCENT")]
    negative_percent: Option<u8>,
}

impl From<Flags> for Settings {
    fn from(flags: Flags) -> Self {
        let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
        Self {
            name: flags.name,
            link_origins: some(flags.link_origins),
            kinds: some(flags.kinds),
            negative_percent: flags.negative_percent,
        }
    }
}

impl Source {
    /// Does it.
    pub async fn perform(self, config: &Config) -> anyhow::Result<()> {
        let told = match self {
            Self::Add { source, settings } => {
                ask(
                    config,
                    Ask::SourceAdd {
                        source,
                        settings: settings.into(),
                    },
                )
                .await?
            }
            Self::List => ask(config, Ask::Sources).await?,
            Self::Set {
                source,
                settings,
                no_link_origins,
                no_kinds,
            } => {
                let mut settings = Settings::from(settings);
                if no_link_origins {
                    settings.link_origins = Some(Vec::new());
                }
                if no_kinds {
                    settings.kinds = Some(Vec::new());
                }
                ask(config, Ask::SourceSet { source, settings }).await?
            }
            Self::Remove { source } => ask(config, Ask::SourceRemove { source }).await?,
            Self::Rotate { source } => ask(config, Ask::SourceRotate { source }).await?,
        };
        match told {
            Told::Keys(keys) => print(&keys),
            Told::Sources { sources } => {
                let list =
                    |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join(",");
                let rows = sources.iter().map(|row| {
                    let Settings {
                        name,
                        link_origins,
                        kinds,
                        ..
                    } = &row.settings;
                    vec![
                        row.id.clone(),
                        name.clone().unwrap_or_default(),
                        list(link_origins),
                        list(kinds),
                    ]
                });
                output::text(&output::columns(&rows.collect::<Vec<_>>()));
            }
            _ => {}
        }
        Ok(())
    }
}

fn print(keys: &Keys) {
    output::text(&format!("secret  {}", keys.secret));
    if let Some(token) = &keys.token {
        output::text(&format!("token   {token}"));
        output::error(
            "Sign with the secret, or send the token as Authorization: Bearer. The token is not told again.",
        );
    }
}

/// The directory of a source.
#[derive(Debug, Subcommand)]
pub enum RosterFile {
    /// Take a source's directory from a file. What is missing from it is removed.
    Import {
        /// The file (TOML).
        file: PathBuf,
        /// The source.
        #[arg(long)]
        source: String,
    },
}

impl RosterFile {
    /// Does it.
    pub async fn perform(self, config: &Config) -> anyhow::Result<()> {
        let Self::Import { file, source } = self;
        let roster = read(&file)?;
        if let Told::Roster(taken) = ask(config, Ask::RosterImport { source, roster }).await? {
            output::text(&taken.made.join("\n"));
            output::error(&format!(
                "{} made, {} removed",
                taken.made.len(),
                taken.removed
            ));
        }
        Ok(())
    }
}

/// What the admin imposes.
#[derive(Debug, Subcommand)]
pub enum PolicyFile {
    /// Impose the policy of a file.
    Set {
        /// The file (TOML).
        file: PathBuf,
    },
}

impl PolicyFile {
    /// Does it.
    pub async fn perform(self, config: &Config) -> anyhow::Result<()> {
        let Self::Set { file } = self;
        let policy = policy::read(&text(&file)?).with_context(|| file.display().to_string())?;
        ask(
            config,
            Ask::PolicySet {
                policy: Box::new(policy),
            },
        )
        .await?;
        Ok(())
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    toml::from_str(&text(file)?).with_context(|| file.display().to_string())
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}
