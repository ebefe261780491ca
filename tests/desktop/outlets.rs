//! Tray, toast and sound: an event is posted to the real server, and the desktop is watched.

use std::process::Command;

use anyhow::Result;
use campanile_core::melody::Melody;

use campanile_tests::stage::{
    Stage, desktop,
    notify::{Ear, Heard},
    opened::Opened,
    run,
    screen::{Screen, opens_a_window, started_with, window_in_sight},
    sink::{Sink, tones, tones_of},
    tray::Tray,
};

const CONVERSATION: &[&str] = &[
    "--conversation",
    "412",
    "--url",
    "https://desk.acme.example/c/412",
    "--assignee",
    "a1",
    "--body",
    "Waited 25 min",
];

#[test]
fn an_event_changes_the_badge_shows_a_toast_and_plays_its_melody() -> Result<()> {
    let stage = Stage::up()?;
    let (tray, ear, sink) = (Tray::open()?, Ear::open()?, Sink::record()?);
    let calm = tray.picture()?;
    stage.server.send("sla_expired", CONVERSATION)?;
    let toast = ear.toast(|toast| toast.title == "SLA breached")?;
    assert!(toast.body.contains("Waited 25 min"), "{toast:?}");
    assert!(
        toast.is_silent,
        "the daemon must not ring on top of the melody"
    );
    assert_eq!(toast.urgency, Some(2));
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    assert!(tray.picture()? != calm, "the number is drawn into the icon");
    sink.hear(
        &tones_of(Melody::find("alarm").expect("built in")),
        &tones(),
    )
}

#[test]
fn a_click_on_the_toast_opens_exactly_its_conversation_and_marks_it_read() -> Result<()> {
    let stage = Stage::up()?;
    let (tray, ear, mut opened) = (Tray::open()?, Ear::open()?, Opened::watch()?);
    stage.server.send("conversation_assigned", CONVERSATION)?;
    ear.toast(|toast| toast.title.contains("assigned"))?;
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    run(Command::new("dunstctl").args(["action", "0"]))?;
    assert_eq!(opened.link()?, "https://desk.acme.example/c/412");
    stage
        .app
        .wait_for("nothing unread", |status| status["unread"] == 0)?;
    assert_eq!(opened.others()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_is_read_in_the_platform_is_withdrawn_here() -> Result<()> {
    let stage = Stage::up()?;
    let ear = Ear::open()?;
    stage.server.send("conversation_assigned", CONVERSATION)?;
    ear.toast(|toast| toast.title.contains("assigned"))?;
    stage.server.send(
        "conversation.read",
        &["--conversation", "412", "--actor", "a1"],
    )?;
    ear.withdrawal()?;
    stage
        .app
        .wait_for("nothing unread", |status| status["unread"] == 0)
}

#[test]
fn an_hour_of_quiet_from_the_tray_holds_toast_and_melody_but_not_the_badge() -> Result<()> {
    let stage = Stage::up()?;
    let (tray, ear, sink) = (Tray::open()?, Ear::open()?, Sink::record()?);
    tray.click("1 hour")?;
    tray.wait_for("quiet", |tooltip| tooltip.contains("quiet until"))?;
    stage.server.send("sla_expired", CONVERSATION)?;
    tray.wait_for("the number", |tooltip| tooltip.contains("1 unread"))?;
    tray.click("Off")?;
    // The summary is the first word of all: what was held was not told before.
    let toast = ear.toast(|_| true)?;
    assert!(toast.title.contains("while it was quiet"), "{toast:?}");
    assert!(!sink.heard_anything());
    Ok(())
}

#[test]
fn markup_in_a_body_is_shown_and_never_obeyed() -> Result<()> {
    let stage = Stage::up()?;
    let ear = Ear::open()?;
    let body = "<a href=\"file:///etc/passwd\">x</a> & <img src=\"file:///dev/urandom\">";
    stage.server.send(
        "conversation_assigned",
        &[
            "--assignee",
            "a1",
            "--conversation",
            "1",
            "--body",
            body,
            "--contact",
            "<b>Tom</b>",
        ],
    )?;
    let toast = ear.toast(|toast| toast.body.contains("passwd"))?;
    assert!(!toast.body.contains('<'), "{toast:?}");
    Ok(())
}

#[test]
fn a_burst_is_a_few_toasts_and_all_of_it_stands_in_the_badge() -> Result<()> {
    let stage = Stage::up()?;
    let (tray, ear) = (Tray::open()?, Ear::open()?);
    for n in 0..8 {
        stage.server.send(
            "conversation_assigned",
            &["--assignee", "a1", "--conversation", &n.to_string()],
        )?;
    }
    tray.wait_for("all of them", |tooltip| tooltip.contains("8 unread"))?;
    ear.toast(|toast| toast.title.contains("more"))?;
    let told = ear.drain();
    let open = told
        .iter()
        .filter(|heard| matches!(heard, Heard::Notify(notify) if notify.replaces == 0))
        .count();
    assert!(
        open <= 4,
        "at most three of their own and one that counts: {told:#?}"
    );
    Ok(())
}

#[test]
fn a_right_click_on_the_icon_opens_the_menu_and_an_entry_does_its_deed() -> Result<()> {
    desktop(&["stop", "panel"])?;
    desktop(&["start", "panel"])?;
    let (server, mut app, _folder) = Stage::parts()?;
    let screen = Screen::look()?;
    app.start()?;
    app.pair(&server.pairing_link()?)?;
    app.ask_until(|status| status["connected"] == true)?;
    let tray = Tray::open()?;
    let keys = tray.keys_to(&["Quiet hours: off", "1 hour"])?;
    opens_a_window("wrapper-2.0", || screen.click_the_new_icon(3))?;
    run(Command::new("xdotool").arg("key").args(keys))?;
    tray.wait_for("quiet", |tooltip| tooltip.contains("quiet until"))?;
    Ok(())
}

#[test]
fn a_left_click_on_the_icon_opens_the_bell() -> Result<()> {
    // A fresh panel: what an earlier app leaves behind is not taken for this one's icon.
    desktop(&["stop", "panel"])?;
    desktop(&["start", "panel"])?;
    let (_server, mut app, _folder) = Stage::parts()?;
    let screen = Screen::look()?;
    app.start()?;
    screen.click_the_new_icon(1)?;
    window_in_sight(&app, "Campanile").map(drop)
}

#[test]
fn the_activation_token_of_a_click_in_the_tray_reaches_the_window_that_it_opens() -> Result<()> {
    let (_server, mut app, _folder) = Stage::parts()?;
    app.start()?;
    let tray = Tray::open()?;
    tray.wait_for("the icon", |tooltip| tooltip.contains("Campanile"))?;
    let check = |title: &str, click: &dyn Fn() -> Result<()>| {
        let token = format!("a-token-for-{title}");
        tray.hand_over(&token)?;
        click()?;
        let window = window_in_sight(&app, title)?;
        for variable in ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"] {
            assert_eq!(started_with(&window, variable)?.as_ref(), Some(&token));
        }
        anyhow::Ok(())
    };
    check("Campanile", &|| tray.activate())?;
    check("Preferences", &|| tray.click("Preferences…"))
}
