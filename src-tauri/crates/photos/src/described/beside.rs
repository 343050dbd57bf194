//! The files beside a photo that speak of it: XMP sidecars and Google Takeout's JSON. A folder is
//! listed once; then each of its photos knows who speaks of it, and those who were heard are not
//! imported as files themselves. Whatever speaks of nothing here is imported like any file, so
//! nothing is lost.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::takeout::{self, names};
use super::{Account, Accounts, INPUT_MAX, xmp};
use crate::names::escaped;

/// What may have a sidecar that is named after its stem alone (`IMG_1.xmp`), and Takeout's JSON.
const PICTURES: [&str; 46] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif",
    "hif", "avif", "jxl", "psd", "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2",
    "raf", "orf", "rw2", "pef", "srw", "3fr", "fff", "iiq", "dcr", "kdc", "mos", "mrw", "erf",
    "rwl", "x3f", "insp", "raw", "jp2", "j2k", "ico", "svg",
];
const MOVIES: [&str; 20] = [
    "mov", "mp4", "m4v", "mp", "3gp", "3g2", "avi", "mkv", "webm", "mts", "m2ts", "mpg", "mpeg",
    "wmv", "flv", "asf", "mod", "tod", "lrv", "insv",
];

/// JSON files that are looked at for the title of the folder's album.
const ALBUMS_MAX: usize = 16;

/// Who speaks of one photo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) xmp: Option<PathBuf>,
    pub(crate) json: Option<PathBuf>,
    /// The title of the album that the folder is.
    pub(crate) album: Option<Arc<str>>,
}

/// What they said.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Without the file's own account.
    pub(crate) accounts: Accounts,
    /// Who could not be heard, and why, in words for the user.
    pub(crate) warnings: Vec<String>,
}

impl Beside {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads what they say. Never fails: who cannot be heard is named in a warning.
    pub(crate) fn read(&self) -> Said {
        let mut said = Said::default();
        if let Some(path) = &self.xmp {
            match read_bounded(path, INPUT_MAX as u64).and_then(|bytes| xmp::read(&bytes)) {
                Ok(account) => said.accounts.sidecar = account,
                Err(reason) => said.warnings.push(unheard("sidecar", path, &reason)),
            }
        }
        if let Some(path) = &self.json {
            match read_photo(path) {
                Ok(account) => said.accounts.takeout = account.unwrap_or_default(),
                Err(reason) => said.warnings.push(unheard("Takeout file", path, &reason)),
            }
        }
        let album = self.album.as_deref().map(str::to_owned);
        said.accounts.takeout.albums.extend(album);
        said
    }
}

fn unheard(what: &str, path: &Path, reason: &str) -> String {
    let name = path.file_name().map(escaped).unwrap_or_default();
    format!("the {what} {name} was not used: {reason}")
}

fn read_photo(path: &Path) -> Result<Option<Account>, String> {
    takeout::photo(&read_bounded(path, takeout::JSON_MAX)?)
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let read = || -> io::Result<Option<Vec<u8>>> {
        // A pipe of that name would never end.
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    };
    match read() {
        Ok(Some(bytes)) if bytes.len() as u64 > limit => {
            Err(format!("it is too large (the limit is {} MB)", limit >> 20))
        }
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err("it is not a file".to_owned()),
        Err(error) => Err(format!("it cannot be read ({error})")),
    }
}

/// One folder, and who speaks of whom in it.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    dir: PathBuf,
    /// The sidecar and the JSON of each photo that has one.
    speakers: HashMap<OsString, Speakers>,
    /// Sidecars and JSON files that speak of a photo here.
    speaking: HashSet<OsString>,
    album: Option<(OsString, Option<Arc<str>>)>,
}

#[derive(Debug, Default, Clone)]
struct Speakers {
    xmp: Option<OsString>,
    json: Option<OsString>,
}

