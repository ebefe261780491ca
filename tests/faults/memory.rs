//! A bound on the memory of what is started within it, by a control group.

use std::{fs, path::PathBuf, process};

use anyhow::{Context as _, Result};

/// Where the kernel has them, the newer way and the older.
const GROUPS: &str = "/sys/fs/cgroup";

/// The bound. Dropped, it is gone, once what lived within it has ended.
pub struct Memory(PathBuf);

impl Memory {
    /// Bounds the memory to so many bytes, what is read from the disk included.
    pub fn of(bytes: u64) -> Result<Self> {
        let name = format!("campanile-{}", process::id());
        let groups = PathBuf::from(GROUPS);
        let (group, bound) = if groups.join("cgroup.controllers").exists() {
            // Where it is given on already there is nothing to do.
            let _ = fs::write(groups.join("cgroup.subtree_control"), "+memory");
            (groups.join(name), "memory.max")
        } else {
            (groups.join("memory").join(name), "memory.limit_in_bytes")
        };
        fs::create_dir(&group)
            .and_then(|()| fs::write(group.join(bound), bytes.to_string()))
            .with_context(|| format!("bound memory by {}, as root", group.display()))?;
        Ok(Self(group))
    }

    /// Returns what starts a command within it.
    pub fn entry(&self) -> [String; 4] {
        let line = format!("echo $$ >{}/cgroup.procs && exec \"$@\"", self.0.display());
        ["sh".into(), "-c".into(), line, "sh".into()]
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}
