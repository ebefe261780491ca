//! Both windows, as hands and eyes find them.

use anyhow::Result;

use crate::stage::{Stage, opened::Opened, tray::Tray, window::Window};

#[test]
fn the_bell_lists_what_came_and_a_click_on_a_row_opens_it() -> Result<()> {
    let stage = Stage::up()?;
    let (tray, mut opened) = (Tray::open()?, Opened::watch()?);
    let flags = [
        "--assignee",
        "a1",
        "--conversation",
        "412",
        "--url",
        "https://desk.acme.example/c/412",
        "--contact",
        "Tomas Reed",
    ];
    stage.server.send("sla_expired", &flags)?;
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    let bell = Window::open(&stage.app, "bell")?;
    bell.wait_for_text("body", |text| {
        text.contains("SLA breached") && text.contains("Tomas Reed")
    })?;
    assert_eq!(bell.accessibility()?, Vec::<String>::new());
    bell.keys("body", "\u{e015}\u{e007}")?;
    assert_eq!(opened.next()?, "https://desk.acme.example/c/412");
    stage
        .app
        .wait_for("nothing unread", |status| status["unread"] == 0)
}

#[test]
fn the_preferences_stand_without_an_accessibility_fault() -> Result<()> {
    let stage = Stage::up()?;
    let preferences = Window::open(&stage.app, "preferences")?;
    preferences.wait_for_text("body", |text| {
        text.contains("Notification types") && text.contains("SLA breached")
    })?;
    assert_eq!(preferences.accessibility()?, Vec::<String>::new());
    Ok(())
}
