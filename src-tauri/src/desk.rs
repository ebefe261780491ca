//! The resident: one mailbox, one loop, and the only place that performs what the session asks for.

mod account;
mod alarm;
mod answer;
mod departures;
mod follow;
mod log;
mod perform;
mod resident;
mod settings;
mod shell;
mod signals;
mod single;
mod windows;
mod zones;

use std::thread;

use anyhow::{Context as _, anyhow};
use campanile_client::view::Window;

use crate::{
    link::{self, server::Server},
    places::Places,
    secrets,
};

pub use log::start as log_as;
pub use shell::Shell;
pub use single::Lock;

/// Is the desk until somebody ends it. Must be called on the main thread, which serves Tauri where a part needs it.
///
/// # Errors
/// One line that says what to do.
pub fn run(places: &Places, lock: Lock, open: Option<Window>) -> anyhow::Result<()> {
    log::start(places, "desk");
    secrets::seclude();
    // One thread for socket, stream and loop: what comes in wakes no second one on its way to the session.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let server = {
        let _within = runtime.enter();
        Server::open(places).with_context(|| {
            format!("the local socket cannot be opened in {}; see that it can be written and its path is short", places.runtime.display())
        })?
    };
    let (shell, main_thread) = shell::new();
    let loop_thread = thread::Builder::new().name("desk".into()).spawn({
        let places = places.clone();
        move || {
            // However the loop ends, the main thread must end, too.
            let _end = EndOnDrop(shell.clone());
            let ended = runtime.block_on(resident::live(places, shell, server, open));
            // What still runs is a look-up or a hung adapter; the store is closed by now.
            runtime.shutdown_background();
            ended
        }
    })?;
    main_thread.run();
    let ended = loop_thread.join().map_err(|_| {
        anyhow!(
            "the desk broke down; see its log in {}",
            places.state.display()
        )
    })?;
    // A socket that nobody listens at would only be cleared away by the next desk.
    let _ = link::server::close(places);
    drop(lock);
    ended
}

struct EndOnDrop(Shell);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use campanile_client::view::Part;

    /// Reads what stands below a folder, tests aside, with one space between any two words.
    fn sources(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).expect("a file of the project");
                let program = text.split("#[cfg(test)]\nmod tests {").next();
                let words: Vec<_> = program.unwrap_or_default().split_whitespace().collect();
                found.push_str(&words.join(" "));
            }
        }
    }

    /// Whatever the system: a code without words in the table of parts is found here, and so is one that nobody tells.
    #[test]
    fn what_is_told_of_a_part_is_what_the_table_of_parts_has_words_for() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        sources(&project.join("src-tauri/src"), &mut text);
        // Only the table makes such a state.
        assert!(!text.contains("PartState::Fails { code:"));
        sources(&project.join("crates/client/src/session"), &mut text);
        let session = project.join("crates/client/src/session.rs");
        text += &fs::read_to_string(session).expect("a file of the project");
        let told: BTreeSet<_> = text
            .split("Part::")
            .filter_map(|rest| {
                let (part, rest) = rest.split_once('.')?;
                let code = rest.strip_prefix("fails(")?.split('"').nth(1)?;
                Some(format!("{} {code}", part.trim().to_lowercase()))
            })
            .collect();
        let table: BTreeSet<_> = Part::ALL
            .iter()
            .flat_map(|part| {
                let part_name = format!("{part:?}").to_lowercase();
                let troubles = part.troubles().iter();
                troubles.map(move |code| format!("{part_name} {code}"))
            })
            .collect();
        assert_eq!(told, table);
    }
}
