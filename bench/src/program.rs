//! A program that is started for the measurement, and ended with it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// Returns a program of the same build as this one.
pub fn built(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.is_file() {
        bail!("{} is missing; scripts/bench builds it", path.display());
    }
    Ok(path)
}

/// Returns a folder for databases, beside the programs: one that is kept in memory knows no fsync.
pub fn folder() -> Result<PathBuf> {
    let folder = std::env::current_exe()?.with_file_name("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A process of ours. Dropped, it ends.
pub struct Program(Child);

impl Program {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("start {}", command.get_program().display()))?;
        Ok(Self(child))
    }

    /// Starts it, and waits until its first line says that it listens.
    pub fn listening(command: &mut Command) -> Result<Self> {
        let mut program = Self::start(command.stdout(Stdio::piped()))?;
        let output = program
            .0
            .stdout
            .take()
            .context("the program has an output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.is_empty() {
            bail!(
                "{} ended before it listened",
                command.get_program().display()
            );
        }
        Ok(program)
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> Result<()> {
        self.0.wait()?;
        Ok(())
    }

    /// Asks it to end, as a service manager does, and waits.
    pub fn stop(&mut self) -> Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        if self.0.try_wait()?.is_none() {
            kill_process(Pid::from_child(&self.0), Signal::TERM)?;
            self.0.wait()?;
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail where it has ended, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end, and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start {shown}"))?;
    if !done.status.success() {
        bail!(
            "{shown} ended with {}: {}",
            done.status,
            String::from_utf8_lossy(&done.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
