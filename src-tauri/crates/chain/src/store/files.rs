//! The file system below a log: the few operations that a log needs, so that the same log runs
//! on the system's files and on simulated ones that fail at every point where files can.
//!
//! Knows nothing of records. Paths are the caller's; nothing here makes one up.

mod system;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

pub use system::SystemFiles;

use crate::store::fault::{StoreError, io as io_error};

/// A place where files are kept.
///
/// # Durability
/// Two things can end a life. When the *process* dies, all that was written stays as it is read.
/// When the *machine* dies:
/// - Bytes that [`File::sync`] has returned for stay as they were written, until they are written
///   again; so does the file's length, as far as they reach.
/// - What was written or cut since may have happened, or not, or in part: any of its pages may
///   hold the old bytes, the new ones, or zeros where there were none.
/// - A name that was made or removed may be there or not, until [`Files::sync_folder`] has
///   returned for its folder. A file without a name is gone, however well it was synced.
/// - After a sync that failed, what it was for counts as never written, even where it can still
///   be read, and no later sync makes up for it.
///
/// At rest any bit may change. A full disk refuses a write whole or in part; what it refused in
/// part may have been written in part.
pub trait Files: Debug + Send + Sync {
    /// Makes a folder and those above it, where they are missing. Not durable by itself.
    ///
    /// # Errors
    /// What the file system says.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// The names in a folder, in no order; those that are no text are left out.
    ///
    /// # Errors
    /// What the file system says; [`io::ErrorKind::NotFound`] if there is no such folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Makes an empty file, or empties the one that is there, to be read and written.
    ///
    /// # Errors
    /// What the file system says.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>>;

    /// Opens a file to be read and written.
    ///
    /// # Errors
    /// What the file system says; [`io::ErrorKind::NotFound`] if there is none.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>>;

    /// Removes a file's name. Whoever has it open reads it still.
    ///
    /// # Errors
    /// What the file system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder survive a crash.
    ///
    /// # Errors
    /// What the file system says.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// An open file; what survives a crash says [`Files`]. Many threads may use it at a time.
pub trait File: Debug + Send + Sync {
    /// How many bytes the file has.
    ///
    /// # Errors
    /// What the file system says.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file has no bytes.
    ///
    /// # Errors
    /// What the file system says.
    fn is_empty(&self) -> io::Result<bool> {
        self.len().map(|length| length == 0)
    }

    /// Fills `bytes` from `offset` on.
    ///
    /// # Errors
    /// What the file system says; [`io::ErrorKind::UnexpectedEof`] if the file ends before.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// What the file system says; a part may be written then.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts the file, or fills it up with zeros, to this length.
    ///
    /// # Errors
    /// What the file system says.
    fn set_len(&self, length: u64) -> io::Result<()>;

    /// Makes all that was written before the call survive a crash, and the length with it.
    ///
    /// # Errors
    /// What the file system says; the bytes then count as not written.
    fn sync(&self) -> io::Result<()>;
}

/// A whole file's bytes; nothing if there is no such file.
pub(crate) fn read_if_there(files: &dyn Files, path: &Path) -> Result<Option<Bytes>, StoreError> {
    match files.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => {
            let read = opened.and_then(|file| read_all(&*file));
            read.map(Some).map_err(io_error("could not read", path))
        }
    }
}

/// A whole file's bytes.
pub(crate) fn read(files: &dyn Files, path: &Path) -> Result<Bytes, StoreError> {
    let read = files.open(path).and_then(|file| read_all(&*file));
    read.map_err(io_error("could not read", path))
}

fn read_all(file: &dyn File) -> io::Result<Bytes> {
    let length = usize::try_from(file.len()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_at(&mut bytes, 0)?;
    Ok(Bytes::from(bytes))
}

/// Makes the entry of `path` in its folder survive a crash.
pub(crate) fn sync_folder_of(files: &dyn Files, path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let synced = files.sync_folder(folder);
    synced.map_err(io_error("could not sync the folder", folder))
}
