//! The command line: starts the desk, or speaks to the one that runs.

mod arguments;
#[cfg_attr(unix, path = "cli/console/unix.rs")]
#[cfg_attr(windows, path = "cli/console/windows.rs")]
mod console;
#[cfg_attr(unix, path = "cli/detached/unix.rs")]
#[cfg_attr(windows, path = "cli/detached/windows.rs")]
mod detached;
mod status;

use std::{
    io::Read as _,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use campanile_client::view::Window;

use crate::{
    desk::{self, Lock},
    link::{
        client::{Client, Unreached},
        words::{Answer, Question},
    },
    places::Places,
    stamp, window,
};
use arguments::Command;

/// How long a desk that is starting or ending may take for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a desk may take until it holds its lock.
const STARTS_WITHIN: Duration = Duration::from_secs(2);
/// How long to wait before looking again.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The longest pairing link that is read from standard input.
const LINK_MOST_BYTES: u64 = 4096;

/// Does what the command line says. Failures are one line on standard error that says what to do.
pub fn main() -> ExitCode {
    // Before anything else, lest an upgrade put another program in this one's place.
    stamp::build();
    console::attach();
    let command = match arguments::read(std::env::args_os()) {
        Ok(command) => command,
        Err(stop) => return stop.tell(),
    };
    match Places::make().and_then(|places| follow(command, &places)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("campanile: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn follow(command: Command, places: &Places) -> anyhow::Result<()> {
    match command {
        Command::Start { open } => start(places, open),
        Command::Window(which) => {
            desk::log_as(places, window::word(which));
            window::run(which, places)
        }
        Command::Pair { link, show } => wait_for(pair(places, link, show)),
        Command::Pressed { link } => wait_for(async {
            reach_or_start(places)
                .await?
                .ask(&Question::Pressed { link })
                .await?;
            Ok(())
        }),
        Command::Status { json } => wait_for(async {
            let Answer::Status(status) = reach(places).await?.ask(&Question::Status).await? else {
                bail!("the desk did not say how it is; end it and start it anew: campanile quit");
            };
            print!(
                "{}",
                if json {
                    status::json(&status)?
                } else {
                    status::lines(&status)
                }
            );
            Ok(())
        }),
        Command::Quit => wait_for(async {
            match Client::quit(places).await {
                Ok(()) | Err(Unreached::NoDesk(_)) => until_ended(places).await.map(drop),
                Err(other) => Err(other.into()),
            }
        }),
    }
}

/// Becomes the desk; where there is one, tells it to open a window.
fn start(places: &Places, open: Option<Window>) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(lock) = Lock::take(places)? {
            return desk::run(places, lock, open);
        }
        let told = wait_for(async {
            let Some(window) = open else {
                return Client::connect(places).await.map(drop);
            };
            let activation = activation();
            let mut client = Client::connect(places).await?;
            client.ask(&Question::Open { window, activation }).await?;
            Ok(())
        });
        match told {
            Err(Unreached::OtherBuild { .. })
                if stamp::is_installed() && Instant::now() < until =>
            {
                tracing::info!("a desk of another build is ended, and this one takes its place");
                // It may be ending already.
                let _ = wait_for(Client::quit(places));
            }
            // It is just starting or just ending.
            Err(Unreached::NoDesk(_) | Unreached::Broken(_)) if Instant::now() < until => {}
            done => return Ok(done?),
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// Signs in by a link, with a desk that is started where there is none.
async fn pair(places: &Places, link: String, show: bool) -> anyhow::Result<()> {
    let link = match link.as_str() {
        "-" => {
            let mut text = String::new();
            std::io::stdin()
                .take(LINK_MOST_BYTES)
                .read_to_string(&mut text)
                .context("standard input holds no link")?;
            text.trim().to_owned()
        }
        _ => link,
    };
    let mut client = reach_or_start(places).await?;
    if show {
        // A browser shows nobody what this process prints.
        client
            .ask(&Question::Open {
                window: Window::Bell,
                activation: activation(),
            })
            .await?;
    }
    let offered = show;
    let answer = client.ask(&Question::Pair { link, offered }).await?;
    match answer {
        Answer::Done => Ok(()),
        Answer::Noted(note) => {
            println!("{note}");
            Ok(())
        }
        Answer::Refused(why) => bail!(why),
        _ => bail!("the desk did not understand; end it and start it anew: campanile quit"),
    }
}

/// Returns the activation token of the click that started this process, if one did.
fn activation() -> Option<String> {
    window::ACTIVATION_VARIABLES
        .iter()
        .find_map(|name| std::env::var(name).ok())
}

/// Connects to the desk, which is started where there is none.
async fn reach_or_start(places: &Places) -> anyhow::Result<Client> {
    Ok(match Client::connect(places).await {
        Err(Unreached::NoDesk(_)) => {
            // Whoever has the lock may be starting or ending: of two desks the one that comes late reaches the other,
            // and ends, or takes its place.
            detached::start()?;
            Client::connect_within(places, PATIENCE).await?
        }
        done => done?,
    })
}

/// Connects to the desk, also to one that was started only just before.
async fn reach(places: &Places) -> Result<Client, Unreached> {
    match Client::connect_within(places, STARTS_WITHIN).await {
        // Whoever has the lock is about to open the door.
        Err(Unreached::NoDesk(_)) if matches!(Lock::take(places), Ok(None)) => {
            Client::connect_within(places, PATIENCE).await
        }
        done => done,
    }
}

/// Ends a desk of another build, starts one of this build, and connects to it.
///
/// # Errors
/// One line that says what to do.
pub async fn renew(places: &Places) -> anyhow::Result<Client> {
    // It may be ending already.
    let _ = Client::quit(places).await;
    until_ended(places).await?;
    detached::start()?;
    Ok(Client::connect_within(places, PATIENCE).await?)
}

/// Waits until no desk runs, and returns the lock of the one that ran.
async fn until_ended(places: &Places) -> anyhow::Result<Lock> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(lock) = Lock::take(places)? {
            return Ok(lock);
        }
        if Instant::now() > until {
            bail!(
                "the desk does not end; see its log in {}",
                places.state.display()
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn wait_for<T>(deed: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .expect("a process that starts can have one poll handle")
        .block_on(deed)
}
