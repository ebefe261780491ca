//! A property list in the user's `LaunchAgents`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

const LABEL: &str = "org.campanile.Campanile";

/// Writes the list.
pub fn add(program: &Path) -> io::Result<()> {
    let file = file()?;
    fs::create_dir_all(file.parent().unwrap_or(Path::new("/")))?;
    fs::write(file, list(program)?)
}

/// Removes the list.
pub fn remove() -> io::Result<()> {
    match fs::remove_file(file()?) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Returns the file by which the desk is started at login, where there is one.
pub fn command() -> io::Result<Option<String>> {
    let file = file()?;
    Ok(file.try_exists()?.then(|| file.display().to_string()))
}

fn file() -> io::Result<PathBuf> {
    let no_home = || io::Error::new(io::ErrorKind::NotFound, "there is no home folder");
    Ok(dirs::home_dir()
        .ok_or_else(no_home)?
        .join(format!("Library/LaunchAgents/{LABEL}.plist")))
}

fn list(program: &Path) -> io::Result<String> {
    let odd = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the program's path is no Unicode",
        )
    };
    let program = program.to_str().ok_or_else(odd)?;
    let program = program
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>{program}</string>
    <string>--hidden</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>ProcessType</key>
  <string>Interactive</string>
</dict>
</plist>
"#
    ))
}
