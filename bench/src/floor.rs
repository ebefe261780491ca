//! The floor: the least that could do the job of server and desk, to be measured beside them.

pub mod desk;
pub mod server;

use std::{net::SocketAddr, path::Path, process::Command};

use anyhow::Result;

use crate::{
    backend::{Backend, GROUP, free_address},
    http::Request,
    program::Program,
};

/// A floor server that runs.
pub struct Floor {
    address: SocketAddr,
    program: Program,
}

impl Floor {
    /// Raises one.
    pub fn start(folder: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("floor-server")
            .arg(address.port().to_string())
            .arg(folder);
        let program = Program::listening(&mut command)?;
        Ok(Self { address, program })
    }

    /// Starts a floor desk that follows it as agent 0.
    pub fn start_desk(&self) -> Result<Program> {
        let mut command = Command::new(std::env::current_exe()?);
        Program::start(
            command
                .arg("floor-desk")
                .arg(self.address.port().to_string()),
        )
    }

    fn publish_to(agents: &str, events: &[String]) -> Request {
        Request {
            line: format!("POST /publish/{agents}"),
            token: String::new(),
            body: events.join("\n"),
        }
    }
}

impl Backend for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }

    fn pid(&self) -> u32 {
        self.program.pid()
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn metrics_address(&self) -> SocketAddr {
        self.address
    }

    fn stream(&self, agent: usize) -> Request {
        Request::get(&format!("/stream/{agent}"))
    }

    fn publish(&self, ids: &[String], agent: usize, text: &dyn Fn() -> String) -> Request {
        let events: Vec<_> = ids.iter().map(|_| text()).collect();
        Self::publish_to(&agent.to_string(), &events)
    }

    fn publish_to_group(&self, _id: &str, text: &str) -> Request {
        let agents: Vec<_> = (0..GROUP).map(|agent| agent.to_string()).collect();
        Self::publish_to(&agents.join(","), &[text.to_owned()])
    }
}
