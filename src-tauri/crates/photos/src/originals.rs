//! Deep verification of the stored originals: every byte is hashed again and
//! compared with what the caller expects. It only reads.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::blobs::{BLOBS, BlobId, Blobs, STAGING};
use crate::names::escaped_path;

/// An original that the ledger speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// The SHA-256 of its bytes.
    pub id: BlobId,
    /// Its length in bytes.
    pub size: u64,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginalFault {
    /// An expected original is not stored.
    Missing {
        /// The original's id.
        id: BlobId,
    },
    /// A stored original has another length or other bytes than its name says.
    Altered {
        /// The original's id.
        id: BlobId,
        /// What differs.
        detail: String,
    },
    /// A stored original could not be read.
    Unreadable {
        /// The original's id.
        id: BlobId,
        /// What the system said.
        detail: String,
    },
    /// A file that no original explains. A blob whose ledger record was never
    /// written (the import was killed) is such a file; it does no harm.
    Unexpected {
        /// The path below the library's root.
        path: String,
    },
}

/// Hashes every expected original below `root` again and looks for files that
/// nothing explains. Faults come as they are found; the iterator holds the
/// expected ids (40 bytes each) in memory. Nothing is written.
pub fn verify(
    root: &Path,
    expected: impl IntoIterator<Item = Expected>,
) -> impl Iterator<Item = OriginalFault> {
    let dir = root.join(BLOBS);
    let expected: BTreeMap<BlobId, u64> =
        expected.into_iter().map(|one| (one.id, one.size)).collect();
    let known: BTreeMap<BlobId, u64> = expected.clone();
    let root = root.to_owned();
    let strangers = WalkDir::new(&dir)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !(entry.depth() == 1 && entry.file_name() == STAGING))
        .flatten()
        .filter(|entry| !entry.file_type().is_dir())
        .filter_map(move |entry| {
            let explained = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<BlobId>().ok())
                .is_some_and(|id| known.contains_key(&id) && entry.path().ends_with(id.key()));
            let path = entry.path().strip_prefix(&root).unwrap_or(entry.path());
            (!explained).then(|| OriginalFault::Unexpected {
                path: escaped_path(path),
            })
        });
    expected
        .into_iter()
        .filter_map(move |(id, size)| check(&dir, id, size))
        .chain(strangers)
}

/// Hashes one stored original again.
pub fn inspect(blobs: &Blobs, id: BlobId, size: u64) -> Option<OriginalFault> {
    check(blobs.dir(), id, size)
}

/// What is wrong with the length of one original, which `size` says: reads none of it.
#[must_use]
pub fn measure(blobs: &Blobs, id: BlobId, size: u64) -> Option<OriginalFault> {
    length_fault(&blobs.dir().join(id.key()), id, size)
}

/// The hash of bytes that go by.
#[derive(Clone, Debug, Default)]
pub struct Hash(Sha256);

impl Hash {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// What an original of these bytes is called.
    #[must_use]
    pub fn id(self) -> BlobId {
        BlobId(self.0.finalize().into())
    }
}

fn check(dir: &Path, id: BlobId, size: u64) -> Option<OriginalFault> {
    let path: PathBuf = dir.join(id.key());
    if let Some(fault) = length_fault(&path, id, size) {
        return Some(fault);
    }
    match hash(&path) {
        Ok(found) if found == id => None,
        Ok(found) => Some(OriginalFault::Altered {
            id,
            detail: format!("its bytes now hash to {found}"),
        }),
        Err(error) => Some(OriginalFault::Unreadable {
            id,
            detail: error.to_string(),
        }),
    }
}

fn length_fault(path: &Path, id: BlobId, size: u64) -> Option<OriginalFault> {
    let length = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Some(OriginalFault::Missing { id });
        }
        Err(error) => {
            return Some(OriginalFault::Unreadable {
                id,
                detail: error.to_string(),
            });
        }
    };
    if length != size {
        let detail = format!("it has {length} bytes instead of {size}");
        return Some(OriginalFault::Altered { id, detail });
    }
    None
}

fn hash(path: &Path) -> io::Result<BlobId> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(BlobId(hasher.finalize().into())),
            Ok(n) => hasher.update(&chunk[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
