//! The parts of a desktop come and go: the panel, the daemon, the keyring, the server, and a second start.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};
use campanile_tests::stage::{
    Stage,
    app::part,
    daemon::Hung,
    desktop,
    notify::Ear,
    run,
    screen::{drawn, escape, process_of, window_in_sight},
    surroundings::Surroundings,
    tray::Tray,
};
use zbus::{blocking::Connection, fdo::RequestNameFlags};

#[test]
fn a_panel_that_restarts_gets_the_icon_again() -> Result<()> {
    let stage = Stage::up()?;
    let tray = Tray::open()?;
    stage.server.send(
        "conversation_assigned",
        &["--assignee", "a1", "--conversation", "1"],
    )?;
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    desktop(&["stop", "panel"])?;
    desktop(&["start", "panel"])?;
    tray.wait_for("the icon", |tooltip| tooltip.contains("1 unread"))?;
    Ok(())
}

#[test]
fn a_panel_that_comes_late_gets_the_icon() -> Result<()> {
    desktop(&["stop", "panel"])?;
    let (server, mut app, _folder) = Stage::parts()?;
    app.start()?;
    assert_eq!(app.status()?["connected"], false);
    desktop(&["start", "panel"])?;
    Tray::open()?.wait_for("the icon", |tooltip| tooltip.contains("Campanile"))?;
    drop(server);
    Ok(())
}

#[test]
fn a_program_that_takes_the_name_of_the_icon_first_keeps_it_from_no_panel() -> Result<()> {
    let (_server, mut app, _folder) = Stage::parts()?;
    // It waits to be let go: by then its number is known, of which such a name is made.
    let waiting = ["sh", "-c", "read -r _; exec \"$0\" \"$@\""];
    app.within(Surroundings::default().under(waiting));
    let mut desk = app.desk().stdin(Stdio::piped()).spawn()?;
    app.within(Surroundings::default());
    let tried = (|| {
        let taker = Connection::session()?;
        for icon in 0..8 {
            let name = format!("org.kde.StatusNotifierItem-{}-{icon}", desk.id());
            taker.request_name_with_flags(name, RequestNameFlags::DoNotQueue.into())?;
        }
        desk.stdin.take().context("its input")?.write_all(b"\n")?;
        app.ask_until(|status| part(status, "tray")["state"] == "works")?;
        Tray::open()?.wait_for("the icon", |tooltip| tooltip.contains("Campanile"))
    })();
    desk.kill()?;
    desk.wait()?;
    tried.map(drop)
}

#[test]
fn a_program_that_takes_the_tray_and_never_answers_is_told_as_no_panel_and_gives_way_to_one()
-> Result<()> {
    desktop(&["stop", "panel"])?;
    let tried = (|| {
        let taker = Connection::session()?;
        taker.request_name("org.kde.StatusNotifierWatcher")?;
        let (_server, mut app, folder) = Stage::parts()?;
        app.start()?;
        app.ask_until(|status| part(status, "tray")["code"] == "no_host")?;
        anyhow::Ok((app, taker, folder))
    })();
    let tried = tried.map(|(app, taker, folder)| taker.close().map(|()| (app, folder)));
    desktop(&["start", "panel"])?;
    let _stands = tried??;
    Tray::open()?.wait_for("the icon", |tooltip| tooltip.contains("Campanile"))?;
    Ok(())
}

#[test]
fn a_daemon_that_restarts_shows_the_next_toast() -> Result<()> {
    let stage = Stage::up()?;
    let ear = Ear::open()?;
    stage.server.send(
        "conversation_assigned",
        &["--assignee", "a1", "--conversation", "1"],
    )?;
    ear.toast(|toast| toast.title.contains("assigned"))?;
    desktop(&["stop", "dunst"])?;
    stage
        .app
        .ask_until(|status| part(status, "toast")["code"] == "none")?;
    desktop(&["start", "dunst"])?;
    stage
        .server
        .send("sla_expired", &["--assignee", "a1", "--conversation", "2"])?;
    let toast = ear.toast(|toast| toast.title == "SLA breached")?;
    assert_eq!(
        toast.replaces, 0,
        "the ids of the daemon that died mean nothing to this one"
    );
    Ok(())
}

