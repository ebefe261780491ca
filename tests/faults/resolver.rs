//! F15: the name of the server is not found, not told, another one's, or that of a dead address.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::PathBuf,
    process::{self, Command},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{app::App, run, server::Server, surroundings::Surroundings};
use tokio::runtime::Runtime;

use crate::{
    front::Front,
    names::{Names, Says},
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F15",
    fault: "round of faults with the server's name",
    full: 20,
    run: rounds,
};

const NAME: &str = "bell.campanile.test";
/// A desk hears of another network within a second.
const HEARD_WITHIN: Duration = Duration::from_millis(1_200);
/// How many threads may wait for names at once, whatever the resolver does.
const THREADS_MORE: usize = 6;

fn rounds(course: &Course) -> Result<String> {
    let network = Network::lay()?;
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let mut server = Server::start(&folder.path().join("server"))?;
    let here = network.places.here;
    let places = [
        here.into(),
        network.places.moved.into(),
        network.places.here_v6.into(),
    ];
    let names = vec![NAME.to_owned()];
    let front = runtime.block_on(Front::raise(&places, names, server.address()))?;
    let names = runtime.block_on(Names::raise(here.into()))?;
    server.kill()?;
    let public = format!("https://{NAME}:{}", front.port);
    server
        .with("CAMPANILE_SERVER_PUBLIC_URL", public)
        .resume()?;
    let mut app = App::at(&folder.path().join("desk"))?;
    app.within(Surroundings::network(&network.desk))
        .with("CAMPANILE_CA_FILE", front.authorities());
    names.say(Says::Addresses(Some(here), None));
    app.start()?;
    app.pair(&server.pairing_link()?)?;
    app.ask_until(|status| status["connected"] == true)?;
    let mut around = Around {
        network,
        front,
        names,
        app,
        turns: 0,
        impatience: if course.is_full { 6 } else { 0 },
    };
    let before = around.threads()?;
    let (mut most, mut slowest) = (0, Duration::ZERO);
    for round in 0..course.rounds {
        let came_to = around.round(&mut most, &mut slowest);
        came_to.with_context(|| format!("round {round}"))?;
    }
    ensure!(
        most < before + THREADS_MORE,
        "{most} threads waited for names, and {before} were there before"
    );
    Ok(format!(
        "seven kinds, back within {slowest:.1?} of a good answer, {} threads more at the most",
        most.saturating_sub(before)
    ))
}

struct Around {
    network: Network,
    front: Arc<Front>,
    names: Arc<Names>,
    app: App,
    turns: u32,
    /// How often the desk is in another network while it has no good answer.
    impatience: u32,
}

impl Around {
    fn round(&mut self, most: &mut usize, slowest: &mut Duration) -> Result<()> {
        for (what, says) in [
            ("no such name", Says::NoSuchName),
            ("trouble", Says::Trouble),
            ("nothing", Says::Nothing),
        ] {
            let retry_at = self.app.status()?["link"]["retry_at"].clone();
            self.meet(says)?;
            let told = self.app.ask_until(|status| {
                status["link"]["why"] == "dns" && status["link"]["retry_at"] != retry_at
            });
            told.context(what)?;
            // Whoever asks again while nobody answers gives up those that were asked before.
            for _ in 0..self.impatience {
                self.turn()?;
                thread::sleep(HEARD_WITHIN);
                *most = self.threads()?.max(*most);
            }
        }
        let Places {
            here,
            moved,
            here_v6,
            nobody_v6,
            ..
        } = self.network.places;
        for (what, v4, v6, at) in [
            ("back", Some(here), None, IpAddr::from(here)),
            ("moved", Some(moved), None, moved.into()),
            ("version 6 alone", None, Some(here_v6), here_v6.into()),
            ("version 6 dead", Some(here), Some(nobody_v6), here.into()),
        ] {
            let began = Instant::now();
            self.meet(Says::Addresses(v4, v6))?;
            self.app
                .ask_until(|status| status["connected"] == true && self.front.met() == Some(at))
                .context(what)?;
            *slowest = began.elapsed().max(*slowest);
        }
        Ok(())
    }

