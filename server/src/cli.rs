//! The command line.

mod agents;
pub mod ask;
pub mod copies;
mod event;
pub mod output;
pub mod serve;
mod sources;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::Config;

/// Takes signed events in, decides for each agent, and keeps the log that the desks follow.
#[derive(Debug, Parser)]
#[command(name = "campanile-server", version, propagate_version = true)]
struct Cli {
    /// The configuration file (TOML). The environment wins over it: CAMPANILE_SERVER_LISTEN and so on.
    #[arg(
        long,
        global = true,
        env = "CAMPANILE_SERVER_CONFIG",
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until Ctrl-C or SIGTERM.
    Serve,
    /// Fill a server with people and lines, and send sample events of many kinds.
    Demo(crate::demo::Demo),
    /// The agents.
    #[command(subcommand)]
    Agent(agents::Agent),
    /// Print a link that pairs one desk with an agent: good once, for ten minutes.
    Pair(agents::Pair),
    /// The sources: who may send events.
    #[command(subcommand)]
    Source(sources::Source),
    /// Events.
    #[command(subcommand)]
    Event(event::Event),
    /// The directory of a source.
    #[command(subcommand)]
    Roster(sources::RosterFile),
    /// What the admin imposes.
    #[command(subcommand)]
    Policy(sources::PolicyFile),
    /// Print the configuration in force, as a file that can be used.
    Config,
    /// Print the description of the HTTP interface (OpenAPI).
    Openapi,
    /// Copy the database into a file, while the server runs or not.
    Backup(copies::Backup),
    /// Put a backup in the database's place. The server must not run.
    Restore(copies::Restore),
}

/// Runs the command line and returns how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let ended = Config::read(cli.config.as_deref())
        .map_err(anyhow::Error::from)
        .and_then(|config| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?;
            runtime.block_on(perform(cli.command, config))
        });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&format!("campanile-server: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn perform(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::serve(config).await,
        Command::Demo(demo) => demo.perform(config).await,
        Command::Agent(agent) => agent.perform(&config).await,
        Command::Pair(pair) => pair.perform(&config).await,
        Command::Source(source) => source.perform(&config).await,
        Command::Event(event) => event.perform(&config).await,
        Command::Roster(roster) => roster.perform(&config).await,
        Command::Policy(policy) => policy.perform(&config).await,
        Command::Config => {
            output::text(&config.to_toml());
            Ok(())
        }
        Command::Openapi => {
            output::text(crate::openapi::json());
            Ok(())
        }
        Command::Backup(backup) => backup.perform(&config),
        Command::Restore(restore) => restore.perform(&config),
    }
}
