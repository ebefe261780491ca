//! A desktop entry in the autostart folder of the XDG specification.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Writes the entry.
pub fn add(program: &Path) -> io::Result<()> {
    let file = file()?;
    fs::create_dir_all(file.parent().unwrap_or(Path::new("/")))?;
    fs::write(file, entry(program)?)
}

/// Removes the entry.
pub fn remove() -> io::Result<()> {
    match fs::remove_file(file()?) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Returns the command that is run at login, where there is an entry that is in force.
pub fn command() -> io::Result<Option<String>> {
    match fs::read_to_string(file()?) {
        Ok(entry) => Ok(in_force(&entry)),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(other) => Err(other),
    }
}

fn file() -> io::Result<PathBuf> {
    let no_home = || io::Error::new(io::ErrorKind::NotFound, "there is no home folder");
    Ok(dirs::config_dir()
        .ok_or_else(no_home)?
        .join("autostart/org.campanile.Campanile.desktop"))
}

fn entry(program: &Path) -> io::Result<String> {
    let odd = || {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the program's path has letters that a desktop entry cannot hold",
        )
    };
    let program = program
        .to_str()
        .filter(|path| !path.contains(['\n', '\r']))
        .ok_or_else(odd)?;
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=Campanile\nIcon=campanile\nTerminal=false\nX-GNOME-Autostart-enabled=true\nExec={} --hidden\n",
        quoted(program)
    ))
}

/// Quotes one argument as the Desktop Entry specification asks: within the quotes a backslash stands before each of
/// `` " ` $ \ ``, the string's own escapes double every backslash once more, and a percent sign is written twice.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in argument.chars() {
        match letter {
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => quoted.extend([r"\\", letter.encode_utf8(&mut [0; 4])]),
            '%' => quoted.push_str("%%"),
            plain => quoted.push(plain),
        }
    }
    quoted + "\""
}

fn in_force(entry: &str) -> Option<String> {
    let value = |key: &str| {
        entry
            .lines()
            .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))
            .map(str::trim)
    };
    let is_off =
        value("Hidden") == Some("true") || value("X-GNOME-Autostart-enabled") == Some("false");
    value("Exec").filter(|_| !is_off).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_quoted_for_the_desktop() {
        for (program, exec) in [
            ("/usr/bin/campanile", r#""/usr/bin/campanile" --hidden"#),
            ("/opt/a b/campanile", r#""/opt/a b/campanile" --hidden"#),
            (r#"/o/100%"$`\c"#, r#""/o/100%%\\"\\$\\`\\\\c" --hidden"#),
        ] {
            let entry = entry(Path::new(program)).expect("an entry");
            assert_eq!(in_force(&entry).as_deref(), Some(exec));
        }
        assert!(entry(Path::new("/o/a\nExec=evil")).is_err());
    }

    #[test]
    fn an_entry_that_the_desktop_switched_off_is_off() {
        for (entry, on) in [
            ("Exec=a\n", true),
            ("Exec = a\nHidden=false\n", true),
            ("Exec=a\nHidden=true\n", false),
            ("Exec=a\nX-GNOME-Autostart-enabled=false\n", false),
            ("", false),
        ] {
            assert_eq!(in_force(entry).is_some(), on, "{entry}");
        }
    }
}
