//! F54: poor surroundings: server and desk work there, or end with one line that says what to do.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    app::{App, part},
    server::Server,
    surroundings::Surroundings,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    memory::Memory,
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F54",
    fault: "poor surroundings",
    full: 20 * KINDS.len() as u32,
    run: rounds,
};

/// What a program does there.
#[derive(Clone, Copy)]
enum Does {
    Works,
    /// It ends at once with one line that holds these words.
    Says(&'static str),
}

use Does::{Says, Works};

struct Kind {
    what: &'static str,
    server: Does,
    desk: Does,
    make: fn(&Path) -> Result<Around>,
}

/// What surrounds the two, for as long as it is held.
#[derive(Default)]
struct Around {
    surroundings: Surroundings,
    /// Where their folders lie; none for the trial's own.
    folder: Option<PathBuf>,
    _memory: Option<Memory>,
    _disk: Option<Disk>,
}

const KINDS: &[Kind] = &[
    Kind {
        what: "64 MiB of memory",
        server: Works,
        desk: Works,
        make: |_| {
            let memory = Memory::of(64 << 20)?;
            Ok(Around {
                surroundings: Surroundings::default().under(memory.entry()),
                _memory: Some(memory),
                ..Around::default()
            })
        },
    },
    Kind {
        what: "64 open files",
        server: Works,
        desk: Works,
        make: |_| around(Surroundings::default().under(["prlimit", "--nofile=64:64"])),
    },
    Kind {
        what: "no temporary folder",
        server: Works,
        desk: Works,
        make: |_| {
            let line = "mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp && exec \"$@\"";
            around(
                Surroundings::default()
                    .mounted(line)
                    .with("TMPDIR", "/nonexistent"),
            )
        },
    },
    Kind {
        what: "no list of processes",
        server: Works,
        desk: Works,
        make: |_| {
            let line = "mount -t tmpfs none /proc && exec \"$@\"";
            around(Surroundings::default().mounted(line))
        },
    },
    Kind {
        what: "a home that may not be written",
        server: Says("can be written, or set another `data`"),
        desk: Says("see that it is yours and can be written"),
        make: |_| {
            let disk = Disk::in_memory("1m")?;
            disk.remount("ro")?;
            Ok(Around {
                surroundings: at_home().with("HOME", &disk.mounted),
                _disk: Some(disk),
                ..Around::default()
            })
        },
    },
    Kind {
        what: "a home that nobody names",
        server: Says("neither XDG_DATA_HOME nor HOME is set"),
        desk: Works,
        make: |folder| {
            // The list of users names it; here it is not that of the machine.
            let list = folder.join("passwd");
            let home = folder.display();
            fs::write(&list, format!("root:x:0:0:root:{home}/home:/bin/sh\n"))?;
            let list = list.display();
            let line = format!("mount --bind {list} /etc/passwd && exec \"$@\"");
            around(at_home().without("HOME").mounted(&line))
        },
    },
    Kind {
        what: "no folder for sockets",
        server: Works,
        desk: Works,
        make: |_| around(Surroundings::default().without("XDG_RUNTIME_DIR")),
    },
    Kind {
        what: "no language",
        server: Works,
        desk: Works,
        make: |_| {
            let none = Surroundings::default().without("LANGUAGE");
            around(none.with("LANG", "C").with("LC_ALL", "C"))
        },
    },
    Kind {
        what: "a language that is written from right to left",
        server: Works,
        desk: Works,
        make: |_| {
            let arabic = Surroundings::default().with("LANGUAGE", "ar");
            around(arabic.with("LC_ALL", "ar_EG.UTF-8"))
        },
    },
    Kind {
        what: "folders whose names are no text",
        server: Works,
        desk: Works,
        make: |folder| {
            Ok(Around {
                folder: Some(folder.join(OsStr::from_bytes(b"\xff\xfe"))),
                ..Around::default()
            })
        },
    },
    Kind {
        what: "paths of three hundred characters",
        server: Says("has a short path"),
        desk: Says("its path is short"),
        make: |folder| {
            Ok(Around {
                folder: Some(deep(folder)),
                ..Around::default()
            })
        },
    },
    Kind {
        what: "such a path to what is kept",
        server: Says("has a short path"),
        desk: Works,
        make: |folder| {
            let sockets = folder.join("sockets");
            fs::create_dir(&sockets)?;
            Ok(Around {
                surroundings: Surroundings::default().with("XDG_RUNTIME_DIR", sockets),
                folder: Some(deep(folder)),
                ..Around::default()
            })
        },
    },
];

fn rounds(course: &Course) -> Result<String> {
    for round in 0..course.rounds {
        let kind = &KINDS[round as usize % KINDS.len()];
        tried(kind).with_context(|| kind.what)?;
    }
    let works = KINDS.iter().filter(|kind| matches!(kind.desk, Works));
    Ok(format!(
        "the desk works in {} of {} kinds, and says in the others what to do",
        works.count(),
        KINDS.len()
    ))
}

fn tried(kind: &Kind) -> Result<()> {
    // Not where temporary files lie: that may be out of reach.
    let folder = TempDir::new_in("/var/tmp")?;
    let around = (kind.make)(folder.path())?;
    let place = around.folder.clone().unwrap_or(folder.path().join("place"));
    fs::create_dir_all(&place)?;
    let data = place.join("server");
    let here = || around.surroundings.clone();
    // Where one of them ends, the other is tried all the same.
    let server = match kind.server {
        Works => Server::start_at(&data, "127.0.0.1", here()).context("the server")?,
        Says(words) => {
            let server = Server::at(&data, "127.0.0.1", here())?;
            says(server.serve(), words).context("the server")?;
            Server::start(&folder.path().join("server"))?
        }
    };
    let mut app = App::at(&place.join("desk"))?;
    app.within(here());
    match kind.desk {
        Works => works(&mut app, &server).context("the desk"),
        Says(words) => says(app.desk(), words).context("the desk"),
    }
}

fn works(app: &mut App, server: &Server) -> Result<()> {
    let source = server.source()?;
    app.start()?;
    app.pair(&server.pairing_link()?)?;
    Runtime::new()?.block_on(source.insist("1"))?;
    app.wait_for("the event", |status| status["unread"] == 1)?;
    let status = app.status()?;
    ensure!(part(&status, "store")["state"] != "fails", "{status:#}");
    app.kill()?;
    app.start()?;
    app.wait_for("the event again", |status| {
        status["connected"] == true && status["unread"] == 1
    })
}

fn says(mut command: Command, words: &str) -> Result<()> {
    let answer = command.output()?;
    let told = String::from_utf8_lossy(&answer.stderr);
    ensure!(
        !answer.status.success() && told.lines().count() == 1 && told.contains(words),
        "{}, and said: {told}",
        answer.status
    );
    Ok(())
}

fn around(surroundings: Surroundings) -> Result<Around> {
    Ok(Around {
        surroundings,
        ..Around::default()
    })
}

/// With no folder but the home.
fn at_home() -> Surroundings {
    Surroundings::default()
        .without("XDG_DATA_HOME")
        .without("XDG_STATE_HOME")
        .without("XDG_CONFIG_HOME")
        .without("CAMPANILE_SERVER_DATA")
}

/// Returns a folder that is three hundred characters down.
fn deep(folder: &Path) -> PathBuf {
    folder.join("d".repeat(150)).join("e".repeat(150))
}
