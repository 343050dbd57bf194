//! Start at login, as somebody wished: an entry among those that the session starts
//! (<https://specifications.freedesktop.org/autostart-spec/latest/>).
//!
//! Not by `tauri-plugin-autostart`, whose entries hold paths with spaces in them unquoted.

use std::io;
use std::path::PathBuf;

use crate::desktop_entry::{self, Launch};

/// Whether the session starts this library's app.
///
/// # Errors
/// There is no home folder.
pub fn is_wished(launch: &Launch) -> io::Result<bool> {
    Ok(path(launch)?.exists())
}

/// Has the session start this library's app, or no longer.
///
/// # Errors
/// The entry cannot be written, or removed.
pub fn wish(launch: &Launch, wished: bool) -> io::Result<()> {
    let path = path(launch)?;
    if !wished {
        return desktop_entry::remove(&path);
    }
    let entry = launch.entry("--background", &[("Terminal", "false")])?;
    desktop_entry::write(&path, entry.as_bytes())
}

fn path(launch: &Launch) -> io::Result<PathBuf> {
    let folder = desktop_entry::folder("XDG_CONFIG_HOME", ".config")?;
    Ok(folder.join("autostart").join(launch.file_name()))
}
