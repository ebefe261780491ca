//! How the app starts: without a session bus, and several at once.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use campanile_tests::stage::{
    PATIENCE, Stage,
    app::{App, Bus},
    run,
    screen::window_in_sight,
};

fn codes(status: &Value) -> Vec<String> {
    let parts = status["parts"].as_array().map(Vec::as_slice);
    let troubles = parts.unwrap_or_default().iter().filter_map(|part| {
        let (part, code) = (part["part"].as_str()?, part["is"]["code"].as_str()?);
        Some(format!("{part} {code}"))
    });
    troubles.collect()
}

#[test]
fn without_a_session_bus_the_app_can_be_reached_and_says_what_is_missing() -> Result<()> {
    let english = "There is no keyring here: you stay signed in until Campanile ends.\n";
    let ukrainian = "Тут немає сховища паролів: вхід діє, доки працює Campanile.\n";
    for (bus, language, said) in [(Bus::Unnamed, "en", english), (Bus::Dead, "uk", ukrainian)] {
        let (server, mut app, _folder) = Stage::parts()?;
        app.on(bus).speaking(language).start()?;
        assert_eq!(app.pair(&server.pairing_link()?)?, said);
        app.ask_until(|status| {
            status["connected"] == true
                && status["account"]["session_only"] == true
                && codes(status) == ["tray no_bus", "toast no_bus", "keyring absent"]
        })?;
        let send = ["--recipient", "a1", "--conversation", "1"];
        server.send("conversation_assigned", &send)?;
        app.ask_until(|status| status["unread"] == 1)?;
        // The second start opens the bell of the first.
        run(&mut app.command())?;
        window_in_sight(&app, "Campanile")?;
        app.wait_for_windows(&["bell"])?;
        run(app.command().args(["--open", "preferences"]))?;
        app.wait_for_windows(&["bell", "preferences"])?;
        app.quit()?;
        assert_eq!(app.log(), "", "{bus:?}");
    }
    Ok(())
}

/// Starts of the app that were made together; each says how it ended when it has.
struct Together(Receiver<(String, Output)>);

impl Together {
    fn start(app: &App, all: &[&[&str]]) -> Result<Self> {
        let (ended, ends) = mpsc::channel();
        for arguments in all {
            let mut command = app.command();
            command.args(*arguments).stdin(Stdio::null());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let (name, child) = (arguments.join(" "), command.spawn()?);
            let ended = ended.clone();
            thread::spawn(move || {
                // Whoever waits has given up where nobody takes it.
                child
                    .wait_with_output()
                    .map(|output| ended.send((name, output)))
            });
        }
        Ok(Self(ends))
    }

    /// Waits for the next that ends, well and without a word of complaint, and returns which it was.
    fn next(&self) -> Result<String> {
        let (name, output) = self.0.recv_timeout(PATIENCE).context("it runs on")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success() && complaint.is_empty(),
            "campanile {name} ended with {}: {complaint}",
            output.status
        );
        Ok(name)
    }
}

#[test]
fn of_many_that_start_at_once_one_stays_and_has_what_all_were_to_do() -> Result<()> {
    let all: &[&[&str]] = &[
        &["--hidden"],
        &[],
        &["--open", "preferences"],
        &["--hidden"],
    ];
    for bus in [Bus::Stage, Bus::Dead] {
        let (_server, mut app, _folder) = Stage::parts()?;
        let together = Together::start(app.on(bus), all)?;
        for _ in 1..all.len() {
            together.next()?;
        }
        app.wait_for_windows(&["bell", "preferences"])?;
        run(app.command().arg("quit"))?;
        together.next()?;
    }
    Ok(())
}

#[test]
fn an_errand_that_comes_with_the_start_is_done_by_the_one_desk() -> Result<()> {
    for bus in [Bus::Stage, Bus::Dead] {
        let (server, mut app, _folder) = Stage::parts()?;
        let link = server.pairing_link()?;
        let errand: &[&str] = &["pair", &link];
        let all = [&["--hidden"], errand, &["status", "--json"], &["--hidden"]];
        let together = Together::start(app.on(bus), &all)?;
        let mut done = Vec::new();
        // One stays: of those that were started here, or the one that the errand would have started.
        while !(done.contains(&errand.join(" ")) && done.contains(&"status --json".into())) {
            done.push(together.next()?);
        }
        app.ask_until(|status| status["connected"] == true)?;
        run(app.command().arg("quit"))?;
        for _ in done.len()..all.len() {
            together.next()?;
        }
    }
    Ok(())
}

/// Returns every file below a folder with what is in it.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.insert(path.clone(), fs::read(path)?);
        }
    }
    Ok(found)
}

#[test]
fn a_desk_that_finds_the_files_of_a_later_one_says_so_and_touches_none() -> Result<()> {
    let (server, mut app, _folder) = Stage::parts()?;
    app.start()?;
    app.pair(&server.pairing_link()?)?;
    app.ask_until(|status| status["connected"] == true)?;
    app.quit()?;
    let accounts = app.data().join("campanile/accounts");
    let inbox = files(&accounts)?
        .into_keys()
        .find(|path| path.ends_with("inbox.db"))
        .context("an inbox")?;
    // Where SQLite keeps the format in a file's header.
    File::options()
        .write(true)
        .open(&inbox)?
        .write_all_at(&99_u32.to_be_bytes(), 60)?;
    let before = files(&accounts)?;
    let refused = app
        .command()
        .arg("--hidden")
        .stdin(Stdio::null())
        .output()?;
    ensure!(!refused.status.success(), "it runs on");
    let said = format!(
        "{} was written by a newer Campanile (its format is 99, this one knows 1): install that one again",
        inbox.display()
    );
    let told = String::from_utf8_lossy(&refused.stderr);
    ensure!(told.contains(&said), "{told}");
    ensure!(files(&accounts)? == before, "a file was touched");
    Ok(())
}
