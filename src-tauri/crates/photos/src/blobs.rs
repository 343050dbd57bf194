//! The originals, each stored once under the SHA-256 of its bytes:
//! `ROOT/blobs/aa/bb/<hex>`, read-only, never rewritten with other bytes.
//!
//! Durability contract: when [`Blobs::publish`] or one of the `put`s returns,
//! the bytes and every directory entry that leads to them are on the disk. A
//! crash before that leaves nothing at the content address or the whole file,
//! never a part of it; the remains of staging are cleared at the next open.
//! Only one process may open a store for writing (the library's lock sees to
//! that). It refuses to know which originals a ledger mentions.

mod staging;

pub use staging::Staged;

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use thiserror::Error;

use crate::Cancel;

/// The folder below the library's root that holds the originals.
pub(crate) const BLOBS: &str = "blobs";
/// The folder below [`BLOBS`] where files are written before they are named.
pub(crate) const STAGING: &str = "staging";

/// The SHA-256 of an original's bytes. Prints and parses as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub [u8; 32]);

impl BlobId {
    /// The path relative to the store (and the object key): `aa/bb/<hex>`.
    pub fn key(&self) -> String {
        let hex = self.to_string();
        format!("{}/{}/{hex}", &hex[0..2], &hex[2..4])
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not a photo's id: 64 lower-case hexadecimal digits are expected")]
pub struct BlobIdError(String);

impl FromStr for BlobId {
    type Err = BlobIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 32];
        if text.bytes().any(|b| b.is_ascii_uppercase())
            || hex::decode_to_slice(text, &mut id).is_err()
        {
            return Err(BlobIdError(text.chars().take(80).collect()));
        }
        Ok(Self(id))
    }
}

/// An original that is durably in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The SHA-256 of the bytes.
    pub id: BlobId,
    /// Length in bytes.
    pub size: u64,
    /// False when the store already held these bytes.
    pub new: bool,
}

/// A part of an original, opened for reading.
pub struct BlobRange {
    /// Length of the whole original in bytes.
    pub size: u64,
    /// The bytes that the stream yields.
    pub range: Range<u64>,
    /// The bytes, in chunks.
    pub stream: BoxStream<'static, Result<Bytes, BlobError>>,
}

impl fmt::Debug for BlobRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobRange")
            .field("size", &self.size)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

/// Why an original could not be stored or read.
#[derive(Debug, Error)]
pub enum BlobError {
    /// The disk with the library is full (or the quota is used up).
    #[error("the disk that holds the library is full ({path}); free some space and import again")]
    DiskFull {
        /// The file that was being written.
        path: String,
    },
    /// The source file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file that was being read.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The store could not be written or read.
    #[error("cannot use the photo store at {path}: {source}")]
    Store {
        /// The file or folder in the store.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The source changed under the reader's hands, so no hash of it is true.
    #[error(
        "{path} changed while it was being read; import it again when it is no longer written to"
    )]
    Changed {
        /// The file that changed.
        path: String,
    },
    /// The source holds no bytes.
    #[error("{path} is empty")]
    Empty {
        /// The empty file.
        path: String,
    },
    /// An upload broke off.
    #[error("the upload broke off: {reason}")]
    Upload {
        /// What the sender's side said.
        reason: String,
    },
    /// What came is not the original that was asked for.
    #[error("the original {id} was asked for, and other bytes came, which hash to {found}")]
    Mismatch {
        /// The id asked for.
        id: BlobId,
        /// The id of what came.
        found: BlobId,
    },
    /// The caller raised the cancel flag.
    #[error("cancelled")]
    Cancelled,
    /// No original of that id is stored.
    #[error("the original {id} is not stored on this device")]
    NotFound {
        /// The id asked for.
        id: BlobId,
    },
    /// The range lies outside the original.
    #[error("bytes {start}..{end} were asked for, the original has {size}")]
    Range {
        /// First byte asked for.
        start: u64,
        /// One past the last byte asked for.
        end: u64,
        /// Length of the original.
        size: u64,
    },
}

impl BlobError {
    fn store(path: &Path, source: io::Error) -> Self {
        let path = crate::names::escaped_path(path);
        if is_disk_full(&source) {
            Self::DiskFull { path }
        } else {
            Self::Store { path, source }
        }
    }
}

/// Whether the system refused to write for want of space.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// The store. Clones share it.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: PathBuf,
    objects: Arc<LocalFileSystem>,
}

impl Blobs {
    /// Opens (or creates) `root/blobs` and clears what an earlier process left in staging.
    pub fn open(root: &Path) -> Result<Self, BlobError> {
        let dir = root.join(BLOBS);
        let staging = dir.join(STAGING);
        fs::create_dir_all(&staging).map_err(|source| BlobError::store(&staging, source))?;
        for entry in fs::read_dir(&staging).map_err(|source| BlobError::store(&staging, source))? {
            let path = entry
                .map_err(|source| BlobError::store(&staging, source))?
                .path();
            fs::remove_file(&path).map_err(|source| BlobError::store(&path, source))?;
        }
        let objects = LocalFileSystem::new_with_prefix(&dir)
            .map_err(|source| BlobError::store(&dir, io::Error::other(source)))?;
        sync_dir(&dir)?;
        sync_dir(root)?;
        Ok(Self {
            dir,
            objects: Arc::new(objects),
        })
    }

    /// The folder with the originals.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the original with this id lies, or would lie.
    pub fn path(&self, id: &BlobId) -> PathBuf {
        self.dir.join(id.key())
    }

