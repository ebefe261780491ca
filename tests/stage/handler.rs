//! The app as the system's own handler of its links: the package's desktop entry, laid down where a person's entries lie.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use super::{app::App, program, run};

/// The entry that the package installs; the packaging tool fills in what stands in braces.
const ENTRY: &str = include_str!("../../src-tauri/campanile.desktop");
const FILLED_IN: &[(&str, &str)] = &[
    ("{{name}}", "Campanile"),
    ("{{comment}}", "A notification centre"),
    ("{{exec}}", "campanile"),
    ("{{icon}}", "campanile"),
    ("{{categories}}", "Utility;"),
    ("{{mime_type}}", "x-scheme-handler/campanile"),
];

/// Links of the app's scheme that the system hands over to it.
pub struct Handler {
    programs: PathBuf,
}

impl Handler {
    /// Installs the entry for the user of this app.
    pub fn install(app: &App) -> Result<Self> {
        let entries = app.data().join("applications");
        fs::create_dir_all(&entries)?;
        let entry = FILLED_IN
            .iter()
            .fold(ENTRY.to_owned(), |entry, (name, value)| {
                entry.replace(name, value)
            });
        fs::write(entries.join("Campanile.desktop"), entry)?;
        // As the package's trigger does.
        run(Command::new("update-desktop-database").arg(&entries))?;
        let programs = app.folder().join("bin");
        fs::create_dir_all(&programs)?;
        symlink(program("campanile"), programs.join("campanile"))?;
        Ok(Self { programs })
    }

    /// Opens a link as a browser does, by the system's `xdg-open` on this kind of desktop.
    pub fn open(&self, app: &App, desktop: &str, link: &str) -> Result<()> {
        // The stage's own stands first on the path.
        let path = std::env::var("PATH")?;
        let mut command = Command::new(Path::new("/usr/bin/xdg-open"));
        command
            .arg(link)
            .envs(app.environment())
            .env("LANGUAGE", "en")
            .env("XDG_CURRENT_DESKTOP", desktop)
            .env("PATH", format!("{}:{path}", self.programs.display()));
        run(&mut command).map(drop).context("xdg-open")
    }
}
