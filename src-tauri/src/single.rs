//! One running app per library: a second start hands its files over to the first one and raises
//! that one's window.
//!
//! This is a courtesy over the session bus, not a lock. What keeps two processes out of one library
//! is the library's own lock, which also works where there is no session bus.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use sha2::{Digest, Sha256};
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Wry};

use crate::events;
use crate::manners::Manners;
use crate::options::Options;
use crate::shell::WINDOW;

/// The plugin that ends this process when another one shows the library in `data`.
pub fn per_library(data: &Path, manners: Arc<Manners>) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .callback(move |app, arguments, folder| {
            // The second start has read the same words already, with the same result.
            let Ok(options) = Options::try_parse_from(arguments) else {
                return raise(app);
            };
            manners.handed.add(&options.paths, Path::new(&folder));
            if !options.paths.is_empty() {
                events::tell_handed(app);
            }
            if !options.background {
                raise(app);
            }
        })
        .dbus_id(bus_name(data))
        .build()
}

/// Brings the window to the front, from the task bar too.
fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else {
        return;
    };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::warn!(%error, "the window could not be raised");
        }
    }
}

/// A name on the session bus that is the same for each way of writing one folder's path.
fn bus_name(data: &Path) -> String {
    let folder = resolved(data);
    let digest = Sha256::digest(folder.as_os_str().as_encoded_bytes());
    format!(
        "app.kinfolio.desktop.library_{}",
        hex::encode(&digest[..16])
    )
}

/// The folder without links and dots, as far as it exists.
fn resolved(data: &Path) -> PathBuf {
    let absolute = std::path::absolute(data).unwrap_or_else(|_| data.to_path_buf());
    for base in absolute.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(base), absolute.strip_prefix(base)) {
            return real.components().chain(rest.components()).collect();
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_library_has_one_name_however_its_path_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("photos");
        let named = bus_name(&there);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();

        let check = |path: PathBuf, same: bool| {
            assert_eq!(bus_name(&path) == named, same, "{}", path.display());
        };
        check(link.join("photos"), true);
        check(
            folder.path().join("a").join("..").join("a").join("photos"),
            false,
        );
        check(folder.path().join("photos2"), false);
        fs::create_dir(&there).unwrap();
        check(there, true);
        check(link.join("photos"), true);
        check(folder.path().join("a").join("..").join("photos"), true);
    }
}
