//! F3: the power is cut under the desk, on a disk of its own: while events arrive, and right after a person's deeds.

use std::{fs, os::unix::fs::symlink, thread, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::{
    Signal, app::App, hand::Hand, notify::Ear, second::SecondDesk, server::Server, signal,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    disk::Disk,
    row::{Course, Row, chance},
    told,
};

pub const ROW: Row = Row {
    id: "F3-desk",
    fault: "power cut under the desk",
    full: 50,
    run,
};

const EVENTS: u32 = 20;
/// The power goes at the latest so long after the first of them was sent.
const LATEST_MS: u64 = 120;

fn run(course: &Course) -> Result<String> {
    let mut trial = Trial::begin()?;
    for round in 0..course.rounds {
        match round % 2 {
            0 => trial.amid_events(round),
            _ => trial.after_deeds(round),
        }
        .with_context(|| format!("round {round}"))?;
    }
    trial.app.quit()?;
    told::is_whole(&trial.app)?;
    let toasts = told::by_name(trial.ear.drain(), &trial.sent)?;
    ensure!(toasts > 0, "no toast named its event: nothing was counted");
    Ok(format!(
        "{} events, 0 lost, {toasts} toasted by name, 0 twice; {} deeds, all kept",
        trial.sent.len(),
        trial.deeds
    ))
}

/// A desk on a disk, and what was sent to it.
struct Trial {
    server: Server,
    second: SecondDesk,
    app: App,
    disk: Disk,
    ear: Ear,
    runtime: Runtime,
    sent: Vec<String>,
    unread: usize,
    deeds: usize,
    _folder: TempDir,
}

impl Trial {
    fn begin() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = Server::start(&folder.path().join("server"))?;
        let second = SecondDesk::pair(&server.pairing_link()?)?;
        let disk = Disk::in_a_file()?;
        let desk = folder.path().join("desk");
        fs::create_dir(&desk)?;
        // Only what a person keeps is on that disk, not the sockets of the session.
        symlink(&disk.mounted, desk.join("data"))?;
        let mut app = App::at(&desk)?;
        app.start()?;
        app.pair(&server.pairing_link()?)?;
        Ok(Self {
            server,
            second,
            app,
            disk,
            ear: Ear::open()?,
            runtime: Runtime::new()?,
            sent: Vec::new(),
            unread: 0,
            deeds: 0,
            _folder: folder,
        })
    }

    fn amid_events(&mut self, round: u32) -> Result<()> {
        self.is_up()?;
        let source = self.server.source()?;
        let sending = self
            .runtime
            .spawn(source.insist_all(round.to_string(), EVENTS));
        thread::sleep(Duration::from_millis(chance(round, LATEST_MS)));
        self.cut()?;
        self.runtime.block_on(sending)??;
        self.sent
            .extend((0..EVENTS).map(|event| format!("{round}-{event}")));
        self.unread += EVENTS as usize;
        self.is_up()
    }

    /// Does deeds that the server hears nothing of, and cuts the power as soon as the desk has taken the last of them.
    fn after_deeds(&mut self, round: u32) -> Result<()> {
        self.is_up()?;
        self.server.kill()?;
        self.app.ask_until(|status| status["connected"] == false)?;
        let mut hand = Hand::at(&self.app)?;
        let unread = hand.notices("unread")?;
        let [read, removed, ..] = &unread[..] else {
            bail!("nothing is unread: {unread:?}");
        };
        let of = |notice: &Value| json!({ "notice": notice["id"] });
        let (theme, melody) = match round % 4 {
            1 => ("dark", "fanfare"),
            _ => ("light", "alarm"),
        };
        let cell = json!({ "scope": "*", "kind": "conversation_assigned", "facet": "melody", "value": melody });
        for deed in [
            json!({ "do": "remove", "what": of(removed) }),
            json!({ "do": "read", "what": of(read) }),
            json!({ "do": "prefer", "cells": [cell] }),
            json!({ "do": "theme", "theme": theme }),
        ] {
            hand.act(&deed)?;
            self.deeds += 1;
        }
        let waiting = self.app.status()?["waiting"].clone();
        ensure!(waiting == 3, "{waiting} deeds wait");
        self.cut()?;
        self.unread -= 2;

        let expected = self.unread;
        self.app.ask_until(|status| status["unread"] == expected)?;
        let mut hand = Hand::at(&self.app)?;
        let left = hand.notices("unread")?;
        ensure!(
            left == unread[2..],
            "{} were unread, {} are left",
            unread.len(),
            left.len()
        );
        let shown = &hand.look("bell")?["common"]["theme"];
        ensure!(*shown == theme, "{theme} was chosen, {shown} is shown");
        self.server.resume()?;
        self.is_up()?;
        let marks = self.second.marks()?;
        let marked = |notice: &Value| {
            // "#12-3 12-3"
            let about = notice["about"].as_str().unwrap_or_default();
            let number = about.split([' ', '#']).nth(1).unwrap_or_default();
            marks.get(number).map(String::as_str)
        };
        // What is removed is told to nobody any more.
        ensure!(
            (marked(removed), marked(read)) == (None, Some("read")),
            "the server has {marks:?}"
        );
        let chosen = self.second.chosen("conversation_assigned", "melody")?;
        ensure!(chosen == melody, "the server has {chosen}");
        Ok(())
    }

    /// Waits until the desk has told and been told all.
    fn is_up(&self) -> Result<()> {
        let unread = self.unread;
        self.app.wait_for("all that was sent", |status| {
            status["connected"] == true && status["waiting"] == 0 && status["unread"] == unread
        })
    }

    /// Cuts the power now, and starts the desk on what the disk holds.
    fn cut(&mut self) -> Result<()> {
        signal(Signal::Stop, self.app.pid()?)?;
        let after = self.disk.cut()?;
        self.app.kill()?;
        let data = self.app.data();
        fs::remove_file(&data)?;
        symlink(&after.mounted, &data)?;
        self.disk = after;
        self.app.start()
    }
}
