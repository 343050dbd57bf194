//! Files on their way into the store: hashed in one pass, copied under a
//! temporary name on the same filesystem, not yet named by their content.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::mpsc;

use super::{BlobError, BlobId, Blobs, STAGING, blocking};
use crate::Cancel;
use crate::names::escaped_path;

/// Bytes read, hashed and written at a time.
const CHUNK: usize = 512 * 1024;

/// A hashed file that has no name in the store yet. Dropping it removes the copy.
#[derive(Debug)]
pub struct Staged {
    /// The SHA-256 of the bytes.
    pub id: BlobId,
    /// Length in bytes.
    pub size: u64,
    /// When the source was last modified, where the system tells.
    pub modified: Option<SystemTime>,
    /// The bytes themselves, when the source was within the limit for keeping
    /// them. May be taken once the copy is written.
    pub bytes: Option<Bytes>,
    copy: Option<NamedTempFile>,
}

impl Staged {
    /// Writes the copy if it is not there yet, and says where it lies.
    pub fn write_copy(&mut self, store: &Blobs) -> Result<&Path, BlobError> {
        if self.copy.is_none() {
            let mut copy = temporary(store)?;
            let bytes = self.bytes.clone().unwrap_or_default();
            copy.write_all(&bytes)
                .map_err(|source| BlobError::store(copy.path(), source))?;
            make_read_only(&copy)?;
            self.copy = Some(copy);
        }
        Ok(self.copy.as_ref().map_or(Path::new(""), |copy| copy.path()))
    }

    /// Writes the bytes through to the disk.
    pub(super) fn sync(&mut self, store: &Blobs) -> Result<(), BlobError> {
        self.write_copy(store)?;
        let Some(copy) = &self.copy else {
            return Ok(());
        };
        copy.as_file()
            .sync_data()
            .map_err(|source| BlobError::store(copy.path(), source))
    }

    /// Gives the copy its final name, replacing what is there in one step.
    pub(super) fn rename_to(self, path: &Path) -> Result<(), BlobError> {
        let Some(copy) = self.copy else { return Ok(()) };
        copy.persist(path)
            .map(drop)
            .map_err(|error| BlobError::store(path, error.error))
    }
}

impl Blobs {
    /// Hashes a file in one pass without naming it yet. A source of at most
    /// `keep_max` bytes stays in memory, so that nobody reads it twice and a
    /// duplicate costs no writing; a larger one is copied in the same pass.
    pub fn stage_file(
        &self,
        path: &Path,
        keep_max: u64,
        cancel: &Cancel,
    ) -> Result<Staged, BlobError> {
        let read = |source| BlobError::Read {
            path: escaped_path(path),
            source,
        };
        let changed = || BlobError::Changed {
            path: escaped_path(path),
        };
        let mut file = File::open(path).map_err(read)?;
        let before = file.metadata().map_err(read)?;
        let keep = before.len() <= keep_max;
        let mut intake = if keep {
            Intake::memory(before.len())
        } else {
            Intake::copy(self)?
        };
        let mut chunk = vec![0; CHUNK.min(before.len() as usize + 1)];
        loop {
            if cancel.is_cancelled() {
                return Err(BlobError::Cancelled);
            }
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => intake.take(&chunk[..n])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(read(source)),
            }
            if intake.size > before.len() {
                return Err(changed());
            }
        }
        let after = file.metadata().map_err(read)?;
        if intake.size != before.len() || before.modified().ok() != after.modified().ok() {
            return Err(changed());
        }
        if intake.size == 0 {
            return Err(BlobError::Empty {
                path: escaped_path(path),
            });
        }
        intake.finish(before.modified().ok())
    }

    /// Like [`Blobs::stage_file`] for bytes that arrive over the network.
    pub(super) async fn stage_stream<S, E>(&self, stream: S) -> Result<Staged, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::fmt::Display,
    {
        let store = self.clone();
        let (sender, mut receiver) = mpsc::channel::<Bytes>(8);
        let (failed, failure) = tokio::sync::oneshot::channel::<String>();
        let writing = blocking(move || {
            let mut intake = Intake::copy(&store)?;
            while let Some(bytes) = receiver.blocking_recv() {
                intake.take(&bytes)?;
            }
            match failure.blocking_recv() {
                Ok(reason) => Err(BlobError::Upload { reason }),
                Err(_) if intake.size == 0 => Err(BlobError::Empty {
                    path: "the upload".to_owned(),
                }),
                Err(_) => intake.finish(None),
            }
        });
        let feeding = async move {
            let mut stream = std::pin::pin!(stream);
            while let Some(next) = stream.next().await {
                match next {
                    Ok(bytes) => {
                        if sender.send(bytes).await.is_err() {
                            return; // The writer stopped and says why.
                        }
                    }
                    Err(error) => {
                        let _ = failed.send(error.to_string());
                        return;
                    }
                }
            }
        };
        let (staged, ()) = futures_util::future::join(writing, feeding).await;
        staged
    }
}

/// Bytes being hashed on their way into memory or into a copy.
struct Intake {
    hasher: Sha256,
    size: u64,
    target: Target,
}

enum Target {
    Memory(Vec<u8>),
    Copy(NamedTempFile),
}

impl Intake {
    fn memory(expected: u64) -> Self {
        Self {
            hasher: Sha256::new(),
            size: 0,
            target: Target::Memory(Vec::with_capacity(expected as usize)),
        }
    }

    fn copy(store: &Blobs) -> Result<Self, BlobError> {
        Ok(Self {
            hasher: Sha256::new(),
            size: 0,
            target: Target::Copy(temporary(store)?),
        })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        match &mut self.target {
            Target::Memory(kept) => kept.extend_from_slice(bytes),
            Target::Copy(copy) => copy
                .write_all(bytes)
                .map_err(|source| BlobError::store(copy.path(), source))?,
        }
        Ok(())
    }

    fn finish(self, modified: Option<SystemTime>) -> Result<Staged, BlobError> {
        let (bytes, copy) = match self.target {
            Target::Memory(kept) => (Some(Bytes::from(kept)), None),
            Target::Copy(copy) => {
                make_read_only(&copy)?;
                (None, Some(copy))
            }
        };
        Ok(Staged {
            id: BlobId(self.hasher.finalize().into()),
            size: self.size,
            modified,
            bytes,
            copy,
        })
    }
}

fn temporary(store: &Blobs) -> Result<NamedTempFile, BlobError> {
    let staging = store.dir.join(STAGING);
    tempfile::Builder::new()
        .prefix("")
        .suffix(".part")
        .rand_bytes(12)
        .tempfile_in(&staging)
        .map_err(|source| BlobError::store(&staging, source))
}

/// Originals are never written again.
fn make_read_only(copy: &NamedTempFile) -> Result<(), BlobError> {
    let file = copy.as_file();
    let set = file.metadata().and_then(|metadata| {
        let mut permissions = metadata.permissions();
        read_only(&mut permissions);
        file.set_permissions(permissions)
    });
    set.map_err(|source| BlobError::store(copy.path(), source))
}

#[cfg(unix)]
fn read_only(permissions: &mut std::fs::Permissions) {
    use std::os::unix::fs::PermissionsExt;
    permissions.set_mode(0o444);
}

#[cfg(not(unix))]
fn read_only(permissions: &mut std::fs::Permissions) {
    permissions.set_readonly(true);
}
