//! The file of tables that holds the materialised state, and its one door for blocks.
//!
//! Durability: every call of [`Catalog::apply`] is one transaction that holds its blocks'
//! effects and their height, or nothing. Most of them are not synced, because the chain has
//! it all: a crash may set the file back to an earlier height, never to half a block, and
//! opening it again takes no longer than after a clean exit.

mod checkpoint;
mod copies;
mod ground;
mod hash;
mod household;
mod labels;
mod listing;
mod pending;
mod replay;
mod row;
mod snapshot;
mod tables;
mod view;
mod writing;

use std::fs;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kinfolio_chain::{Block, Height};
use redb::{Database, DatabaseError, Durability, ReadableDatabase, StorageError};

use crate::photo_id::PhotoId;
pub use checkpoint::{CHECKPOINT_FORMAT, CheckpointError, Receiver};
pub use copies::{CopyCounts, Held, Leftovers, Whereabouts};
pub use snapshot::Snapshot;
pub use view::{Edition, View};

/// The file inside the catalogue's folder.
const FILE: &str = "catalog.redb";
/// Memory for pages of the file.
const CACHE_BYTES: usize = 64 << 20;
/// How many edits, or calls, may be lost in a crash and replayed afterwards.
const EDITS_UNSYNCED_MAX: u64 = 10_000;
const CALLS_UNSYNCED_MAX: u64 = 64;

/// The catalogue of one library; clones share it. Readers never wait for the writer.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    path: PathBuf,
    /// One more than the height, so that 0 is the empty catalogue.
    next: AtomicU64,
    /// What a crash would take back.
    edits_unsynced: AtomicU64,
    calls_unsynced: AtomicU64,
}

/// What a call of [`Catalog::apply`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Photos that were added or changed, each once, sorted.
    pub changed: Vec<PhotoId>,
}

/// Why the catalogue cannot do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file is damaged or of another version. Delete its folder and replay the chain.
    #[error("the catalogue {path} has to be built again: {why}")]
    Rebuild {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another process has the file open.
    #[error("the catalogue {path} is in use by another process; close it there first")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A block was skipped or given twice.
    #[error("the catalogue expects block {expected}, not block {found}")]
    Gap {
        /// The next height.
        expected: Height,
        /// The height given.
        found: Height,
    },
    /// The disk refuses.
    #[error("the catalogue {path} cannot be used: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The table store failed in another way.
    #[error("the catalogue failed: {0}")]
    Store(Box<redb::Error>),
    /// A row cannot be read. Delete the folder and replay the chain.
    #[error("the catalogue is damaged: a row of `{0}` cannot be read; it has to be built again")]
    Row(&'static str),
}

impl CatalogError {
    /// Whether deleting the catalogue's folder and replaying the chain is the cure.
    #[must_use]
    pub fn wants_rebuild(&self) -> bool {
        matches!(self, Self::Rebuild { .. } | Self::Row(_))
            || matches!(self, Self::Store(error) if matches!(**error, redb::Error::Corrupted(_)))
    }
}

macro_rules! store_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for CatalogError {
            fn from(error: $error) -> CatalogError {
                CatalogError::Store(Box::new(error.into()))
            }
        })*
    };
}

store_errors!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::SetDurabilityError
);

impl Catalog {
    /// Opens the catalogue in a folder; makes both if absent.
    ///
    /// # Errors
    /// [`CatalogError::Rebuild`] if the file is damaged or of another version.
    pub fn open(dir: &Path) -> Result<Catalog, CatalogError> {
        fs::create_dir_all(dir).map_err(|source| CatalogError::Io {
            path: dir.to_owned(),
            source,
        })?;
        let path = dir.join(FILE);
        let database = open_sound(&path)?;
        let next = Self::prepare(&database, &path)?;
        Ok(Catalog {
            inner: Arc::new(Inner {
                database,
                path,
                next: AtomicU64::new(next),
                edits_unsynced: AtomicU64::new(0),
                calls_unsynced: AtomicU64::new(0),
            }),
        })
    }

    /// Makes the tables of a new file, or checks the version of an old one; returns the next height.
    fn prepare(database: &Database, path: &Path) -> Result<Height, CatalogError> {
        if let Some((format, next)) = tables::format_and_next(&database.begin_read()?)? {
            if format == tables::FORMAT {
                return Ok(next);
            }
            return Err(CatalogError::Rebuild {
                path: path.to_owned(),
                why: format!(
                    "it has format {format}, this version reads {}",
                    tables::FORMAT
                ),
            });
        }
        let mut transaction = database.begin_write()?;
        transaction.set_quick_repair(true);
        tables::create(&transaction)?;
        transaction.commit()?;
        Ok(0)
    }

