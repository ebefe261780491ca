//! A disk of one's own, to be filled, locked, or cut from its power.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use campanile_tests::stage::run;
use tempfile::{NamedTempFile, TempDir};

/// The disk, mounted until it is dropped.
pub struct Disk {
    /// Where it is mounted.
    pub mounted: PathBuf,
    image: Option<PathBuf>,
    _folder: TempDir,
}

impl Disk {
    /// A disk in a file. What the file holds is what a disk holds when the power goes.
    pub fn in_a_file() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("disk.img");
        fs::File::create(&image)?.set_len(64 << 20)?;
        run(Command::new("/usr/sbin/mkfs.ext4")
            .args(["-q", "-F"])
            .arg(&image))?;
        Self::of(folder, image)
    }

    /// A disk in memory, of so many bytes as the kernel writes them (`4m`).
    pub fn in_memory(size: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mounted = folder.path().join("mounted");
        fs::create_dir(&mounted)?;
        let size = format!("size={size},mode=0777");
        as_root(
            &["mount", "-t", "tmpfs", "-o", &size, "campanile"],
            &[&mounted],
        )?;
        Ok(Self {
            mounted,
            image: None,
            _folder: folder,
        })
    }

    fn of(folder: TempDir, image: PathBuf) -> Result<Self> {
        let mounted = folder.path().join("mounted");
        fs::create_dir(&mounted)?;
        // The file system itself keeps back what nobody waits for, for longer than a round takes.
        as_root(&["mount", "-o", "loop,commit=300"], &[&image, &mounted])?;
        as_root(&["chmod", "0777"], &[&mounted])?;
        Ok(Self {
            mounted,
            image: Some(image),
            _folder: folder,
        })
    }

    /// Returns the disk as it is found when the power goes now.
    pub fn cut(&self) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("disk.img");
        fs::copy(self.image.as_ref().context("a disk in a file")?, &image)?;
        // It says by its status whether it had something to mend, as it has after any cut.
        let mended = Command::new("/usr/sbin/e2fsck")
            .arg("-fy")
            .arg(&image)
            .output()?;
        ensure!(
            mended.status.code().is_some_and(|code| code <= 2),
            "the disk cannot be mended: {}",
            String::from_utf8_lossy(&mended.stdout)
        );
        Self::of(folder, image)
    }

    /// Lets nothing more be written to these of its files, open as they may be, or lets it again.
    pub fn seal(&self, files: &[&Path], sealed: bool) -> Result<()> {
        let flag = if sealed { "+i" } else { "-i" };
        as_root(&["chattr", flag], files).map(drop)
    }

    /// Takes what room is left, until what is returned is dropped.
    pub fn fill(&self) -> Result<NamedTempFile> {
        let mut filling = NamedTempFile::new_in(&self.mounted)?;
        match io::copy(&mut io::repeat(0), &mut filling) {
            Err(full) if full.kind() == io::ErrorKind::StorageFull => Ok(filling),
            ended => bail!("it was not filled: {ended:?}"),
        }
    }

    /// Lets it stand still: whoever writes waits until what is returned is dropped.
    pub fn hold(&self) -> Result<Held<'_>> {
        as_root(&["fsfreeze", "-f"], &[&self.mounted])?;
        Ok(Held(self))
    }

    /// Mounts it anew with other options: `size=64m`, `ro`, `rw`.
    pub fn remount(&self, options: &str) -> Result<()> {
        let options = format!("remount,{options}");
        as_root(&["mount", "-o", &options], &[&self.mounted]).map(drop)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = as_root(&["umount", "-l"], &[&self.mounted]);
    }
}

/// A disk that stands still. Dropped, it goes on.
pub struct Held<'a>(&'a Disk);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let _ = as_root(&["fsfreeze", "-u"], &[&self.0.mounted]);
    }
}

/// Runs what only root may.
pub fn as_root(words: &[&str], paths: &[&Path]) -> Result<String> {
    let is_root = run(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = if is_root {
        Command::new(words[0])
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", words[0]]);
        sudo
    };
    run(command.args(&words[1..]).args(paths))
}
