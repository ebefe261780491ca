//! What a desk that broke down and came back may have told, and what it must hold.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    PATIENCE,
    app::App,
    notify::{Heard, Notify},
};
use rusqlite::{Connection, OpenFlags};

/// Returns how many of these events were toasted by name; fails where one was twice.
pub fn by_name(heard: Vec<Heard>, events: &[String]) -> Result<usize> {
    let mut toasts: HashMap<&str, u32> = HashMap::new();
    for heard in heard {
        // A toast of an event names it; a summary names none. One that replaces another is that one, told again.
        if let Heard::Notify(toast) = heard
            && toast.replaces == 0
        {
            let text = format!("{} {}", toast.title, toast.body);
            let words = words(&text);
            for event in events.iter().filter(|event| words.contains(event.as_str())) {
                *toasts.entry(event).or_default() += 1;
            }
        }
    }
    let twice: Vec<_> = toasts.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(twice.is_empty(), "toasted more than once: {twice:?}");
    Ok(toasts.len())
}

/// Returns what says whether a toast names one of these events.
pub fn name_of(events: &[String]) -> impl Fn(&Notify) -> bool + use<> {
    let events = events.to_vec();
    move |toast| {
        let text = format!("{} {}", toast.title, toast.body);
        let words = words(&text);
        events.iter().any(|event| words.contains(event.as_str()))
    }
}

/// Says whether a toast sums up what came, or was told, while nobody may have seen it.
pub fn is_of_those_missed(toast: &Notify) -> bool {
    toast.title.ends_with("while you were away")
}

fn words(text: &str) -> HashSet<&str> {
    text.split(|c: char| !c.is_ascii_digit() && c != '-')
        .collect()
}

/// Checks the databases of a desk.
pub fn is_whole(app: &App) -> Result<()> {
    let inbox = inbox(app)?;
    for file in [inbox.with_file_name("changes.db"), inbox] {
        let verdict: String =
            Connection::open(&file)?.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        ensure!(verdict == "ok", "{}: {verdict}", file.display());
    }
    Ok(())
}

/// Returns how many notices a desk keeps, read ones too.
pub fn kept(app: &App) -> Result<u64> {
    let inbox = Connection::open_with_flags(inbox(app)?, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    inbox.busy_timeout(PATIENCE)?;
    let count: i64 = inbox.query_row("SELECT count(*) FROM item", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Returns where a desk keeps what its one account was told.
pub fn inbox(app: &App) -> Result<PathBuf> {
    let mut accounts = fs::read_dir(app.data().join("campanile/accounts"))?;
    let folder = accounts.next().context("an account")??;
    Ok(folder.path().join("inbox.db"))
}
