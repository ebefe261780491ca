//! Both windows, as hands and eyes find them.

use anyhow::Result;

use campanile_tests::stage::{Stage, notify::Ear, opened::Opened, tray::Tray, window::Window};

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
    assert_eq!(opened.link()?, "https://desk.acme.example/c/412");
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

#[test]
fn a_tick_taken_away_in_the_window_keeps_the_toast_back() -> Result<()> {
    let stage = Stage::up()?;
    let ear = Ear::open()?;
    let preferences = Window::open(&stage.app, "preferences")?;
    let tick = "input[aria-label*='New conversation assigned to me'][aria-label*=Toast]";
    preferences.click(&format!("{tick}:checked"))?;
    // The page draws what the desk answers.
    preferences.find(&format!("{tick}:not(:checked)"))?;
    for kind in ["conversation_assigned", "operator_mentioned"] {
        let flags = ["--recipient", "a1", "--conversation", kind];
        stage.server.send(kind, &flags)?;
    }
    let first = ear.toast(|_| true)?;
    assert!(first.title.contains("mentioned"), "{first:?}");
    stage
        .app
        .wait_for("both in the badge", |status| status["unread"] == 2)
}

#[test]
fn language_and_theme_hold_in_the_tray_and_both_windows() -> Result<()> {
    let stage = Stage::up()?;
    stage.server.send(
        "conversation_assigned",
        &["--recipient", "a1", "--conversation", "412"],
    )?;
    let preferences = Window::open(&stage.app, "preferences")?;
    preferences.press("General")?;
    preferences.choose("select:has(option[value=dark])", "dark")?;
    preferences.choose("select:has(option[value=uk])", "uk")?;
    Tray::open()?.wait_for("Ukrainian", |tooltip| tooltip.contains("1 непрочитане"))?;
    preferences.find("html[data-theme=dark][lang=uk]")?;
    preferences.wait_for_text("h1", |text| text == "Загальне")?;
    assert_eq!(preferences.accessibility()?, Vec::<String>::new());
    drop(preferences);
    let bell = Window::open(&stage.app, "bell")?;
    bell.find("html[data-theme=dark][lang=uk]")?;
    bell.wait_for_text("body", |text| text.contains("Вам призначено розмову"))?;
    assert_eq!(bell.accessibility()?, Vec::<String>::new());
    Ok(())
}
