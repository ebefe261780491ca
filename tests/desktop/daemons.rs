//! Other people's notification daemons: each draws and reports in its own way.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use campanile_tests::stage::{
    Signal, Stage, app::part, canary::Canary, daemon::Daemon, desktop, notify::Ear, opened::Opened,
    part_process, reader::Reader, screen::click_window_of_class, signal,
};

/// What customers write may look like markup.
const CONTACT: &str = "Tom <b>x</b>";
const BODY: &str = "Waited <i>25</i> min & more";

/// One daemon, and what it makes of a toast.
struct Kind {
    /// As `scripts/desktop` calls it.
    part: &'static str,
    /// As it calls itself on the bus.
    name: &'static str,
    /// Whether a click on the words opens; where not, the button does.
    opens_by_words: bool,
    /// The buttons that it draws; a daemon may keep "Open" for the toast itself.
    buttons: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    // It draws no buttons, and its words are no screen reader's: another program lists its actions on a right click.
    Kind {
        part: "dunst",
        name: "dunst",
        opens_by_words: true,
        buttons: &[],
    },
    // A click on its words sends the toast away.
    Kind {
        part: "xfce4-notifyd",
        name: "Xfce Notify Daemon",
        opens_by_words: false,
        buttons: &["Open", "Mark read", "In an hour"],
    },
    Kind {
        part: "mate-notification-daemon",
        name: "Notification Daemon",
        opens_by_words: true,
        buttons: &["Mark read", "In an hour"],
    },
    Kind {
        part: "lxqt-notificationd",
        name: "lxqt-notificationd",
        opens_by_words: true,
        buttons: &["Open", "Mark read", "In an hour"],
    },
    Kind {
        part: "notification-daemon",
        name: "Notification Daemon",
        opens_by_words: true,
        buttons: &["Mark read", "In an hour"],
    },
];

fn address(conversation: &str) -> String {
    format!("https://desk.acme.example/c/{conversation}")
}

fn send(stage: &Stage, conversation: &str) -> Result<()> {
    send_saying(stage, conversation, BODY)
}

fn send_saying(stage: &Stage, conversation: &str, body: &str) -> Result<()> {
    stage.server.send(
        "conversation_assigned",
        &[
            "--assignee",
            "a1",
            "--conversation",
            conversation,
            "--url",
            &address(conversation),
            "--contact",
            CONTACT,
            "--body",
            body,
        ],
    )
}

#[test]
fn a_daemon_fetches_nothing_that_a_stranger_wrote_and_may_die_under_what_it_shows() -> Result<()> {
    let stage = Stage::up()?;
    let (ear, canary, opened) = (Ear::open()?, Canary::new()?, Opened::watch()?);
    let at = canary.address();
    let bodies = [
        format!("<img src=\"{at}image\"> <img src='file:///dev/urandom'>"),
        format!("<a href=\"{at}link\">x</a> <a href=\"file:///etc/passwd\">y</a>"),
        "<b unclosed & &#0; &amp;lt; \u{202e}txt.exe".to_owned(),
    ];
    for kind in KINDS {
        let _daemon = Daemon::start(kind.part)?;
        let shows = |status: &Value| {
            let daemon = part(status, "toast")["detail"].as_str();
            daemon.is_some_and(|daemon| daemon.starts_with(kind.name))
        };
        stage.app.ask_until(shows)?;
        for (number, body) in bodies.iter().enumerate() {
            send_saying(&stage, &format!("{}-{number}", kind.part), body)?;
            ear.toast(|toast| toast.title.contains("assigned"))?;
        }
        signal(Signal::Kill, part_process(kind.part)?)?;
        stage
            .app
            .ask_until(|status| part(status, "toast")["state"] == "fails")
            .context(kind.part)?;
        for deed in ["stop", "start"] {
            desktop(&[deed, kind.part])?;
        }
        stage.app.ask_until(shows).context(kind.part)?;
        send(&stage, &format!("{}-after", kind.part))?;
        let after = ear.toast(|toast| toast.title.contains("assigned"))?;
        assert_eq!(after.replaces, 0, "{}: {after:?}", kind.part);
    }
    assert_eq!(canary.calls()?, Vec::<String>::new());
    assert_eq!(opened.others()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn each_daemon_shows_what_was_written_and_a_click_opens_exactly_its_page() -> Result<()> {
    let reader = Reader::start()?;
    let stage = Stage::up()?;
    let (ear, mut opened) = (Ear::open()?, Opened::watch()?);
    for kind in KINDS {
        let _daemon = Daemon::start(kind.part)?;
        stage.app.ask_until(|status| {
            let daemon = part(status, "toast")["detail"].as_str();
            daemon.is_some_and(|daemon| daemon.starts_with(kind.name))
        })?;
        send(&stage, kind.part)?;
        let asked = ear.toast(|toast| toast.title.contains("assigned"))?;
        // Each of them reads markup in the body, and none in the title.
        assert!(asked.body.contains("Waited &lt;i&gt;25"), "{asked:?}");
        if kind.buttons.is_empty() {
            click_window_of_class("Dunst")?;
        } else {
            let body = reader.find("the body", |thing| {
                thing.role == "label" && thing.name.contains(BODY) && thing.name.contains(CONTACT)
            })?;
            reader.find("the title", |thing| {
                thing.role == "label" && thing.name == asked.title
            })?;
            if kind.opens_by_words {
                body.click()?;
            } else {
                reader.click("push button", "Open")?;
            }
        }
        assert_eq!(opened.link().context(kind.part)?, address(kind.part));
        stage
            .app
            .wait_for("nothing unread", |status| status["unread"] == 0)?;
        assert_eq!(opened.others()?, Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn a_button_on_a_toast_does_its_deed_and_only_open_opens() -> Result<()> {
    let reader = Reader::start()?;
    let mut stage = Stage::up()?;
    let second = stage.second()?;
    let mut opened = Opened::watch()?;
    let mut expected = BTreeMap::new();
    for kind in KINDS {
        let _daemon = Daemon::start(kind.part)?;
        for button in kind.buttons {
            let conversation = format!("{}-{button}", kind.part).replace(' ', "-");
            send(&stage, &conversation)?;
            reader.click("push button", button)?;
            stage
                .app
                .wait_for("nothing unread", |status| status["unread"] == 0)?;
            if *button == "Open" {
                assert_eq!(opened.link()?, address(&conversation));
            }
            let mark = match *button {
                "In an hour" => "snoozed",
                _ => "read",
            };
            expected.insert(conversation, mark.to_owned());
            // What is still fading is not the next toast.
            reader.miss("push button", button)?;
        }
    }
    assert_eq!(opened.others()?, Vec::<String>::new());
    // What can still be undone reaches the server when the desk ends.
    stage.app.quit()?;
    stage.app.start()?;
    second.wait_for_marks(&expected)
}
