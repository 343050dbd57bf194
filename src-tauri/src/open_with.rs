//! *Open with* Kinfolio, as somebody wished: an application entry by which file managers offer it
//! for photos.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::desktop_entry::{self, ID, Launch};

/// What the import takes, by the names that desktops have for it.
const TYPES: [&str; 28] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/bmp",
    "image/tiff",
    "image/jxl",
    "image/avif",
    "image/heif",
    "image/heic",
    "image/x-adobe-dng",
    "image/x-canon-cr2",
    "image/x-canon-cr3",
    "image/x-fuji-raf",
    "image/x-nikon-nef",
    "image/x-olympus-orf",
    "image/x-panasonic-rw2",
    "image/x-pentax-pef",
    "image/x-samsung-srw",
    "image/x-sony-arw",
    "video/mp4",
    "video/quicktime",
    "video/3gpp",
    "video/mpeg",
    "video/mp2t",
    "video/webm",
    "video/x-matroska",
    "video/x-msvideo",
];

const ICON: &[u8] = include_bytes!("../../icons/128x128.png");

/// Whether file managers offer this library's app.
///
/// # Errors
/// There is no home folder.
pub fn is_wished(launch: &Launch) -> io::Result<bool> {
    Ok(applications()?.join(launch.file_name()).exists())
}

/// Has file managers offer this library's app, or no longer.
///
/// # Errors
/// The entry or its icon cannot be written, or removed.
pub fn wish(launch: &Launch, wished: bool) -> io::Result<()> {
    let applications = applications()?;
    let path = applications.join(launch.file_name());
    if wished {
        desktop_entry::write(&icon()?, ICON)?;
        desktop_entry::write(&path, entry(launch)?.as_bytes())?;
    } else {
        desktop_entry::remove(&path)?;
        if !is_any_left(&applications) {
            desktop_entry::remove(&icon()?)?;
        }
    }
    index(&applications);
    Ok(())
}

fn entry(launch: &Launch) -> io::Result<String> {
    let types = TYPES.map(|name| format!("{name};")).concat();
    let lines = [
        ("Icon", ID),
        ("Categories", "Graphics;Photography;"),
        ("Terminal", "false"),
        ("StartupNotify", "true"),
        ("MimeType", types.as_str()),
    ];
    launch.entry("%F", &lines)
}

fn applications() -> io::Result<PathBuf> {
    let data = desktop_entry::folder("XDG_DATA_HOME", ".local/share")?;
    Ok(data.join("applications"))
}

fn icon() -> io::Result<PathBuf> {
    let data = desktop_entry::folder("XDG_DATA_HOME", ".local/share")?;
    let size = "icons/hicolor/128x128/apps";
    Ok(data.join(size).join(format!("{ID}.png")))
}

/// Whether another library's entry needs the icon.
fn is_any_left(applications: &Path) -> bool {
    let ours = |name: &str| name.starts_with(ID) && name.ends_with(".desktop");
    let entries = fs::read_dir(applications).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|name| ours(&name))
}

/// File managers look into an index that this program makes; where it is missing, some find the
/// entry at the next login only.
fn index(applications: &Path) {
    let mut index = Command::new("update-desktop-database");
    match index.arg("-q").arg(applications).status() {
        Ok(ended) if ended.success() => {}
        Ok(ended) => tracing::warn!(%ended, "the index of applications was not renewed"),
        Err(error) => tracing::info!(%error, "the index of applications was not renewed"),
    }
}
