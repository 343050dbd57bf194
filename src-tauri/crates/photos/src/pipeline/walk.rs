//! Finds the files to import, lazily, and who beside them speaks of them. It opens none of those to
//! import; of the JSON files beside photos it makes sure that they are Takeout's.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use kinfolio_said::{Said, Sentence};
use walkdir::{DirEntry, WalkDir};

use super::sentences;
use crate::described::beside::{Beside, Listing};
use crate::names::{escaped, escaped_path};

/// What the walk came upon.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A regular file.
    File {
        path: PathBuf,
        /// The folder as it is shown: relative to what was given.
        folder: String,
        /// Who speaks of it; `None` when nobody does, as in most folders.
        beside: Option<Box<Beside>>,
    },
    /// Something that cannot be imported, and why.
    Rejected { path: String, reason: Said },
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

/// The paths of one import, as they were given.
pub(super) struct Walk<'a> {
    given: &'a [PathBuf],
    /// Folders (canonical paths) that are passed over.
    excluded: Vec<PathBuf>,
    /// The names of the files that were given themselves, by their folder.
    names: HashMap<&'a Path, Vec<&'a OsStr>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(given: &'a [PathBuf], excluded: Vec<PathBuf>) -> Self {
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for path in given {
            if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
                names.entry(folder).or_default().push(name);
            }
        }
        Self {
            given,
            excluded,
            names,
        }
    }

    /// All that is found, path by path.
    pub(super) fn found(&self) -> impl Iterator<Item = Found> {
        // Files are mostly given folder by folder, so the last one is kept.
        let mut last: Option<Together> = None;
        self.given
            .iter()
            .flat_map(move |path| -> Box<dyn Iterator<Item = Found>> {
                let kind = match fs::metadata(path) {
                    Ok(metadata) => metadata.file_type(),
                    Err(error) => return Box::new(std::iter::once(rejected(path, reason(&error)))),
                };
                if kind.is_dir() {
                    return Box::new(below(path, self.excluded.clone()));
                }
                let folder = path.parent().unwrap_or(Path::new(""));
                let together = match last.take() {
                    Some(together) if together.folder == folder => together,
                    _ => self.together(folder),
                };
                let found = together.found(path, &kind);
                last = Some(together);
                Box::new(found.into_iter())
            })
    }

    fn together(&self, folder: &Path) -> Together {
        let dir = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let listing = Listing::of(dir);
        let names = self
            .names
            .get(folder)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Together {
            heard: listing.heard_with(names),
            folder: folder.to_owned(),
            listing,
        }
    }
}

/// Files of one folder that were given themselves.
struct Together {
    folder: PathBuf,
    listing: Listing,
    /// Those that speak of another one that was given. One that was given without its photo is
    /// meant itself.
    heard: HashSet<OsString>,
}

impl Together {
    fn found(&self, path: &Path, kind: &FileType) -> Option<Found> {
        let name = path.file_name().unwrap_or_default();
        if self.heard.contains(name) && self.listing.is_heard(name) {
            return None;
        }
        let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = absolute.parent().and_then(Path::file_name);
        let folder = folder.map(escaped).unwrap_or_default();
        Some(found(path, kind, folder, &self.listing))
    }
}

/// Walks one folder.
fn below(given: &Path, excluded: Vec<PathBuf>) -> impl Iterator<Item = Found> + use<> {
    let absolute = fs::canonicalize(given).unwrap_or_else(|_| given.to_owned());
    let top = absolute.file_name().map(escaped).unwrap_or_default();
    let root = given.to_owned();
    let entries = WalkDir::new(given)
        .follow_links(true)
        .into_iter()
        .filter_entry(move |entry| wanted(entry, &excluded));
    // The folders from the given one down to where the walk is, each listed when it was entered.
    let mut listings: Vec<Listing> = Vec::new();
    entries.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => {
            listings.truncate(entry.depth());
            listings.push(Listing::of(entry.path()));
            None
        }
        Ok(entry) => {
            listings.truncate(entry.depth());
            let listing = listings.last()?;
            if listing.is_heard(entry.file_name()) {
                return None;
            }
            let parent = entry
                .path()
                .parent()
                .and_then(|parent| parent.strip_prefix(&root).ok());
            let folder = std::iter::once(top.clone())
                .chain(parent.into_iter().flatten().map(escaped))
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/");
            Some(found(entry.path(), &entry.file_type(), folder, listing))
        }
        Err(error) => Some(fault(&error, &root)),
    })
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

fn found(path: &Path, kind: &FileType, folder: String, listing: &Listing) -> Found {
    if kind.is_file() {
        let beside = listing.beside(path.file_name().unwrap_or_default());
        return Found::File {
            path: path.to_owned(),
            folder,
            beside: (!beside.is_empty()).then(|| Box::new(beside)),
        };
    }
    rejected(path, special(kind))
}

#[cfg(unix)]
fn special(kind: &FileType) -> Sentence {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => sentences::PIPE,
        kind if kind.is_socket() => sentences::SOCKET,
        kind if kind.is_block_device() || kind.is_char_device() => sentences::DEVICE,
        _ => sentences::SPECIAL,
    }
}

#[cfg(not(unix))]
fn special(_: &FileType) -> Sentence {
    sentences::SPECIAL
}

fn fault(error: &walkdir::Error, root: &Path) -> Found {
    let path = error.path().unwrap_or(root);
    if let Some(ancestor) = error.loop_ancestor() {
        let said = sentences::LINK_LOOP.with("path", escaped_path(ancestor));
        return rejected(path, said);
    }
    let linked = path.is_symlink();
    match error.io_error() {
        Some(io) if io.kind() == io::ErrorKind::NotFound && linked => {
            rejected(path, sentences::LINK_NOWHERE)
        }
        Some(io) => rejected(path, reason(io)),
        None => rejected(path, sentences::UNREADABLE.with("error", error)),
    }
}

fn rejected(path: &Path, reason: impl Into<Said>) -> Found {
    Found::Rejected {
        path: escaped_path(path),
        reason: reason.into(),
    }
}

/// What the system said, in words.
pub(super) fn reason(error: &io::Error) -> Said {
    match error.kind() {
        io::ErrorKind::PermissionDenied => sentences::DENIED.into(),
        io::ErrorKind::NotFound => sentences::MISSING.into(),
        _ => sentences::UNREADABLE.with("error", error),
    }
}
