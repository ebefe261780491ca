//! F11: the peer vanishes behind a cable that is pulled and put back, while every address stays: the desk is back at once.

use std::{
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{app::App, deadline, run, server::Server, surroundings::Surroundings};

use crate::row::{Course, Row, Slowest};

pub const ROW: Row = Row {
    id: "F11",
    fault: "carrier lost and back, with every address kept",
    full: 50,
    run: rounds,
};

/// A desk gives a server up that was silent for 40 s, and says so once it has called in vain.
const GIVES_UP_WITHIN: Duration = Duration::from_secs(90);
/// After so long of calling in vain it waits for longer than it may take to be back.
const TRIES_FOR: Duration = Duration::from_secs(60);

/// The address of the server: one of a loopback, since a desk speaks no plain HTTP beyond its machine.
const SERVER: &str = "127.0.9.1";
const HOUSE: &str = "127.0.9.1/32";

fn rounds(course: &Course) -> Result<String> {
    let cable = Cable::lay()?;
    let folder = tempfile::tempdir()?;
    let server = Server::start_at(
        &folder.path().join("server"),
        SERVER,
        Surroundings::network(&cable.server),
    )?;
    let mut app = App::at(&folder.path().join("desk"))?;
    app.within(Surroundings::network(&cable.desk)).start()?;
    app.pair(&server.pairing_link()?)?;
    app.wait_for("connected", |status| status["connected"] == true)?;
    let mut slowest = Slowest::default();
    for round in 0..course.rounds {
        cable.pull()?;
        if course.is_full && round == 0 {
            // The news of it go lost on the way, and nothing is heard any more.
            app.ask_within(GIVES_UP_WITHIN, |status| {
                status["link"]["state"] == "offline"
            })
            .context("the stream is not given up")?;
            // Trying in vain it waits longer each time.
            thread::sleep(TRIES_FOR);
        }
        let conversation = round.to_string();
        server.send(
            "conversation_assigned",
            &["--assignee", "a1", "--conversation", &conversation],
        )?;
        cable.forget()?;
        cable.put_back()?;
        slowest.time(round, || {
            app.wait_for("what came meanwhile", |status| {
                status["unread"] == u64::from(round) + 1
            })
        })?;
    }
    Ok(format!("back within {slowest} of the carrier"))
}

/// Two networks of their own with a cable between them.
struct Cable {
    server: String,
    desk: String,
}

impl Cable {
    fn lay() -> Result<Self> {
        let cable = Self {
            server: format!("campanile-server-{}", process::id()),
            desk: format!("campanile-desk-{}", process::id()),
        };
        for network in [&cable.server, &cable.desk] {
            ip(&["netns", "add", network]).context("only root has networks to give")?;
        }
        ip(&[
            "link",
            "add",
            "cable",
            "netns",
            &cable.server,
            "type",
            "veth",
            "peer",
            "name",
            "cable",
            "netns",
            &cable.desk,
        ])?;
        // What the server listens at is no end of the cable, or it would lose that, too.
        ip(&[
            "-n",
            &cable.server,
            "link",
            "add",
            "house",
            "type",
            "veth",
            "peer",
            "name",
            "garden",
        ])?;
        ip(&["-n", &cable.server, "link", "set", "garden", "up"])?;
        // The server is spoken to from its own side, too; a loopback would claim the addresses of both sides.
        ip(&["-n", &cable.server, "link", "set", "lo", "up"])?;
        let claimed = ["local", "127.0.0.0/8", "dev", "lo", "table", "local"];
        ip(&[&["-n", &cable.server, "route", "del"], &claimed[..]].concat())?;
        for (network, device, address) in [
            (&cable.server, "house", HOUSE),
            (&cable.server, "cable", "127.0.8.1/24"),
            (&cable.desk, "cable", "127.0.8.2/24"),
        ] {
            // The kernel takes such an address from a cable only where it is told to.
            run(Command::new("ip")
                .args(["netns", "exec", network, "sh", "-c"])
                .arg("echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet"))?;
            ip(&[
                "-n", network, "address", "add", address, "scope", "global", "dev", device,
            ])?;
            ip(&["-n", network, "link", "set", device, "up"])?;
        }
        ip(&["-n", &cable.desk, "route", "add", HOUSE, "via", "127.0.8.1"])?;
        Ok(cable)
    }

    /// Takes the carrier from the desk: its own end stays up, and keeps its address and its routes.
    fn pull(&self) -> Result<()> {
        ip(&["-n", &self.server, "link", "set", "cable", "down"])?;
        // The kernel gathers such news for up to a second.
        let limit = deadline();
        let mut look = Command::new("ip");
        look.args(["-n", &self.desk, "link", "show", "cable"]);
        while run(&mut look)?.contains("state UP") {
            ensure!(Instant::now() < limit, "the carrier is still there");
        }
        Ok(())
    }

    /// Lets the server forget every connection, as one that was restarted does: nothing is sent again once the cable is back.
    fn forget(&self) -> Result<()> {
        ip(&["netns", "exec", &self.server, "ss", "--kill", "--tcp"])
    }

    fn put_back(&self) -> Result<()> {
        ip(&["-n", &self.server, "link", "set", "cable", "up"])
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for network in [&self.server, &self.desk] {
            let _ = ip(&["netns", "delete", network]);
        }
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    run(Command::new("ip").args(arguments)).map(drop)
}
