//! Eyes and a mouse on the screen itself, for what only a picture can tell.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{PATIENCE, app::App, deadline, desktop, run};

/// The panel's bar at the top of the screen, as ImageMagick writes a place.
const PANEL: &str = "1280x32+0+0";
/// An icon is no wider: anything larger is the panel that is still being drawn.
const ICON_MOST: u32 = 40;

/// The panel as it was, to find what has come since.
pub struct Screen {
    folder: TempDir,
    before: PathBuf,
}

impl Screen {
    /// Remembers the panel once it stands still.
    pub fn look() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (mut before, mut after) = (folder.path().join("a.png"), folder.path().join("b.png"));
        let limit = deadline();
        shoot(&before)?;
        loop {
            shoot(&after)?;
            if difference(&before, &after)?.is_none() {
                return Ok(Self { folder, before });
            }
            std::mem::swap(&mut before, &mut after);
            if Instant::now() > limit {
                bail!("the panel never stood still");
            }
        }
    }

    /// Waits for an icon that was not there, and clicks its middle with this button.
    pub fn click_the_new_icon(&self, button: u32) -> Result<()> {
        let now = self.folder.path().join("now.png");
        let limit = deadline();
        loop {
            // A screen tells nobody that it was drawn on: taking its picture takes its time.
            shoot(&now)?;
            if let Some([width, height, x, y]) = difference(&self.before, &now)?
                && width <= ICON_MOST
            {
                let (x, y) = (x + width / 2, y + height / 2);
                return click(x.cast_signed(), y.cast_signed(), button);
            }
            if Instant::now() > limit {
                bail!("no icon came to the panel");
            }
        }
    }
}

/// Waits until a window of this title that is this app's is in sight, and returns its number.
pub fn window_in_sight(app: &App, title: &str) -> Result<String> {
    let runtime = app.runtime();
    let limit = deadline();
    loop {
        // What an earlier app has left may still be closing.
        for window in search(&["--name", &format!("^{title}$")])?.lines() {
            if started_with(window, "XDG_RUNTIME_DIR").is_ok_and(|it| it.as_ref() == Some(&runtime))
            {
                return Ok(window.to_owned());
            }
        }
        if Instant::now() > limit {
            bail!("no window {title:?} of this app came");
        }
    }
}

fn search(what: &[&str]) -> Result<String> {
    let patience = PATIENCE.as_secs().to_string();
    let mut command = Command::new("timeout");
    command.args([&patience, "xdotool", "search", "--sync", "--onlyvisible"]);
    command.args(what);
    let limit = deadline();
    loop {
        match run(&mut command) {
            // A window that goes while it is looked at ends the search.
            Err(error) if error.to_string().contains("BadWindow") && Instant::now() < limit => {}
            found => return Ok(found?.trim().to_owned()),
        }
    }
}

/// Does something, and waits until a window of this class is in sight that was not before.
pub fn opens_a_window(class: &str, deed: impl FnOnce() -> Result<()>) -> Result<()> {
    let class = format!("^{class}$");
    let before = search(&["--class", &class])?;
    deed()?;
    let limit = deadline();
    // None goes meanwhile; each look takes its time.
    while search(&["--class", &class])?.lines().count() <= before.lines().count() {
        if Instant::now() > limit {
            bail!("no window of the class {class} came");
        }
    }
    Ok(())
}

/// Returns a variable of the environment with which the process of a window was started.
pub fn started_with(window: &str, variable: &str) -> Result<Option<String>> {
    let process = run(Command::new("xdotool").args(["getwindowpid", window]))?;
    let environment = fs::read(format!("/proc/{}/environ", process.trim()))?;
    let environment = String::from_utf8_lossy(&environment);
    let mut variables = environment.split('\0').filter_map(|it| it.split_once('='));
    let value = variables.find(|(name, _)| *name == variable);
    Ok(value.map(|(_, value)| value.to_owned()))
}

