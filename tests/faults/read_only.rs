//! F8: the disk under server and desk may not be written, or their folders are not theirs: both say so, lose nothing, and go on when it may.

use std::{os::unix::fs::symlink, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    app::{App, part},
    run,
    second::SecondDesk,
    server::Server,
    surroundings::Surroundings,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    process::is_calm,
    row::{Course, Row},
};

pub const ROW: Row = Row {
    id: "F8",
    fault: "disk is read-only under server and desk",
    full: 20,
    run: rounds,
};

fn rounds(course: &Course) -> Result<String> {
    for round in 0..course.rounds {
        let mut trial = Trial::begin()?;
        let mounted = trial.below_desk.mounted.clone();
        trial
            .desk_may_not_write(|disk| disk.remount("ro"), |disk| disk.remount("rw"))
            .and_then(|()| {
                trial.desk_may_not_write(
                    |_| chmod(&["-R", "u-w"], &mounted),
                    |_| chmod(&["-R", "u+w"], &mounted),
                )
            })
            .and_then(|()| trial.desk_has_no_rights(&mounted.join("campanile")))
            .and_then(|()| trial.server_may_not_write_any_more())
            .and_then(|()| trial.server_does_not_start())
            .with_context(|| format!("round {round}"))?;
    }
    Ok(
        "the desk lists, says so and keeps it later; the server accepts nothing or does not start, and says why"
            .into(),
    )
}

struct Trial {
    server: Server,
    second: SecondDesk,
    app: App,
    below_server: Disk,
    below_desk: Disk,
    runtime: Runtime,
    sent: u64,
    _folder: TempDir,
}

impl Trial {
    fn begin() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (below_server, below_desk) = (Disk::in_a_file()?, Disk::in_memory("32m")?);
        // Only what is kept is on these disks, not what they say nor the sockets of the session.
        let data = folder.path().join("server");
        symlink(&below_server.mounted, &data)?;
        symlink(&below_desk.mounted, folder.path().join("data"))?;
        let server = Server::start_at(&data, "127.0.0.1", Surroundings::unprivileged()?)?;
        let mut app = App::at(folder.path())?;
        app.within(Surroundings::unprivileged()?).start()?;
        app.pair(&server.pairing_link()?)?;
        let mut trial = Self {
            second: SecondDesk::pair(&server.pairing_link()?)?,
            server,
            app,
            below_server,
            below_desk,
            runtime: Runtime::new()?,
            sent: 0,
            _folder: folder,
        };
        trial.send()?;
        Ok(trial)
    }

    /// Sends an event, and waits until it is listed.
    fn send(&mut self) -> Result<()> {
        let source = self.server.source()?;
        self.runtime
            .block_on(source.insist(&self.sent.to_string()))?;
        self.sent += 1;
        self.lists_all()
    }

    fn lists_all(&self) -> Result<()> {
        let sent = self.sent;
        self.app
            .wait_for("all of it", |status| status["unread"] == sent)
    }

    fn desk_may_not_write(
        &mut self,
        forbid: impl FnOnce(&Disk) -> Result<()>,
        allow: impl FnOnce(&Disk) -> Result<()>,
    ) -> Result<()> {
        self.app.kill()?;
        forbid(&self.below_desk)?;
        self.server.kill()?;
        self.app.start()?;
        // Without a server it has nothing but what the disk holds.
        self.lists_all()?;
        self.server.resume()?;
        self.send()?;
        let status = self.app.status()?;
        ensure!(part(&status, "store")["code"] == "read_only", "{status:#}");
        is_calm(self.app.pid()?)?;
        allow(&self.below_desk)?;
        self.app
            .ask_until(|status| part(status, "store")["state"] == "works")?;
        self.app.kill()?;
        self.server.kill()?;
        self.app.start()?;
        self.lists_all()?;
        self.server.resume()
    }

    /// Where it may not even look, no desk starts that would seem to be a new one.
    fn desk_has_no_rights(&mut self, folder: &Path) -> Result<()> {
        self.app.kill()?;
        chmod(&["000"], folder)?;
        let refused = self.app.desk().output()?;
        chmod(&["700"], folder)?;
        let told = String::from_utf8_lossy(&refused.stderr);
        ensure!(
            !refused.status.success() && says_what_to_do(&told),
            "it started in a folder without rights: {told}"
        );
        self.app.start()?;
        self.lists_all()
    }

    /// The server has its files open, and can write to them no more.
    fn server_may_not_write_any_more(&mut self) -> Result<()> {
        let files = ["campanile.db", "campanile.db-wal"].map(|name| self.server.data().join(name));
        let files = files.each_ref().map(|file| file.as_path());
        let source = self.server.source()?;
        self.below_server.seal(&files, true)?;
        let answer = self.runtime.block_on(source.send("refused"));
        let there = self.second.conversations();
        self.below_server.seal(&files, false)?;
        let (answer, there) = (answer?, there?.len() as u64);
        ensure!(
            answer.status.as_u16() == 503 && answer.retry_after.is_some(),
            "answered with {}",
            answer.status
        );
        ensure!(there == self.sent, "{} accepted, {there} found", self.sent);
        self.send()
    }

    fn server_does_not_start(&mut self) -> Result<()> {
        self.server.kill()?;
        self.below_server.remount("ro")?;
        self.is_refused("on a disk that cannot be written")?;
        self.below_server.remount("rw")?;
        let database = self.server.data().join("campanile.db");
        chmod(&["000"], &database)?;
        self.is_refused("with a file that it may not read")?;
        chmod(&["600"], &database)?;
        self.server.resume()?;
        self.send()
    }

    fn is_refused(&mut self, where_to: &str) -> Result<()> {
        let started = self.server.resume().is_ok();
        let told = self.server.log();
        ensure!(
            !started && says_what_to_do(&told),
            "started {where_to}: {told}"
        );
        Ok(())
    }
}

/// One line, with what a person is to look after.
fn says_what_to_do(told: &str) -> bool {
    told.lines().count() == 1 && told.contains("see that it") && told.contains("can be written")
}

fn chmod(words: &[&str], place: &Path) -> Result<()> {
    run(Command::new("chmod").args(words).arg(place)).map(drop)
}
