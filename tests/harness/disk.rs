//! Disks that fill up, and slow ones.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of its own; unmounted when dropped.
pub struct Disk(PathBuf);

impl Disk {
    /// Mounts it at a folder that it makes.
    ///
    /// # Errors
    /// It may not be mounted here: why.
    pub fn mount(at: &Path, size: &str) -> Result<Self, String> {
        std::fs::create_dir(at).map_err(|error| error.to_string())?;
        run(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={size}"), "kinfolio"],
            at,
        )?;
        Ok(Self(at.to_path_buf()))
    }

    /// Where it is.
    #[must_use]
    pub fn at(&self) -> &Path {
        &self.0
    }

    /// Gives it another size.
    ///
    /// # Panics
    /// The system refuses.
    pub fn grow(&self, size: &str) {
        run("mount", &["-o", &format!("remount,size={size}")], &self.0)
            .expect("a file system that grows");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, since a failing test may have left a process on it.
        let _ = run("umount", &["-l"], &self.0);
    }
}

/// A folder whose files are read slowly, as long as this is there.
pub struct Slow(PathBuf);

impl Slow {
    /// Lets no more than so many bytes of `folder` be read in a second.
    ///
    /// # Errors
    /// No such file system may be mounted here: why.
    pub fn reading(folder: &Path, bytes: u32) -> Result<Self, String> {
        let rate = format!("--read-rate={bytes}");
        let over = folder.to_string_lossy();
        run(
            "bindfs",
            &["--multithreaded", "-o", "nonempty", &rate, &over],
            folder,
        )?;
        Ok(Self(folder.to_path_buf()))
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        let _ = run("umount", &["-l"], &self.0);
    }
}

fn run(program: &str, args: &[&str], last: &Path) -> Result<(), String> {
    let output = Command::new(program).args(args).arg(last).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Fills the file system that holds `path` until `left` bytes are free.
///
/// # Panics
/// It cannot be written at all.
pub fn fill(path: &Path, left: u64) {
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(path)
        .expect("a file");
    while file.write_all(&[0; 4096]).is_ok() {}
    let length = file.metadata().expect("a file").len();
    file.set_len(length.saturating_sub(left))
        .expect("a shorter file");
}
