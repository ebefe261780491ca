//! S7, S24: tokens, codes and secrets stand where they must and nowhere else, and what a desk writes is its user's alone.

use std::{
    cell::RefCell,
    fs::{self, Permissions},
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        process::ExitStatusExt as _,
    },
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{Stage, app::App, hand::Hand, run};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::{
    disk::as_root,
    row::{Course, Row},
    tap::{Echo, Tap, parameter, stands_in_no_file, stands_not_in},
};

pub const ROW: Row = Row {
    id: "S7",
    fault: "desk and server that tell all they can, and a desk that breaks down",
    full: 40,
    run: rounds,
};

/// The user whom every system has, and to whom nothing belongs.
const NOBODY: &str = "65534";
/// Says hello at a socket, and whether anything came back; fails where the socket cannot be reached.
const ASKS: &str = r#"
import socket, struct, sys
desk = socket.socket(socket.AF_UNIX)
desk.settimeout(20)
desk.connect(sys.argv[1])
hello = b'{"ask":"hello","build":""}'
try:
    desk.sendall(struct.pack("<I", len(hello)) + hello)
    print("answered" if desk.recv(1) else "sent away")
except ConnectionError:
    print("sent away")
"#;

fn rounds(course: &Course) -> Result<String> {
    let runtime = Runtime::new()?;
    let (mut files, mut processes) = (0, 0);
    for round in 0..course.rounds {
        let (mut server, mut app, folder) = Stage::parts()?;
        server.kill()?;
        server.with("CAMPANILE_SERVER_LOG", "trace").resume()?;
        app.with("RUST_LOG", "trace");
        app.start()?;
        let link = server.pairing_link()?;
        let tap = Tap::on(&link)?;
        app.pair(&tap.link(&link)?)?;
        app.wait_for("connected", |status| status["connected"] == true)?;
        let sent = runtime.block_on(server.source()?.send("1"))?;
        ensure!(sent.status.is_success(), "answered with {}", sent.status);
        app.wait_for("the number", |status| status["unread"] == 1)?;
        for window in ["bell", "preferences"] {
            run(app.command().args(["--open", window]))?;
        }
        app.wait_for_windows(&["bell", "preferences"])?;

        let mut secrets = tap.tokens();
        ensure!(secrets.len() == 1, "{} tokens were given", secrets.len());
        let kept =
            run(Command::new("secret-tool").args(["search", "--all", "service", "Campanile"]))?;
        ensure!(
            secrets.iter().all(|secret| kept.contains(secret)),
            "the keyring does not have the token"
        );
        secrets.extend([server.token().to_owned(), parameter(&link, "code")?]);
        is_echoed(round, &tap, &app, &secrets)?;
        files += stands_in_no_file(folder.path(), &secrets)?;
        // The server signs with this one, and so must keep it.
        secrets.push(server.secret().to_owned());
        files += stands_in_no_file(app.folder(), &secrets)?;
        stands_not_in(server.log().as_bytes(), "the server's log", &secrets)?;
        stands_not_in(app.status()?.to_string().as_bytes(), "status", &secrets)?;
        processes += stands_at_no_process(&secrets)?;
        is_its_users_alone(&app)?;
        others_are_sent_away(&app, folder.path())?;
        // A crash may leave a picture of the memory behind, where the system takes one.
        run(Command::new("prlimit").args(["--core=unlimited", "--pid", &app.pid()?.to_string()]))?;
        let ended = app.end_by("ABRT")?;
        ensure!(ended.signal().is_some(), "round {round}: {ended}");
        ensure!(!ended.core_dumped(), "round {round}: {ended}");
        ensure!(
            app.log().contains("INFO"),
            "round {round}: its terminal heard nothing but {}",
            app.log()
        );
        files += stands_in_no_file(app.folder(), &secrets)?;
    }
    Ok(format!(
        "no token, code or secret in {files} files or at {processes} processes, no memory left behind, nothing for other eyes"
    ))
}

/// A push that is refused, and a token that is, by answers that tell all they were told: no window shows any of it.
fn is_echoed(round: u32, tap: &Tap, app: &App, secrets: &[String]) -> Result<()> {
    let mut hand = Hand::at(app)?;
    tap.echo(REFUSES);
    hand.act(&json!({ "do": "available", "as_what": "busy" }))?;
    let shown = RefCell::new(hand);
    let looks = |window| shown.borrow_mut().look(window);
    app.ask_until(|_| looks("bell").is_ok_and(|bell| bell["common"]["problem"] == "bad_event"))?;
    let (ends, told) = ENDS[round as usize % ENDS.len()];
    tap.echo(ends);
    tap.cut();
    app.ask_until(|status| {
        [&status["link"]["why"], &status["link"]["state"]].contains(&&json!(told))
    })?;
    for window in ["bell", "preferences"] {
        let shown = looks(window)?.to_string();
        stands_not_in(shown.as_bytes(), window, secrets)?;
    }
    Ok(())
}

