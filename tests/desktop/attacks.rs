//! What a script could do that had got into a page (S4): nothing, in either window.

use anyhow::{Context as _, Result};
use campanile_tests::stage::{Stage, canary::Canary, opened::Opened, window::Window};
use serde_json::{Value, json};

const PAGE: &str = include_str!("attacks/page.js");
const COMMANDS: &str = include_str!("attacks/commands");

#[test]
fn a_script_in_a_page_reaches_no_network_no_command_and_no_other_page() -> Result<()> {
    let stage = Stage::up()?;
    let opened = Opened::watch()?;
    let canary = Canary::new()?;
    for window in ["bell", "preferences"] {
        let page = Window::open(&stage.app, window)?;
        page.find("main")?;
        // What is granted is answered, so that a refusal of the others means something.
        let zones =
            page.answer("window.__TAURI_INTERNALS__.invoke('zones').then(done, () => done(null))")?;
        assert!(zones.is_array(), "{window}: {zones}");
        let script = format!(
            "const canary = {}; const commands = {}; {PAGE}",
            json!(canary.address()),
            json!(commands())
        );
        assert_eq!(page.answer(&script)?, json!([]), "{window}");
        let text = page.text("main").context("the page stands")?;
        assert!(!text.is_empty(), "{window} is empty");
    }
    assert_eq!(canary.calls()?, Vec::<String>::new());
    assert_eq!(opened.others()?, Vec::<String>::new());
    Ok(())
}

/// As pages call them: `plugin:<plugin>|<command>`.
fn commands() -> Vec<Value> {
    let lines = COMMANDS.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| line.split_once(": "));
    named
        .flat_map(|(plugin, commands)| {
            let named = move |command| json!(format!("plugin:{plugin}|{command}"));
            commands.split(' ').map(named)
        })
        .collect()
}