impl Listing {
    /// Lists a folder; one that cannot be listed has nobody who speaks.
    pub(crate) fn of(dir: &Path) -> Self {
        let files = Files::in_folder(dir);
        let mut listing = Self {
            dir: dir.to_owned(),
            ..Self::default()
        };
        for photo in &files.photos {
            let speakers = Speakers {
                xmp: files.sidecar_of(photo),
                json: files.json_of(photo),
            };
            let both = [&speakers.xmp, &speakers.json];
            listing.speaking.extend(both.into_iter().flatten().cloned());
            if both.iter().any(|speaker| speaker.is_some()) {
                listing.speakers.insert(photo.name.clone(), speakers);
            }
        }
        for other in &files.others {
            if let Some(xmp) = files
                .xmps
                .find(&names::folded(&other.to_string_lossy()), other)
            {
                listing.speaking.insert(xmp.clone());
                let speakers = Speakers {
                    xmp: Some(xmp),
                    json: None,
                };
                listing.speakers.insert(other.clone(), speakers);
            }
        }
        if !files.photos.is_empty() {
            listing.album = files.album(dir, &listing.speaking);
        }
        listing
    }

    /// Who speaks of the file of that name.
    pub(crate) fn beside(&self, name: &OsStr) -> Beside {
        let speakers = self.speakers.get(name).cloned().unwrap_or_default();
        let path = |name: OsString| self.dir.join(name);
        let is_photo = Photo::of(name).is_some();
        let album = self.album.as_ref().filter(|_| is_photo);
        Beside {
            xmp: speakers.xmp.map(path),
            json: speakers.json.map(path),
            album: album.and_then(|(_, title)| title.clone()),
        }
    }

    /// Whether the file of that name was heard for others here and is no file to import. What
    /// cannot be understood is imported.
    pub(crate) fn is_heard(&self, name: &OsStr) -> bool {
        if self.album.as_ref().is_some_and(|album| album.0 == name) {
            return true;
        }
        let is_json = without(name, ".json").is_some();
        self.speaking.contains(name)
            && (!is_json || matches!(read_photo(&self.dir.join(name)), Ok(Some(_))))
    }

    /// Those that speak of one of these files.
    pub(crate) fn heard_with(&self, photos: &[&OsStr]) -> HashSet<OsString> {
        let mut heard = HashSet::new();
        for photo in photos {
            if let Some(Speakers { xmp, json }) = self.speakers.get(*photo) {
                heard.extend([xmp, json].into_iter().flatten().cloned());
            }
            if Photo::of(photo).is_some() {
                heard.extend(self.album.as_ref().map(|album| album.0.clone()));
            }
        }
        heard
    }
}

/// Files by their folded names; several may fold to one.
#[derive(Debug, Default)]
struct ByName(HashMap<String, Vec<OsString>>);

impl ByName {
    fn insert(&mut self, key: String, name: OsString) {
        self.0.entry(key).or_default().push(name);
    }

    /// The file of that folded name, preferably one that begins as `like` does.
    fn find(&self, key: &str, like: &OsStr) -> Option<OsString> {
        let all = self.0.get(key)?;
        let like = like.as_encoded_bytes();
        let begins = |name: &&OsString| like.starts_with(stem(name.as_encoded_bytes()));
        // Bytes that are no text all fold to one character, so such names must be the same.
        let any = all.iter().min().filter(|_| !key.contains('\u{fffd}'));
        all.iter().find(begins).or(any).cloned()
    }
}

fn stem(name: &[u8]) -> &[u8] {
    let dot = name.iter().rposition(|byte| *byte == b'.');
    &name[..dot.unwrap_or(name.len())]
}

struct Photo {
    name: OsString,
    folded: String,
    is_movie: bool,
}

impl Photo {
    fn of(name: &OsStr) -> Option<Self> {
        let folded = names::folded(&name.to_string_lossy());
        let extension = names::split(&folded).1.strip_prefix('.')?;
        let is_movie = MOVIES.contains(&extension);
        (is_movie || PICTURES.contains(&extension)).then(|| Self {
            name: name.to_owned(),
            is_movie,
            folded,
        })
    }
}