#[test]
fn a_daemon_that_hangs_holds_up_nothing_and_goes_on_when_it_can() -> Result<()> {
    let stage = Stage::up()?;
    let (tray, ear) = (Tray::open()?, Ear::open()?);
    let hung = Hung::dunst()?;
    let send = |kind, conversation| {
        let flags = ["--recipient", "a1", "--conversation", conversation];
        stage.server.send(kind, &flags)
    };
    send("conversation_assigned", "1")?;
    ear.toast(|toast| toast.title.contains("assigned"))?;
    stage.app.ask_until(|status| {
        part(status, "toast")["code"] == "hangs" && status["last_error"] == "toast-hangs"
    })?;
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    drop(hung);
    send("sla_expired", "2")?;
    ear.toast(|toast| toast.title == "SLA breached")?;
    stage.app.ask_until(|status| {
        part(status, "toast")["state"] == "works" && status["last_error"].is_null()
    })?;
    tray.wait_for("the number", |tooltip| tooltip.contains("2 unread"))?;
    Ok(())
}

#[test]
fn without_a_keyring_the_sign_in_is_for_this_session_and_says_so() -> Result<()> {
    desktop(&["stop", "keyring"])?;
    let tried = (|| {
        let stage = Stage::up()?;
        let status = stage.app.status()?;
        assert_eq!(status["account"]["session_only"], true, "{status:#}");
        assert_eq!(part(&status, "keyring")["state"], "fails", "{status:#}");
        anyhow::Ok(())
    })();
    desktop(&["start", "keyring"])?;
    tried
}

#[test]
fn a_sign_in_outlives_a_crash_by_the_keyring_alone() -> Result<()> {
    let mut stage = Stage::up()?;
    assert_eq!(stage.app.status()?["account"]["session_only"], false);
    stage.app.kill()?;
    stage.app.start()?;
    stage
        .app
        .wait_for("connected", |status| status["connected"] == true)
}

#[test]
fn the_token_lies_in_the_keyring_and_in_no_file() -> Result<()> {
    let stage = Stage::up()?;
    let kept = run(Command::new("secret-tool").args(["search", "--all", "service", "Campanile"]))?;
    let tokens: Vec<_> = kept
        .lines()
        .filter_map(|line| line.strip_prefix("secret = "))
        .collect();
    assert!(!tokens.is_empty(), "the keyring has the token");
    for file in files_below(stage.app.folder())? {
        let bytes = fs::read(&file)?;
        for token in &tokens {
            let found = bytes
                .windows(token.len())
                .any(|part| part == token.as_bytes());
            assert!(!found, "a token stands in {}", file.display());
        }
    }
    Ok(())
}

/// Every plain file: sockets cannot be read.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => files.extend(files_below(&entry.path())?),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(files)
}

#[test]
fn a_server_that_dies_is_found_again() -> Result<()> {
    let mut stage = Stage::up()?;
    stage.server.kill()?;
    stage
        .app
        .wait_for("offline", |status| status["link"]["state"] == "offline")?;
    stage.server.resume()?;
    stage
        .app
        .wait_for("connected", |status| status["connected"] == true)
}

#[test]
fn a_second_start_leaves_the_first_alone() -> Result<()> {
    let stage = Stage::up()?;
    run(stage.app.command().arg("--hidden"))?;
    assert_eq!(stage.app.status()?["connected"], true);
    Ok(())
}

#[test]
fn a_second_start_opens_the_bell_of_the_first_and_open_a_window_of_choice() -> Result<()> {
    let stage = Stage::up()?;
    run(&mut stage.app.command())?;
    stage.app.wait_for_windows(&["bell"])?;
    run(stage.app.command().args(["--open", "preferences"]))?;
    stage.app.wait_for_windows(&["bell", "preferences"])
}

#[test]
fn a_window_that_was_just_closed_is_the_one_that_opens_again() -> Result<()> {
    let stage = Stage::up()?;
    run(stage.app.command().args(["--open", "bell"]))?;
    let first = window_in_sight(&stage.app, "Campanile")?;
    let process = process_of(&first)?;
    drawn(&first)?;
    for _ in 0..3 {
        escape(&first)?;
        // It may be telling the desk still that it was closed; the word must not be lost in between.
        run(stage.app.command().args(["--open", "bell"]))?;
        let again = window_in_sight(&stage.app, "Campanile")?;
        assert_eq!(process_of(&again)?, process);
        drawn(&again)?;
    }
    stage.app.wait_for_windows(&["bell"])?;
    escape(&first)?;
    stage.app.wait_for_windows(&[])
}
