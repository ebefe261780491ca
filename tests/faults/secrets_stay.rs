//! S7: the token stays in the keyring: it stands in no file, log, command line or environment, and not in what a crash leaves behind.

use std::{fs, os::unix::process::ExitStatusExt as _, process::Command};

use anyhow::{Result, ensure};
use campanile_tests::stage::{Stage, run};

use crate::{
    canary::{Tap, stands_in_no_file, stands_not_in},
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "S7",
    fault: "desk that tells all it can, and breaks down",
    full: 40,
    run: rounds,
};

fn rounds(course: &Course) -> Result<String> {
    let (mut files, mut processes) = (0, 0);
    for round in 0..course.rounds {
        let (server, mut app, folder) = Stage::parts()?;
        app.with("RUST_LOG", "trace");
        app.start()?;
        let link = server.pairing_link()?;
        let tap = Tap::on(&link)?;
        app.pair(&tap.link(&link)?)?;
        app.wait_for("connected", |status| status["connected"] == true)?;
        server.send(
            "conversation_assigned",
            &["--assignee", "a1", "--conversation", "1"],
        )?;
        app.wait_for("the number", |status| status["unread"] == 1)?;
        let secrets = tap.tokens();
        ensure!(secrets.len() == 1, "{} tokens were given", secrets.len());
        let kept =
            run(Command::new("secret-tool").args(["search", "--all", "service", "Campanile"]))?;
        ensure!(
            secrets.iter().all(|secret| kept.contains(secret)),
            "the keyring does not have the token"
        );
        stands_not_in(app.status()?.to_string().as_bytes(), "status", &secrets)?;
        processes += stands_at_no_process(&secrets)?;
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
        files += stands_in_no_file(folder.path(), &secrets)?;
    }
    Ok(format!(
        "the token in none of {files} files and at none of {processes} processes, no memory left behind"
    ))
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
