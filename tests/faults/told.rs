//! What a desk that broke down and came back may have told, and what it must hold.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{app::App, notify::Heard};
use rusqlite::Connection;

/// Returns how many of these events were toasted by name; fails where one was twice.
pub fn by_name(heard: Vec<Heard>, events: &[String]) -> Result<usize> {
    let mut toasts: HashMap<&str, u32> = HashMap::new();
    for heard in heard {
        // A toast of an event names it; a summary names none. One that replaces another is that one, told again.
        if let Heard::Notify(toast) = heard
            && toast.replaces == 0
        {
            let words = format!("{} {}", toast.title, toast.body);
            let words: HashSet<_> = words
                .split(|c: char| !c.is_ascii_digit() && c != '-')
                .collect();
            for event in events.iter().filter(|event| words.contains(event.as_str())) {
                *toasts.entry(event).or_default() += 1;
            }
        }
    }
    let twice: Vec<_> = toasts.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(twice.is_empty(), "toasted more than once: {twice:?}");
    Ok(toasts.len())
}

/// Checks the databases of a desk.
pub fn is_whole(app: &App) -> Result<()> {
    let found = databases(app)?;
    ensure!(
        found.len() == 2,
        "the desk has two databases, and here are {found:?}"
    );
    for file in found {
        check(&file)?;
    }
    Ok(())
}

/// Returns how many notices a desk keeps, read ones too.
pub fn kept(app: &App) -> Result<u64> {
    let found = databases(app)?;
    let inbox = found.iter().find(|file| file.ends_with("inbox.db"));
    let inbox = Connection::open(inbox.context("an inbox")?)?;
    let count: i64 = inbox.query_row("SELECT count(*) FROM item", [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}

fn databases(app: &App) -> Result<Vec<PathBuf>> {
    let mut folders = vec![app.data()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "db") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn check(file: &PathBuf) -> Result<()> {
    let verdict: String =
        Connection::open(file)?.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(verdict == "ok", "{}: {verdict}", file.display());
    Ok(())
}
