//! F40, S8: the keyring is absent, locked, has its question sent away, dies with it on the screen, or hangs: a sign-in ends
//! with a clear answer, and no token lies in a file. Other programs write to it: the desk asks to sign in again.

use std::{
    io::Write as _,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::{
    PATIENCE, Signal, Stage, app::part, desktop, part_process, run, signal,
};

use serde_json::Value;

use crate::{
    row::{Course, Row},
    tap::{Tap, stands_in_no_file, stands_not_in},
};

pub const ROW: Row = Row {
    id: "F40",
    fault: "keyring absent, locked, its question sent away, killed at it, stopped, written to by others",
    full: 100,
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
    let given = 2 * rounds.len() + written_over(&mut stage, &tap)?;
    let tokens = tap.tokens();
    ensure!(tokens.len() == given, "{} tokens were seen", tokens.len());
    let files = stands_in_no_file(stage.app.folder(), &tokens)?;
    Ok((tokens.len(), files, longest))
}

/// Another program writes under the name of the desk's token while the desk is away: it asks to sign in again each time.
/// Returns how many sign-ins that took.
fn written_over(stage: &mut Stage, tap: &Tap) -> Result<usize> {
    // What earlier desks have left is not this one's.
    secret_tool(&["clear"], None, b"")?;
    let strange = strange();
    for (what, deed) in &strange {
        sign_in(stage, tap)?;
        let found = secret_tool(&["search", "--all"], None, b"")?;
        let mut lines = found.lines();
        let account = lines.find_map(|line| line.strip_prefix("attribute.username = "));
        let account =
            account.with_context(|| format!("the token is kept under a name: {found}"))?;
        stage.app.kill()?;
        let account = Some(account);
        let store = ["store", "--label", "of another program"];
        match deed {
            Deed::Remove => secret_tool(&["clear"], account, b"")?,
            Deed::Replace(secret) => secret_tool(&store, account, secret)?,
            // What is kept with more about it takes the place of nothing.
            Deed::Add(secret) => {
                secret_tool(&[&store[..], &["beside", "it"]].concat(), account, secret)?
            }
        };
        stage.app.start()?;
        let asks = |status: &Value| status["link"]["state"] == "signed_out";
        stage
            .app
            .ask_until(asks)
            .with_context(|| what.to_string())?;
    }
    sign_in(stage, tap)?;
    let strangers = [STRANGE.to_owned()];
    stands_in_no_file(stage.app.folder(), &strangers)?;
    stands_not_in(
        stage.server.log().as_bytes(),
        "the server's log",
        &strangers,
    )?;
    Ok(strange.len() + 1)
}

fn sign_in(stage: &Stage, tap: &Tap) -> Result<()> {
    let link = tap.link(&stage.server.pairing_link()?)?;
    stage.app.pair(&link)?;
    stage.app.ask_until(|status| {
        status["connected"] == true && status["account"]["session_only"] == false
    })
}

/// What another program does to a token.
enum Deed {
    Remove,
    Replace(Vec<u8>),
    /// Keeps one of its own beside it, under the same name.
    Add(Vec<u8>),
}

/// Stands in all that another program writes, and so must stand in no log.
const STRANGE: &str = "of-another-program-altogether";

fn strange() -> [(&'static str, Deed); 7] {
    let with = |after: &[u8]| [STRANGE.as_bytes(), after].concat();
    [
        ("gone", Deed::Remove),
        ("empty", Deed::Replace(Vec::new())),
        ("no text", Deed::Replace(with(b"\xff\xfe\x00"))),
        ("lines of a head", Deed::Replace(with(b"\r\nX-Strange: 1"))),
        ("long", Deed::Replace(with(&[b'a'; 50_000]))),
        ("of another form", Deed::Replace(with(b""))),
        ("two of a name", Deed::Add(with(b""))),
    ]
}

/// Runs the tool for what is kept under the desk's name; returns what it found.
fn secret_tool(what: &[&str], account: Option<&str>, secret: &[u8]) -> Result<String> {
    let whose = account.map(|account| ["username", account]);
    let mut tool = Command::new("secret-tool")
        .args(what)
        .args(["service", "Campanile"])
        .args(whose.iter().flatten())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Dropped at once: its end tells the tool that this was all.
    let written = tool.stdin.take().context("its input")?.write_all(secret);
    let output = tool.wait_with_output()?;
    written?;
    // It tells what a secret is for apart from the secrets themselves.
    let told = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&told).into_owned())
}

/// Breaks the keyring and signs in; returns since when.
type Fault = fn(&mut Command) -> Result<(Child, Instant)>;

const FAULTS: [Fault; 5] = [absent, locked, dismissed, killed, stopped];

fn absent(pairing: &mut Command) -> Result<(Child, Instant)> {
    desktop(&["stop", "keyring"])?;
    begun(pairing)
}

/// Nothing on this desktop can ask for the password: the question is sent away at once.
fn locked(pairing: &mut Command) -> Result<(Child, Instant)> {
    lock()?;
    begun(pairing)
}

fn dismissed(pairing: &mut Command) -> Result<(Child, Instant)> {
    at_the_question(pairing, |window| {
        run(Command::new("xdotool").args(["windowfocus", "--sync", window, "key", "Escape"]))
            .map(drop)
    })
}

fn killed(pairing: &mut Command) -> Result<(Child, Instant)> {
    at_the_question(pairing, |_| signal(Signal::Kill, part_process("keyring")?))
}

/// Does something as soon as the question for the password is on the screen.
fn at_the_question(
    pairing: &mut Command,
    deed: impl FnOnce(&str) -> Result<()>,
) -> Result<(Child, Instant)> {
    lock()?;
    let mut prompter = Command::new("/usr/libexec/gcr-prompter").spawn()?;
    let asked = (|| {
        wait_on_bus("org.gnome.keyring.SystemPrompter")?;
        let (pairing, _) = begun(pairing)?;
        let mut question = Command::new("timeout");
        question.args(["20", "xdotool", "search", "--sync", "--onlyvisible"]);
        let window = run(question.args(["--class", "gcr-prompter"]))?;
        deed(window.trim())?;
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