    /// The height of the last block applied; `None` before the founding block.
    #[must_use]
    pub fn height(&self) -> Option<Height> {
        self.inner.next.load(Ordering::Acquire).checked_sub(1)
    }

    /// The file, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Applies the next blocks in one transaction. Edits that this version cannot read are
    /// counted ([`Snapshot::unknown_edits`]) and passed over.
    ///
    /// # Errors
    /// [`CatalogError::Gap`] unless the heights follow on, [`CatalogError::Rebuild`] if the chain is
    /// another one; after any error nothing was applied.
    pub fn apply(&self, blocks: &[Block]) -> Result<Applied, CatalogError> {
        let inner = &*self.inner;
        let mut transaction = inner.database.begin_write()?;
        let mut next = inner.next.load(Ordering::Acquire);
        let edits: u64 = blocks.iter().map(Block::edit_count).sum();
        let edits_unsynced = inner.edits_unsynced.load(Ordering::Relaxed) + edits;
        let calls_unsynced = inner.calls_unsynced.load(Ordering::Relaxed) + 1;
        let sync = edits_unsynced > EDITS_UNSYNCED_MAX || calls_unsynced > CALLS_UNSYNCED_MAX;
        if sync {
            transaction.set_quick_repair(true);
        } else {
            transaction.set_durability(Durability::None)?;
        }
        let mut writing = writing::Writing::open(&transaction)?;
        if let Some(first) = blocks.first()
            && first.height() == next
            && !writing.is_continued_by(first)?
        {
            return Err(CatalogError::Rebuild {
                path: inner.path.clone(),
                why: format!("it was built from another block below {next} than the chain has"),
            });
        }
        for block in blocks {
            if block.height() != next {
                let found = block.height();
                return Err(CatalogError::Gap {
                    expected: next,
                    found,
                });
            }
            writing.block(block)?;
            next += 1;
        }
        let changed = writing.finish(next)?;
        transaction.commit()?;
        inner.next.store(next, Ordering::Release);
        let lost = |unsynced| if sync { 0 } else { unsynced };
        inner
            .edits_unsynced
            .store(lost(edits_unsynced), Ordering::Relaxed);
        inner
            .calls_unsynced
            .store(lost(calls_unsynced), Ordering::Relaxed);
        Ok(Applied { changed })
    }

    /// Throws all of it away, to be replayed from the founding block on.
    ///
    /// # Errors
    /// If the disk refuses; then it is as it was.
    pub fn begin_again(&self) -> Result<(), CatalogError> {
        let mut transaction = self.inner.database.begin_write()?;
        transaction.set_quick_repair(true);
        tables::clear(&transaction)?;
        transaction.commit()?;
        self.inner.next.store(0, Ordering::Release);
        Ok(())
    }

    /// Syncs what was applied, so that the next start need not replay it.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn sync(&self) -> Result<(), CatalogError> {
        let mut transaction = self.inner.database.begin_write()?;
        transaction.set_quick_repair(true);
        transaction.commit()?;
        self.inner.edits_unsynced.store(0, Ordering::Relaxed);
        self.inner.calls_unsynced.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// All reads at one height, whatever is applied meanwhile.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, CatalogError> {
        Snapshot::new(self.inner.database.begin_read()?)
    }

    /// The same, with room for pending edits above it, of which it has none yet.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn view(&self) -> Result<View, CatalogError> {
        Ok(View::of(self.snapshot()?))
    }
}

fn open_sound(path: &Path) -> Result<Database, CatalogError> {
    let open = || Database::builder().set_cache_size(CACHE_BYTES).create(path);
    // A file that something else wrote into can make redb panic where it trusts itself.
    match panic::catch_unwind(open) {
        Ok(opened) => opened.map_err(|error| open_error(path, error)),
        Err(_) => Err(CatalogError::Rebuild {
            path: path.to_owned(),
            why: "it contradicts itself".to_owned(),
        }),
    }
}

fn open_error(path: &Path, error: DatabaseError) -> CatalogError {
    let path = path.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            CatalogError::InUse { path }
        }
        DatabaseError::Storage(StorageError::Io(source))
            if source.kind() != io::ErrorKind::InvalidData
                && source.kind() != io::ErrorKind::UnexpectedEof =>
        {
            CatalogError::Io { path, source }
        }
        other => CatalogError::Rebuild {
            path,
            why: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests;
