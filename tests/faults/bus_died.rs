//! F35, F37: the session bus dies under the desk and comes back at its place, and panel and daemon with it.

use anyhow::{Context as _, Result};
use campanile_tests::stage::{
    Signal, Stage, app::part, desktop, notify::Ear, part_process, signal, tray::Tray,
};

use crate::{
    row::{Course, Row, Slowest},
    size::Size,
};

pub const ROW: Row = Row {
    id: "F35",
    fault: "session bus killed, and back after a while",
    full: 60,
    run: rounds,
};

/// What breaks with the bus, in the order in which a session starts it.
const PARTS: [&str; 3] = ["dunst", "panel", "keyring"];

fn rounds(course: &Course) -> Result<String> {
    let stage = Stage::up()?;
    let tried = (|| {
        let (mut slowest, mut after_first) = (Slowest::default(), None::<Size>);
        for round in 0..course.rounds {
            died(&stage, round, &mut slowest)?;
            let process = stage.app.pid()?;
            // The first death may leave something for good, but not each.
            match after_first {
                None => after_first = Some(Size::at_rest(process)?),
                Some(first) => Size {
                    // The icon's library drops its connection after nobody drives it any more, so one socket of each
                    // dead bus stays; docs/reliability.md says so.
                    files: first.files + round as usize,
                    ..first
                }
                .is_regained(process)
                .with_context(|| format!("round {round}"))?,
            }
        }
        Ok(format!(
            "icon and toasts back within {slowest}, no thread more for it, and one file for each death"
        ))
    })();
    if tried.is_err() {
        // What comes after this row finds a desktop.
        let _ = desktop(&["stop", "bus"]);
        desktop(&["start", "bus"])?;
        restart_parts()?;
    }
    tried
}

/// Kills the bus, lets events come, and brings everything back.
fn died(stage: &Stage, round: u32, slowest: &mut Slowest) -> Result<()> {
    signal(Signal::Kill, part_process("bus")?)?;
    stage
        .app
        .ask_until(|status| part(status, "toast")["code"] == "no_bus")?;
    for event in 0..2 {
        let conversation = format!("{round}-{event}");
        stage.server.send(
            "conversation_assigned",
            &["--assignee", "a1", "--conversation", &conversation],
        )?;
    }
    let unread = 2 * (round + 1);
    stage.app.ask_until(|status| status["unread"] == unread)?;
    desktop(&["start", "bus"])?;
    let ear = Ear::open()?;
    restart_parts()?;
    slowest.time(round, || {
        // Nothing else happens: what could not be shown is summed up by itself.
        ear.toast(|toast| toast.title.contains('2'))?;
        let tooltip = format!("{unread} unread");
        Tray::open()?.wait_for("the icon", |text| text.contains(&tooltip))?;
        Ok(())
    })
}

fn restart_parts() -> Result<()> {
    for part in PARTS {
        desktop(&["stop", part])?;
        desktop(&["start", part])?;
    }
    Ok(())
}