const REFUSES: Echo = Echo {
    head: ("422 Odd", "application/problem+json"),
    before: r#"{"type":"urn:campanile:problem:bad_event","code":"bad_event","status":422,"title":""#,
    after: r#"","detail":"see the title"}"#,
};

/// By a portal, and by the server itself.
const ENDS: [(Echo, &str); 2] = [
    (
        Echo {
            head: ("401 Unauthorized", "text/html"),
            before: "<h1>Who is this?</h1><pre>",
            after: "</pre>",
        },
        "portal",
    ),
    (
        Echo {
            head: ("401 Unauthorized", "application/problem+json"),
            before: r#"{"type":"urn:campanile:problem:unauthorized","code":"unauthorized","status":401,"title":"No","detail":""#,
            after: r#""}"#,
        },
        "signed_out",
    ),
];

/// Looks at the rights of all that a desk and its windows have written.
fn is_its_users_alone(app: &App) -> Result<()> {
    for (name, folder) in app.environment() {
        // What stands in the configuration folder was laid there by a person.
        if name != "XDG_CONFIG_HOME" {
            let seen = all_is_private(&folder.join("campanile"))?;
            ensure!(seen > 0, "there is nothing in {name}");
        }
    }
    Ok(())
}

/// Asks at the desk's socket as another user, for whom every door on the way stands open.
fn others_are_sent_away(app: &App, stage: &Path) -> Result<()> {
    let socket = app.folder().join("run/campanile/desk.sock");
    let way = socket
        .ancestors()
        .take_while(|place| *place != stage.parent().unwrap_or(stage));
    let way: Vec<_> = way
        .map(|place| Ok((place, fs::metadata(place)?.permissions())))
        .collect::<Result<_>>()?;
    for (place, _) in &way {
        fs::set_permissions(place, Permissions::from_mode(0o777))?;
    }
    let asks = |who: &[&str]| {
        as_root(
            &[who, &["/usr/bin/python3", "-c", ASKS]].concat(),
            &[&socket],
        )
    };
    let own = run(Command::new("id").arg("-u"))?;
    let heard = [own.trim(), NOBODY].map(|user| {
        asks(&[
            "setpriv",
            "--reuid",
            user,
            "--regid",
            user,
            "--clear-groups",
        ])
    });
    for (place, permissions) in way {
        fs::set_permissions(place, permissions)?;
    }
    let [own, other] = heard;
    ensure!(own?.trim() == "answered", "its own user is not answered");
    ensure!(other?.trim() == "sent away", "another user is answered");
    Ok(())
}

fn all_is_private(place: &Path) -> Result<u32> {
    let about = fs::symlink_metadata(place)?;
    let (kind, mode) = (about.file_type(), about.permissions().mode() & 0o777);
    let wanted = if kind.is_dir() { 0o700 } else { 0o600 };
    let is_known = kind.is_dir() || kind.is_file() || kind.is_socket();
    ensure!(
        is_known && mode == wanted,
        "{} is {mode:o}, not {wanted:o}",
        place.display()
    );
    let mut seen = 1;
    if kind.is_dir() {
        for entry in fs::read_dir(place)? {
            let entry = entry?.path();
            match all_is_private(&entry) {
                Ok(more) => seen += more,
                // A journal may go while it is looked at.
                Err(_) if fs::symlink_metadata(&entry).is_err() => {}
                Err(error) => return Err(error).context("rights"),
            }
        }
    }
    Ok(seen)
}

/// Looks at what each process was started with; returns at how many it looked.
fn stands_at_no_process(secrets: &[String]) -> Result<u32> {
    let mut seen = 0;
    for entry in fs::read_dir("/proc")? {
        let folder = entry?.path();
        for part in ["cmdline", "environ"] {
            // One that has just ended says nothing any more.
            if let Ok(bytes) = fs::read(folder.join(part)) {
                stands_not_in(&bytes, &folder.join(part).display().to_string(), secrets)?;
                seen += 1;
            }
        }
    }
    Ok(seen / 2)
}