/// Waits until a window of this class is in sight, and clicks its middle with the left button.
pub fn click_window_of_class(class: &str) -> Result<()> {
    let window = search(&["--class", &format!("^{class}$")])?;
    let [x, y, width, height] = numbers(
        &["getwindowgeometry", "--shell", &window],
        ["X", "Y", "WIDTH", "HEIGHT"],
    )?;
    click(x + width / 2, y + height / 2, 1)
}

/// Clicks a place of the screen with this button, as soon as a window lies there.
pub fn click(x: i32, y: i32, button: u32) -> Result<()> {
    let [x, y, button] = [x.to_string(), y.to_string(), button.to_string()];
    let bottom = run(Command::new("xdotool").args(["search", "--maxdepth", "0", "--name", ""]))?;
    let limit = deadline();
    loop {
        let aim = ["mousemove", &x, &y, "getmouselocation", "--shell"];
        let [window] = numbers(&aim, ["WINDOW"])?;
        if window.to_string() != bottom.trim() {
            return run(Command::new("xdotool").args(["click", &button])).map(drop);
        }
        if Instant::now() > limit {
            bail!("no window lies at {x}, {y}");
        }
    }
}

/// Returns what `xdotool` tells under these names.
fn numbers<const N: usize>(command: &[&str], names: [&str; N]) -> Result<[i32; N]> {
    let told = run(Command::new("xdotool").args(command))?;
    let mut found = [0; N];
    for (place, name) in found.iter_mut().zip(names) {
        let mut lines = told.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        *place = value.context(told.clone())?.parse()?;
    }
    Ok(found)
}

/// Returns the process that shows a window.
pub fn process_of(window: &str) -> Result<u32> {
    let told = run(Command::new("xdotool").args(["getwindowpid", window]))?;
    told.trim().parse().context(told)
}

/// Waits until something is drawn in a window: more than a page before its first picture shows.
pub fn drawn(window: &str) -> Result<()> {
    const PLAIN: u32 = 16;
    let limit = deadline();
    loop {
        let told = run(Command::new("import").args(["-window", window, "-format", "%k", "info:"]))?;
        let colors: u32 = told.trim().parse().context(told)?;
        if colors > PLAIN {
            return Ok(());
        }
        if Instant::now() > limit {
            bail!("the window shows {colors} colors");
        }
    }
}

/// Presses Escape in a window until it is gone from the screen: a key that comes before the window manager has given the
/// window its focus goes elsewhere.
pub fn escape(window: &str) -> Result<()> {
    const LOOKS: usize = 10;
    let limit = deadline();
    while Instant::now() < limit {
        run(Command::new("xdotool").args(["windowactivate", window, "key", "Escape"]))?;
        for _ in 0..LOOKS {
            if !is_in_sight(window)? {
                return Ok(());
            }
        }
    }
    bail!("the window stays after Escape")
}

fn is_in_sight(window: &str) -> Result<bool> {
    // Finding nothing at all counts as a failure there, and as an answer here.
    let found = Command::new("xdotool")
        .args(["search", "--onlyvisible", "--name", "."])
        .output()?;
    Ok(String::from_utf8(found.stdout)?
        .lines()
        .any(|line| line == window))
}

fn shoot(file: &Path) -> Result<()> {
    desktop(&["shot", file.to_str().context("a plain path")?]).map(drop)
}

/// Returns width, height and place of what differs in the panel, if anything does.
fn difference(before: &Path, after: &Path) -> Result<Option<[u32; 4]>> {
    let told = run(Command::new("convert")
        .args([before, after])
        .args([
            "-crop",
            PANEL,
            "+repage",
            "-compose",
            "difference",
            "-composite",
        ])
        .args(["-threshold", "4%", "-format", "%@", "info:"]))?;
    let mut numbers = told.trim().split(['x', '+']).map(str::parse);
    let mut next = || {
        numbers
            .next()
            .context("width, height and place")?
            .context(told.clone())
    };
    let width = next()?;
    // Where nothing differs, the place is written in one way or another.
    if width == 0 {
        return Ok(None);
    }
    Ok(Some([width, next()?, next()?, next()?]))
}
