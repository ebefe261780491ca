//! Measures desk and server, each beside the floor: the least that could do its job, in the same run.
//!
//! Nothing here asserts a time, and nothing is mended to look better: a figure that misses its target is printed as such.
#![cfg(target_os = "linux")]

mod backend;
mod campanile;
mod desk;
mod event;
mod floor;
mod history;
mod http;
mod limits;
mod load;
mod process;
mod program;
mod sample;
mod server;
mod table;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Measures the release builds of Campanile on this machine; see docs/performance.md.
#[derive(Debug, Parser)]
#[command(name = "campanile-bench")]
struct Arguments {
    /// Few events and short windows: shows that it works; not to be quoted.
    #[arg(long, global = true)]
    small: bool,
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// The desk, on the desktop of `scripts/desktop run --without dunst -- …`.
    Desk,
    /// The server, under load.
    Server,
    /// The floor of the server, on a port of loopback, with its database in a folder.
    #[command(hide = true)]
    FloorServer { port: u16, folder: PathBuf },
    /// The floor of the desk: follows a floor server.
    #[command(hide = true)]
    FloorDesk { port: u16 },
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let Arguments { small, part } = Arguments::parse();
    let done = match part {
        Part::Desk => desk::measure(&desk::Size::of(small)),
        Part::Server => server::measure(&server::Size::of(small)),
        Part::FloorServer { port, folder } => floor::server::run(port, &folder),
        Part::FloorDesk { port } => floor::desk::run(port),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("campanile-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