/// The files of one folder by what they may be.
#[derive(Default)]
struct Files {
    photos: Vec<Photo>,
    /// Names without `.xmp` and `.json`.
    xmps: ByName,
    jsons: ByName,
    /// Whatever else may have a sidecar of its whole name.
    others: Vec<OsString>,
    /// Places in `photos` by the stem of their names, for movies that belong to a still.
    stems: HashMap<String, Vec<usize>>,
}

impl Files {
    fn in_folder(dir: &Path) -> Self {
        let mut files = Self::default();
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        for entry in entries {
            let is_file = entry
                .file_type()
                .is_ok_and(|kind| kind.is_file() || (kind.is_symlink() && entry.path().is_file()));
            let name = entry.file_name();
            // What macOS keeps about a file on other file systems is never imported either.
            if !is_file || name.as_encoded_bytes().starts_with(b"._") {
                continue;
            }
            if let Some(key) = without(&name, ".xmp") {
                files.xmps.insert(key, name);
            } else if let Some(key) = without(&name, ".json") {
                files.jsons.insert(key, name);
            } else if let Some(photo) = Photo::of(&name) {
                let stem = names::split(&photo.folded).0.to_owned();
                files
                    .stems
                    .entry(stem)
                    .or_default()
                    .push(files.photos.len());
                files.photos.push(photo);
            } else {
                files.others.push(name);
            }
        }
        files
    }

    fn sidecar_of(&self, photo: &Photo) -> Option<OsString> {
        let whole = self.xmps.find(&photo.folded, &photo.name);
        whole.or_else(|| self.xmps.find(names::split(&photo.folded).0, &photo.name))
    }

    fn json_of(&self, photo: &Photo) -> Option<OsString> {
        if self.jsons.0.is_empty() {
            return None;
        }
        self.own_json_of(photo).or_else(|| {
            // The movie of a live photo has none of its own: `IMG_1.MP4` beside `IMG_1.HEIC`, and
            // `PXL_1.MP` beside `PXL_1.MP.jpg`.
            let stills = [names::split(&photo.folded).0, &photo.folded];
            let stills = stills.into_iter().filter(|_| photo.is_movie);
            stills
                .filter_map(|stem| self.stems.get(stem))
                .flatten()
                .map(|at| &self.photos[*at])
                .filter(|still| !still.is_movie)
                .find_map(|still| self.own_json_of(still))
        })
    }

    fn own_json_of(&self, photo: &Photo) -> Option<OsString> {
        names::candidates(&photo.folded)
            .iter()
            .find_map(|key| self.jsons.find(key, &photo.name))
    }

    /// The JSON about the folder itself: its name, and the title of the album unless the folder is
    /// that of a year.
    fn album(
        &self,
        dir: &Path,
        speaking: &HashSet<OsString>,
    ) -> Option<(OsString, Option<Arc<str>>)> {
        let mut candidates: Vec<(bool, &OsString)> = self
            .jsons
            .0
            .iter()
            .flat_map(|(key, all)| all.iter().map(|name| (!names::is_album(key), name)))
            .filter(|(_, name)| !speaking.contains(*name))
            .collect();
        candidates.sort_unstable();
        let mut candidates = candidates.into_iter().take(ALBUMS_MAX);
        let (name, title) = candidates.find_map(|(is_other_name, name)| {
            let bytes = read_bounded(&dir.join(name), takeout::JSON_MAX).ok()?;
            Some((name, takeout::album(&bytes, !is_other_name)?))
        })?;
        let folder = fs::canonicalize(dir).ok();
        let folder = folder.as_deref().and_then(Path::file_name);
        let folder = folder.map(OsStr::to_string_lossy).unwrap_or_default();
        let is_album = !names::is_year(&folder);
        Some((name.clone(), is_album.then(|| title.into())))
    }
}

/// The folded name without that ending.
fn without(name: &OsStr, ending: &str) -> Option<String> {
    let folded = names::folded(&name.to_string_lossy());
    folded
        .strip_suffix(ending)
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
}