    /// Length of the stored original in bytes; `None` when it is not stored.
    pub fn len(&self, id: &BlobId) -> Result<Option<u64>, BlobError> {
        let path = self.path(id);
        match fs::metadata(&path) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(BlobError::store(&path, source)),
        }
    }

    /// Deletes an original; fine, if it is not stored.
    pub fn remove(&self, id: &BlobId) -> Result<(), BlobError> {
        let path = self.path(id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(BlobError::store(&path, error))
            }
            _ => Ok(()),
        }
    }

    /// Copies a file into the store, reading it once. Durable on return.
    pub fn put_file(&self, path: &Path, cancel: &Cancel) -> Result<Stored, BlobError> {
        let staged = self.stage_file(path, 0, cancel)?;
        Ok(self.publish(vec![staged])?[0])
    }

    /// Stores what the stream yields. Durable on return; an error of the stream
    /// stores nothing.
    pub async fn put_stream<S, E>(&self, stream: S) -> Result<Stored, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: fmt::Display,
    {
        let staged = self.stage_stream(stream).await?;
        let store = self.clone();
        let stored = blocking(move || store.publish(vec![staged])).await?;
        Ok(stored[0])
    }

    /// Stores what the stream yields if it is the original `id`, and nothing otherwise. Durable on
    /// return.
    pub async fn put_stream_as<S, E>(&self, id: BlobId, stream: S) -> Result<Stored, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: fmt::Display,
    {
        let staged = self.stage_stream(stream).await?;
        if staged.id != id {
            let found = staged.id;
            return Err(BlobError::Mismatch { id, found });
        }
        let store = self.clone();
        let stored = blocking(move || store.publish(vec![staged])).await?;
        Ok(stored[0])
    }

    /// Names staged files by their content and makes them durable, all with the
    /// fewest possible waits for the disk. Order of the answers = order given.
    ///
    /// An existing blob is replaced by the same, freshly hashed bytes: so one that
    /// a power failure damaged heals, and readers of the old file keep theirs.
    pub fn publish(&self, mut staged: Vec<Staged>) -> Result<Vec<Stored>, BlobError> {
        let mut dirs = BTreeSet::new();
        for file in &mut staged {
            file.sync(self)?;
            self.make_parents(&file.id, &mut dirs)?;
        }
        let mut stored = Vec::with_capacity(staged.len());
        for file in staged {
            let (id, size) = (file.id, file.size);
            let new = self.len(&id)? != Some(size);
            file.rename_to(&self.path(&id))?;
            stored.push(Stored { id, size, new });
        }
        // Deepest first: a folder is synced before the entry that leads to it.
        for dir in dirs.iter().rev() {
            sync_dir(dir)?;
        }
        Ok(stored)
    }

    /// Opens an original, or a part of it, for reading. The end of the range may
    /// lie beyond the file's end and is then cut.
    pub async fn open_range(
        &self,
        id: &BlobId,
        range: Option<Range<u64>>,
    ) -> Result<BlobRange, BlobError> {
        let location = object_store::path::Path::from(id.key());
        let size = match self.objects.head(&location).await {
            Ok(meta) => meta.size,
            Err(error) => return Err(self.object_error(id, error)),
        };
        let range = range.unwrap_or(0..size);
        let cut = range.start..range.end.min(size);
        if cut.start > cut.end || (cut.is_empty() && size > 0) {
            return Err(BlobError::Range {
                start: range.start,
                end: range.end,
                size,
            });
        }
        if cut.is_empty() {
            return Ok(BlobRange {
                size,
                range: cut,
                stream: futures_util::stream::empty().boxed(),
            });
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(cut.clone())),
            ..GetOptions::default()
        };
        let found = self
            .objects
            .get_opts(&location, options)
            .await
            .map_err(|error| self.object_error(id, error))?;
        let path = crate::names::escaped_path(&self.path(id));
        let stream = found
            .into_stream()
            .map_err(move |error| BlobError::Store {
                path: path.clone(),
                source: io::Error::other(error),
            })
            .boxed();
        Ok(BlobRange {
            size,
            range: cut,
            stream,
        })
    }

    fn object_error(&self, id: &BlobId, error: object_store::Error) -> BlobError {
        match error {
            object_store::Error::NotFound { .. } => BlobError::NotFound { id: *id },
            other => BlobError::store(&self.path(id), io::Error::other(other)),
        }
    }

    /// Creates `aa/bb` and notes each folder whose entries must be synced: also
    /// those that exist, since whoever created them may not have synced them yet.
    fn make_parents(&self, id: &BlobId, dirs: &mut BTreeSet<PathBuf>) -> Result<(), BlobError> {
        let mut dir = self.dir.clone();
        for part in id.key().split('/').take(2) {
            let inner = dir.join(part);
            match fs::create_dir(&inner) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(BlobError::store(&inner, error));
                }
                Ok(()) | Err(_) => {}
            }
            dirs.insert(dir);
            dir = inner;
        }
        dirs.insert(dir);
        Ok(())
    }
}

/// Makes a folder's entries durable.
fn sync_dir(dir: &Path) -> Result<(), BlobError> {
    if cfg!(windows) {
        // Windows has no way to sync a folder; its journal orders renames.
        return Ok(());
    }
    File::open(dir)
        .and_then(|file| file.sync_all())
        .map_err(|source| BlobError::store(dir, source))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| BlobError::Upload {
            reason: format!("the storing thread ended early: {error}"),
        })?
}
