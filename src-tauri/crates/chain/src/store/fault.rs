//! What can be wrong with a log.

use std::path::{Path, PathBuf};

use crate::apply::Refusal;
use crate::id::Height;
use crate::wire::WireError;

/// Why a log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("{doing} {path}: {source}", path = path.display())]
    Io {
        /// What was tried, as "could not …".
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No space is left. Nothing of what was being written counts.
    #[error("the disk that holds {path} is full: free some space and try again", path = path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// Bytes that are not what was written. They may hold a vote, so they are never cut.
    #[error("{path} is damaged at byte {offset}: {damage}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the record begins.
        offset: u64,
        /// In which way.
        damage: Damage,
    },
    /// A newer version of Kinfolio wrote it, and this one must not touch it.
    #[error(
        "a newer version of Kinfolio wrote {path} (format {version}): update Kinfolio on this device to open this library; nothing was changed",
        path = path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its format.
        version: u32,
    },
    /// A segment that must exist is gone.
    #[error("{path} is missing", path = path.display())]
    MissingSegment {
        /// The file.
        path: PathBuf,
    },
    /// The log cannot be written any more in this life.
    #[error("the log was closed after an earlier write to it failed: open the library again")]
    Closed,
    /// There is a log already where a new one was to be made.
    #[error("{path} holds a ledger already", path = path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
}

/// In which way a record is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The head of the record does not match its checksum.
    #[error("the head of the record does not match its checksum")]
    Head,
    /// The body of the record does not match its checksum.
    #[error("the body of the record does not match its checksum")]
    Body,
    /// The file does not begin as a segment of this ledger.
    #[error("the file does not begin as segment {expected} of a ledger")]
    SegmentHead {
        /// The number in its name.
        expected: u32,
    },
    /// The record ends before it should, though it is not the last.
    #[error("the record is incomplete, though the log goes on after it")]
    Incomplete,
    /// The bytes are whole but mean nothing.
    #[error("{0}")]
    Meaningless(#[from] WireError),
    /// A block that may not stand where it stands.
    #[error("block {height} may not stand here: {refusal}")]
    Refused {
        /// Its height.
        height: Height,
        /// Why.
        refusal: Refusal,
    },
    /// A decision about a block that the log does not hold.
    #[error("block {height} was decided but is not in the log")]
    Undecidable {
        /// Its height.
        height: Height,
    },
    /// A seal that does not fit what it seals.
    #[error("the seal does not fit what stands before it")]
    Seal,
    /// Records before the founding block.
    #[error("the log does not begin with a founding block")]
    NoFounding,
}

/// An I/O error with what was tried on what; a full disk is told apart.
pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    move |source| {
        let path = path.to_path_buf();
        if source.kind() == std::io::ErrorKind::StorageFull {
            StoreError::DiskFull { path }
        } else {
            StoreError::Io {
                doing,
                path,
                source,
            }
        }
    }
}
