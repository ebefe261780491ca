//! F40, S8: the keyring is absent, locked, dies with its question on the screen, or hangs: a sign-in ends with a clear answer, and no token lies in a file.

use std::{
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use campanile_tests::stage::{
    PATIENCE, Signal, Stage, app::part, desktop, part_process, run, signal,
};

use crate::{
    row::{Course, Row},
    tap::{Tap, stands_in_no_file},
};

pub const ROW: Row = Row {
    id: "F40",
    fault: "keyring absent, locked, killed at its question, stopped",
    full: 80,
    run: rounds,
};

/// The longest that a sign-in waits for a keyring that asks nobody.
const SIGNED_IN_WITHIN: Duration = Duration::from_secs(20);
const SERVICE: &str = "org.freedesktop.secrets";

/// What a keyring loses is never handed back: the server counts it, and an agent may have 50 desks.
const ROUNDS_AT_A_SERVER: usize = 20;

fn rounds(course: &Course) -> Result<String> {
    let rounds: Vec<u32> = (0..course.rounds).collect();
    let (mut tokens, mut files, mut longest) = (0, 0, Duration::ZERO);
    for rounds in rounds.chunks(ROUNDS_AT_A_SERVER) {
        let (seen, read, took) = at_a_server(rounds)?;
        tokens += seen;
        files += read;
        longest = longest.max(took);
    }
    Ok(format!(
        "{tokens} tokens in none of {files} files, the longest sign-in {longest:.1?}"
    ))
}

fn at_a_server(rounds: &[u32]) -> Result<(usize, u32, Duration)> {
    let mut stage = Stage::up()?;
    let first = stage.server.pairing_link()?;
    let tap = Tap::on(&first)?;
    let mut longest = Duration::ZERO;
    for &round in rounds {
        let fault = FAULTS[round as usize % FAULTS.len()];
        let link = tap.link(&stage.server.pairing_link()?)?;
        let mut pairing = stage.app.command();
        pairing
            .args(["pair", &link])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let (pairing, began) = fault(&mut pairing)?;
        let printed = ended(pairing);
        let took = began.elapsed();
        let status = stage.app.status();
        restored()?;
        let (printed, status) = (printed?, status?);
        ensure!(printed.status.success(), "round {round}: {printed:?}");
        ensure!(
            took < SIGNED_IN_WITHIN,
            "round {round}: the sign-in took {took:?}"
        );
        longest = longest.max(took);
        ensure!(
            status["account"]["session_only"] == true,
            "round {round}: it says that the token is kept: {status:#}"
        );
        ensure!(
            String::from_utf8_lossy(&printed.stdout).contains("signed in until"),
            "round {round}: it does not say for how long: {printed:?}"
        );
        ensure!(
            part(&status, "keyring")["state"] == "fails",
            "round {round}: {status:#}"
        );
        // What is ordered behind a call that was lost is done.
        let link = tap.link(&stage.server.pairing_link()?)?;
        stage.app.pair(&link)?;
        stage
            .app
            .ask_until(|status| part(status, "keyring")["state"] == "works")?;
        let status = stage.app.status()?;
        ensure!(
            status["account"]["session_only"] == false,
            "round {round}: the keyring is back, and is not used: {status:#}"
        );
    }
    // At the next start of the machine the keyring comes late.
    stage.app.kill()?;
    desktop(&["stop", "keyring"])?;
    stage.app.start()?;
    stage
        .app
        .ask_until(|status| part(status, "keyring")["state"] == "fails")?;
    let late = stage.app.status();
    restored()?;
    let late = late?;
    ensure!(
        late["account"]["session_only"] == false && late["connected"] == false,
        "without its keyring the desk says: {late:#}"
    );
    // Nothing of the tray changes with it, so it is asked for.
    stage.app.ask_until(|status| status["connected"] == true)?;
    let tokens = tap.tokens();
    ensure!(
        tokens.len() == 2 * rounds.len(),
        "{} tokens were seen",
        tokens.len()
    );
    let files = stands_in_no_file(stage.app.folder(), &tokens)?;
    Ok((tokens.len(), files, longest))
}

/// Breaks the keyring and signs in; returns since when.
type Fault = fn(&mut Command) -> Result<(Child, Instant)>;

const FAULTS: [Fault; 4] = [absent, locked, killed, stopped];

fn absent(pairing: &mut Command) -> Result<(Child, Instant)> {
    desktop(&["stop", "keyring"])?;
    begun(pairing)
}

/// Nothing on this desktop can ask for the password: the question is sent away at once.
fn locked(pairing: &mut Command) -> Result<(Child, Instant)> {
    lock()?;
    begun(pairing)
}

fn killed(pairing: &mut Command) -> Result<(Child, Instant)> {
    lock()?;
    let mut prompter = Command::new("/usr/libexec/gcr-prompter").spawn()?;
    let asked = (|| {
        wait_on_bus("org.gnome.keyring.SystemPrompter")?;
        let (pairing, _) = begun(pairing)?;
        let mut question = Command::new("timeout");
        question.args(["20", "xdotool", "search", "--sync", "--onlyvisible"]);
        run(question.args(["--class", "gcr-prompter"]))?;
        signal(Signal::Kill, part_process("keyring")?)?;
        anyhow::Ok((pairing, Instant::now()))
    })();
    prompter.kill()?;
    prompter.wait()?;
    asked
}

fn stopped(pairing: &mut Command) -> Result<(Child, Instant)> {
    signal(Signal::Stop, part_process("keyring")?)?;
    begun(pairing)
}

/// Waits until the sign-in ends, and no longer than anything on this stage.
fn ended(pairing: Child) -> Result<Output> {
    let process = pairing.id();
    let (told, tells) = mpsc::channel();
    thread::spawn(move || told.send(pairing.wait_with_output()));
    match tells.recv_timeout(PATIENCE) {
        Ok(output) => Ok(output?),
        Err(_) => {
            run(Command::new("kill").arg(process.to_string()))?;
            bail!("the sign-in never ended")
        }
    }
}

fn begun(pairing: &mut Command) -> Result<(Child, Instant)> {
    Ok((pairing.spawn()?, Instant::now()))
}

/// Locks the default collection, as a person or a screen saver does.
fn lock() -> Result<()> {
    let path = "/org/freedesktop/secrets/aliases/default";
    run(Command::new("gdbus").args([
        "call",
        "--session",
        "--dest",
        SERVICE,
        "--object-path",
        "/org/freedesktop/secrets",
        "--method",
        "org.freedesktop.Secret.Service.Lock",
        &format!("['{path}']"),
    ]))
    .map(drop)
}

/// Puts a keyring that works in the place of whatever was left.
fn restored() -> Result<()> {
    // One that was stopped goes on, and then ends as it is asked to.
    if let Ok(process) = part_process("keyring") {
        let _ = signal(Signal::Go, process);
        desktop(&["stop", "keyring"])?;
    }
    desktop(&["start", "keyring"])?;
    wait_on_bus(SERVICE)
}

fn wait_on_bus(name: &str) -> Result<()> {
    run(Command::new("gdbus").args(["wait", "--session", "--timeout", "20", name])).map(drop)
}
