//! Finds the files to import, lazily. It opens none of them.

use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::names::{escaped, escaped_path};

/// What the walk came upon.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A regular file.
    File {
        path: PathBuf,
        /// The folder as it is shown: relative to what was given.
        folder: String,
    },
    /// Something that cannot be imported, and why.
    Rejected { path: String, reason: String },
}

/// Names that systems put beside photos. Whatever else is hidden is imported like any file.
const LITTER: [&str; 14] = [
    ".DS_Store",
    ".Spotlight-V100",
    ".TemporaryItems",
    ".Trashes",
    ".directory",
    ".fseventsd",
    ".nomedia",
    ".thumbnails",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "@eaDir",
    "#recycle",
    "__MACOSX",
];

/// Walks one given path. Folders below `excluded` (canonical paths) are passed over.
pub(super) fn walk(given: &Path, excluded: &[PathBuf]) -> Box<dyn Iterator<Item = Found> + Send> {
    let kind = match fs::metadata(given) {
        Ok(metadata) => metadata.file_type(),
        Err(error) => return Box::new(std::iter::once(rejected(given, reason(&error)))),
    };
    let absolute = fs::canonicalize(given).unwrap_or_else(|_| given.to_owned());
    if !kind.is_dir() {
        let folder = absolute
            .parent()
            .and_then(Path::file_name)
            .map(escaped)
            .unwrap_or_default();
        return Box::new(std::iter::once(found(given, &kind, folder)));
    }
    let top = absolute.file_name().map(escaped).unwrap_or_default();
    let root = given.to_owned();
    let excluded = excluded.to_vec();
    let entries = WalkDir::new(given)
        .follow_links(true)
        .into_iter()
        .filter_entry(move |entry| wanted(entry, &excluded));
    Box::new(entries.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) => {
            let parent = entry
                .path()
                .parent()
                .and_then(|parent| parent.strip_prefix(&root).ok());
            let folder = std::iter::once(top.clone())
                .chain(parent.into_iter().flatten().map(escaped))
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/");
            Some(found(entry.path(), &entry.file_type(), folder))
        }
        Err(error) => Some(fault(&error, &root)),
    }))
}

fn wanted(entry: &DirEntry, excluded: &[PathBuf]) -> bool {
    if entry.depth() > 0 && is_litter(entry.file_name()) {
        return false;
    }
    // Links are resolved, so a link into the library is seen through.
    let canonical = entry
        .file_type()
        .is_dir()
        .then(|| fs::canonicalize(entry.path()).ok())
        .flatten();
    canonical.is_none_or(|dir| !excluded.iter().any(|excluded| dir.starts_with(excluded)))
}

fn is_litter(name: &OsStr) -> bool {
    let known = |litter: &&str| name.eq_ignore_ascii_case(litter);
    // `._name` holds what macOS keeps about `name` on other file systems, `.Trash-1000` what was
    // thrown away.
    let begins = |beginning: &str| name.as_encoded_bytes().starts_with(beginning.as_bytes());
    begins("._") || begins(".Trash-") || LITTER.iter().any(known)
}

fn found(path: &Path, kind: &FileType, folder: String) -> Found {
    if kind.is_file() {
        return Found::File {
            path: path.to_owned(),
            folder,
        };
    }
    rejected(path, format!("it is {}, not a file", special(kind)))
}

#[cfg(unix)]
fn special(kind: &FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_block_device() || kind.is_char_device() => "a device",
        _ => "something special",
    }
}

#[cfg(not(unix))]
fn special(_: &FileType) -> &'static str {
    "something special"
}

fn fault(error: &walkdir::Error, root: &Path) -> Found {
    let path = error.path().unwrap_or(root);
    if let Some(ancestor) = error.loop_ancestor() {
        return rejected(
            path,
            format!("the link leads back to {}, a loop", escaped_path(ancestor)),
        );
    }
    let linked = path.is_symlink();
    match error.io_error() {
        Some(io) if io.kind() == io::ErrorKind::NotFound && linked => {
            rejected(path, "the link leads nowhere".to_owned())
        }
        Some(io) => rejected(path, reason(io)),
        None => rejected(path, error.to_string()),
    }
}

fn rejected(path: &Path, reason: String) -> Found {
    Found::Rejected {
        path: escaped_path(path),
        reason,
    }
}

/// What the system said, in words.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}