    /// Has every connection end, and lets the desk ask for the name again at once, as in another network.
    fn meet(&mut self, says: Says) -> Result<()> {
        self.names.say(says);
        self.front.hang_up();
        self.turn()
    }

    /// Lets the desk be in another network, and try again at once.
    fn turn(&mut self) -> Result<()> {
        self.turns += 1;
        self.network.change(self.turns)
    }

    fn threads(&self) -> Result<usize> {
        let folder = format!("/proc/{}/task", self.app.pid()?);
        Ok(fs::read_dir(folder)?.count())
    }
}

/// Where everybody is: two addresses at which the server stands, one more of version 6, and one at which nobody does.
#[derive(Clone, Copy)]
struct Places {
    here: Ipv4Addr,
    moved: Ipv4Addr,
    desk: Ipv4Addr,
    here_v6: Ipv6Addr,
    nobody_v6: Ipv6Addr,
    desk_v6: Ipv6Addr,
}

impl Places {
    /// Picks them from the network that is kept for tests of networks (RFC 2544), others for each process.
    fn of(process: u32) -> Self {
        let v4 = |host| Ipv4Addr::new(198, 19, (process % 128) as u8, host);
        let v6 = |host| Ipv6Addr::new(0xfd77, (process % 0x8000) as u16, 0, 0, 0, 0, 0, host);
        Self {
            here: v4(1),
            moved: v4(2),
            desk: v4(9),
            here_v6: v6(1),
            nobody_v6: v6(0x77),
            desk_v6: v6(9),
        }
    }

    /// A name that is not told is asked for in vain for three seconds.
    fn resolver(self) -> String {
        let server = format!("nameserver {}\n", self.here);
        server.repeat(3) + "options timeout:1 attempts:1\n"
    }
}

/// A network of its own for the desk, with a resolver of its own.
struct Network {
    places: Places,
    desk: String,
    cable: String,
    files: PathBuf,
}

impl Network {
    fn lay() -> Result<Self> {
        let network = Self {
            places: Places::of(process::id()),
            desk: format!("campanile-names-{}", process::id()),
            cable: format!("cn{}", process::id()),
            files: PathBuf::from(format!("/etc/netns/campanile-names-{}", process::id())),
        };
        // What goes there finds this file in the place of the machine's.
        fs::create_dir_all(&network.files).context("only root has networks to give")?;
        fs::write(network.files.join("resolv.conf"), network.places.resolver())?;
        let (desk, cable, places) = (&network.desk, &network.cable, network.places);
        ip(&["netns", "add", desk])?;
        ip(&[
            "link", "add", cable, "type", "veth", "peer", "name", "cable", "netns", desk,
        ])?;
        for address in [places.here, places.moved] {
            ip(&["address", "add", &format!("{address}/24"), "dev", cable])?;
        }
        let address = format!("{}/64", places.here_v6);
        ip(&["address", "add", &address, "dev", cable, "nodad"])?;
        ip(&["link", "set", cable, "up"])?;
        let within = |words: &[&str]| ip(&[&["-n", desk.as_str()], words].concat());
        let address = format!("{}/24", places.desk);
        within(&["address", "add", &address, "dev", "cable"])?;
        let address = format!("{}/64", places.desk_v6);
        within(&["address", "add", &address, "dev", "cable", "nodad"])?;
        within(&["link", "set", "cable", "up"])?;
        within(&["link", "set", "lo", "up"])?;
        Ok(network)
    }

    /// Gives the desk another address: it tries again at once.
    fn change(&self, turn: u32) -> Result<()> {
        // With a way of its own, by which the desk knows another network.
        let address = |turn: u32| format!("198.19.{}.1/30", turn % 64 + 128);
        if turn > 1 {
            ip(&[
                "-n",
                &self.desk,
                "address",
                "del",
                &address(turn - 1),
                "dev",
                "cable",
            ])?;
        }
        ip(&[
            "-n",
            &self.desk,
            "address",
            "add",
            &address(turn),
            "dev",
            "cable",
        ])
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = ip(&["link", "delete", &self.cable]);
        let _ = ip(&["netns", "delete", &self.desk]);
        let _ = fs::remove_dir_all(&self.files);
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    run(Command::new("ip").args(arguments)).map(drop)
}
