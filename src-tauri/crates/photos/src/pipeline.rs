//! The import: walks files and folders and, for each file, hashes, copies, reads
//! the metadata, makes the previews and makes the original durable.
//!
//! One thread walks, as many as there are cores do the work, one publishes
//! originals in groups; between them are bounded queues, so memory does not grow
//! with the folder. Whoever receives the outcomes decides what becomes of them:
//! when [`Outcome::Ready`] arrives, the original is on the disk and a record of
//! it may be written. It refuses to know the ledger.
//!
//! Files that speak of a photo beside them (XMP sidecars, Google Takeout's JSON) are read with it and
//! are not counted as found; those that speak of none, or that are no JSON of Takeout's, are files
//! like any other.
//!
//! Skipped without a word, and not counted as found: names that begin with a dot
//! below a given folder, `Thumbs.db`, `desktop.ini`, `@eaDir`, `#recycle`,
//! `__MACOSX`, and the library's own folders.

pub mod sentences;
mod walk;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use thiserror::Error;
use tokio::sync::mpsc;

use crate::blobs::{BlobError, BlobId, Blobs, Stored};
use crate::described::Described;
use crate::described::beside::Said;
use crate::metadata::{self, Metadata};
use crate::source::Source;
use crate::thumbs::{ThumbError, Thumbs};
use crate::{Cancel, names};

/// How an import runs.
#[derive(Debug, Clone, Copy)]
pub struct PipelineOptions {
    /// Threads that hash and decode; the number of cores by default.
    pub workers: usize,
    /// Files up to this many bytes stay in memory between hashing and decoding,
    /// so that they are read once.
    pub keep_max: u64,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            workers,
            keep_max: 64 << 20,
        }
    }
}

/// Answers whether the ledger already knows an original.
pub type Known = dyn Fn(&BlobId) -> bool + Send + Sync;

/// Imports into one library. Clones share it.
#[derive(Clone)]
pub struct Pipeline {
    blobs: Blobs,
    thumbs: Thumbs,
    known: Arc<Known>,
    options: PipelineOptions,
}

impl std::fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pipeline")
            .field("blobs", &self.blobs)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A file whose original is durably stored and whose previews are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Where it was found.
    pub path: PathBuf,
    /// Its file name, printable without loss.
    pub name: String,
    /// The folder it came from, relative to what was given, `/` between parts.
    pub folder: String,
    /// The SHA-256 of its bytes.
    pub id: BlobId,
    /// Length in bytes.
    pub size: u64,
    /// False when the store held the bytes already although the ledger did not
    /// know them: an earlier import was interrupted.
    pub new: bool,
    /// What it says about itself. There are previews when the thumbhash is not empty.
    pub metadata: Metadata,
    /// What people wrote about it, in the file and, of an import, in the files beside it. Its
    /// position and date are weighed in `metadata` already.
    pub described: Described,
}

/// How far an import is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files found so far.
    pub found: u64,
    /// Whether all folders have been walked.
    pub scanned: bool,
    /// Files dealt with: ready, duplicate or rejected.
    pub processed: u64,
    /// Bytes of the files dealt with.
    pub bytes: u64,
    /// The file that was begun last.
    pub current: String,
}

/// What became of a file, or how far the import is. Each file found comes as
/// exactly one of the first three, unless the import is cancelled or fails.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Stored, durable, inspected; its previews are made.
    Ready(Box<Prepared>),
    /// The same bytes are known, or came earlier in this import.
    Duplicate {
        /// The file, printable without loss.
        path: String,
        /// The SHA-256 of its bytes.
        id: BlobId,
        /// Length in bytes.
        size: u64,
        /// What the files beside this copy say of it: Takeout has the same photo once in its year
        /// and once in each of its albums. `None` when nobody says anything.
        described: Option<Box<Described>>,
    },
    /// Not imported.
    Rejected {
        /// The file or folder, printable without loss.
        path: String,
        /// Why.
        reason: kinfolio_said::Said,
    },
    /// How far the import is; at most every tenth of a second.
    Progress(Progress),
}

/// What an import came to: `found = ready + duplicate + rejected` unless cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files found.
    pub found: u64,
    /// Files prepared.
    pub ready: u64,
    /// Files whose bytes were known.
    pub duplicate: u64,
    /// Files and folders not imported.
    pub rejected: u64,
    /// Bytes of the files dealt with.
    pub bytes: u64,
    /// Whether it was cancelled, or nobody listened any more.
    pub cancelled: bool,
}

/// Why an import stopped. What was ready before stays valid.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The disk with the library is full.
    #[error(
        "the disk that holds the library is full ({path}); free some space and import the folder again: what was imported stays"
    )]
    DiskFull {
        /// The file that was being written.
        path: String,
    },
    /// The store of originals cannot be used.
    #[error(transparent)]
    Store(BlobError),
    /// The folder of previews cannot be used.
    #[error(transparent)]
    Thumbs(ThumbError),
    /// A worker ended early; a bug.
    #[error("a part of the import ended early; import the folder again: what was imported stays")]
    Broken,
}

impl From<BlobError> for ImportError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::DiskFull { path } => Self::DiskFull { path },
            other => Self::Store(other),
        }
    }
}

impl From<ThumbError> for ImportError {
    fn from(error: ThumbError) -> Self {
        match error {
            ThumbError::DiskFull { path } => Self::DiskFull { path },
            ThumbError::Original(error) => error.into(),
            other @ (ThumbError::NoPreview { .. } | ThumbError::Io { .. }) => Self::Thumbs(other),
        }
    }
}

impl Pipeline {
    /// `known` says whether the ledger knows an original; it is asked from many
    /// threads, before any preview is made, so that a duplicate costs its hash only.
    pub fn new(blobs: Blobs, thumbs: Thumbs, known: Arc<Known>, options: PipelineOptions) -> Self {
        Self {
            blobs,
            thumbs,
            known,
            options,
        }
    }

    /// Imports files and folders (recursively, symbolic links followed). Blocks
    /// until all is done; outcomes go into `sink`, whose capacity holds the
    /// import back when they are not taken out. Call it on a thread of its own.
    pub fn run(
        &self,
        paths: Vec<PathBuf>,
        sink: mpsc::Sender<Outcome>,
        cancel: &Cancel,
    ) -> Result<Summary, ImportError> {
        work::run(self, paths, sink, cancel)
    }

    /// Inspects an original that is stored already (an upload) and makes its
    /// previews. Blocks as long as decoding takes.
    pub fn prepare_stored(
        &self,
        stored: Stored,
        name: &str,
        folder: &str,
        modified: Option<SystemTime>,
    ) -> Result<Prepared, ImportError> {
        let name = names::uploaded(name);
        let path = self.blobs.path(&stored.id);
        let source = Source::new(&path, stored.size, None);
        let nobody = Said::default();
        let (metadata, described) = self.inspect(source, &stored.id, &name, modified, nobody)?;
        let folder = folder.to_owned();
        Ok(Prepared {
            path,
            name,
            folder,
            id: stored.id,
            size: stored.size,
            new: stored.new,
            metadata,
            described,
        })
    }

    /// Reads what a file says and puts its previews in their place.
    fn inspect(
        &self,
        source: Source,
        id: &BlobId,
        name: &str,
        modified: Option<SystemTime>,
        beside: Said,
    ) -> Result<(Metadata, Described), ThumbError> {
        let inspected = metadata::inspect(source, name, modified, beside, self.thumbs.renderer());
        if let Some(previews) = inspected.previews {
            self.thumbs.put(id, &previews)?;
        }
        Ok((inspected.metadata, inspected.described))
    }
}
