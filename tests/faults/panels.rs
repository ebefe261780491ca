//! F37: panels of two makers come late, are killed and come back, and take over from one another.

use std::{process::Command, time::Instant};

use anyhow::{Context as _, Result, ensure};
use campanile_tests::stage::{
    Stage,
    app::{App, part},
    deadline, desktop, part_process, run,
    server::Server,
    tray::Tray,
};
use zbus::blocking::{Connection, fdo::DBusProxy};

use crate::row::{Course, Row, Slowest};

pub const ROW: Row = Row {
    id: "F37",
    fault: "no panel at the start, one killed and back, another that takes over",
    full: 50,
    run: rounds,
};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Each is a part of the desktop, and what the kernel calls the process that has its tray.
const XFCE: Panel = ("panel", "panel-3-systray");
const LXQT: Panel = ("lxqt-panel", "lxqt-panel");
type Panel = (&'static str, &'static str);

fn rounds(course: &Course) -> Result<String> {
    let (server, app, _folder) = Stage::parts()?;
    let mut trial = Trial {
        server,
        app,
        slowest: Slowest::default(),
    };
    let tried = (0..course.rounds).try_for_each(|round| {
        let panels = if round % 2 == 0 {
            [XFCE, LXQT]
        } else {
            [LXQT, XFCE]
        };
        trial
            .round(round, panels)
            .with_context(|| format!("round {round}"))
    });
    // What comes after this row finds one panel.
    drop(trial.app);
    no_panel();
    desktop(&["start", XFCE.0])?;
    tried?;
    Ok(format!(
        "the icon within {} of each of {} panels",
        trial.slowest,
        3 * course.rounds
    ))
}

struct Trial {
    server: Server,
    app: App,
    slowest: Slowest,
}

impl Trial {
    fn round(&mut self, round: u32, [first, other]: [Panel; 2]) -> Result<()> {
        no_panel();
        wait_for_panels(0)?;
        self.app.start()?;
        if round == 0 {
            self.app.pair(&self.server.pairing_link()?)?;
            // Whoever has no icon starts it once more.
            run(&mut self.app.command())?;
            self.app.wait_for_windows(&["bell"])?;
        }
        let conversation = round.to_string();
        let flags = ["--assignee", "a1", "--conversation", &conversation];
        self.server.send("conversation_assigned", &flags)?;
        let unread = round + 1;
        self.app.ask_until(|status| status["unread"] == unread)?;

        desktop(&["start", first.0])?;
        self.has_the_icon(unread, first).context("it comes late")?;

        killed(first)?;
        wait_for_panels(0)?;
        desktop(&["start", first.0])?;
        self.has_the_icon(unread, first).context("it is back")?;

        desktop(&["start", other.0])?;
        wait_for_panels(2)?;
        killed(first)?;
        self.has_the_icon(unread, other).context("it takes over")?;
        self.app.quit()
    }

    /// Waits until a panel has the icon, once and as it is to be, and the desk knows whose it is.
    fn has_the_icon(&mut self, unread: u32, (_, program): Panel) -> Result<()> {
        let (app, tray) = (&self.app, Tray::open()?);
        self.slowest.time(unread - 1, || {
            let tooltip = format!("{unread} unread");
            tray.wait_for("the icon", |text| text.contains(&tooltip))?;
            app.ask_until(|status| part(status, "tray")["detail"] == program)
        })?;
        let icons = tray.icons()?;
        ensure!(icons.len() == 1, "{program} has the icons {icons:?}");
        Ok(())
    }
}

/// Ends whatever panels there are.
fn no_panel() {
    for (part, _) in [XFCE, LXQT] {
        // One that does not run need not be stopped.
        let _ = desktop(&["stop", part]);
    }
}

/// Kills a panel, with the processes of its plugins.
fn killed((part, _): Panel) -> Result<()> {
    let group = format!("-{}", part_process(part)?);
    run(Command::new("kill").args(["-s", "KILL", "--", &group]))?;
    desktop(&["stop", part]).map(drop)
}

/// Waits until so many panels want the tray: the bus knows who has it, and who is next in line.
fn wait_for_panels(count: usize) -> Result<()> {
    let connection = Connection::session()?;
    let bus = DBusProxy::new(&connection)?;
    let limit = deadline();
    loop {
        // There is no line for a name that nobody has.
        let line = bus.list_queued_owners(WATCHER.try_into()?);
        let line = line.unwrap_or_default();
        if line.len() == count {
            return Ok(());
        }
        ensure!(Instant::now() < limit, "the tray is wanted by {line:?}");
    }
}
