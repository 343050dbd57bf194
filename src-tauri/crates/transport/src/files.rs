//! Originals, previews and checkpoints from one device to another, on connections of their own.
//!
//! Knows how a file travels and that only members get one; does not know which files there are,
//! nor what is in them. That is behind [`Files`].

pub(crate) mod client;
pub(crate) mod service;

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileRef {
    /// What of it.
    pub kind: FileKind,
    /// The SHA-256 of the original.
    pub id: [u8; 32],
}

/// What a device may hold of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// The bytes that the camera wrote.
    Original,
    /// A preview whose longest edge has 256 pixels.
    Preview256,
    /// A preview whose longest edge has 1080 pixels.
    Preview1080,
}

/// A file, open at some offset.
pub struct OpenedFile {
    /// Bytes of the whole file.
    pub size: u64,
    /// Its bytes, from the offset to the end.
    pub pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl fmt::Debug for OpenedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedFile")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// All rows of a device's catalogue at one height, piece by piece.
pub type Checkpoint = BoxStream<'static, io::Result<Bytes>>;

/// Most originals that one device asks another one to hash in one call.
pub const INSPECTED_MAX: usize = 64;

/// What another device found when it hashed an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The SHA-256 of the original.
    pub id: [u8; 32],
    /// Whether it is there, and is what its name says.
    pub whole: bool,
}

/// Why a device gives no file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    /// It does not hold it.
    #[error("the device does not hold this file")]
    NotHere,
    /// It holds it and cannot read it.
    #[error("the file cannot be read there: {0}")]
    Unreadable(String),
}

/// Gives files to other devices.
pub trait Files: fmt::Debug + Send + Sync + 'static {
    /// Opens a file at `offset`, in bytes.
    fn open(
        &self,
        file: FileRef,
        offset: u64,
    ) -> BoxFuture<'static, Result<OpenedFile, FileRefused>>;

    /// Hashes originals now, one after the other, and says of each what it found.
    fn inspect(&self, ids: Vec<[u8; 32]>) -> BoxStream<'static, Inspected>;

    /// Gives all rows of the catalogue as it is now, for a device that is new.
    fn checkpoint(&self) -> Checkpoint;
}

/// Who gives files, and on which runtime: large files do not pass through the thread that accepts.
#[derive(Clone, Debug)]
pub struct FileDoor {
    /// Who gives them.
    pub files: Arc<dyn Files>,
    /// Where their connections run.
    pub runtime: tokio::runtime::Handle,
}
