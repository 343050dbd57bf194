//! The pending log: edits of this device that were acknowledged without a quorum and wait for
//! one. They are on disk before they are acknowledged, and leave when the chain holds them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::apply::ChainState;
use crate::batch::Batch;
use crate::store::Record;
use crate::store::fault::{StoreError, io};
use crate::store::files::{self, Files, SystemFiles};
use crate::store::segment::{self, Ending, Segment, Wound};

const FILE: &str = "pending.log";

/// The number in the head of the pending log, which no segment has.
const NUMBER: u32 = u32::MAX;

/// The file of waiting edits in the ledger's folder; made with the first of them.
#[derive(Debug)]
pub struct PendingLog {
    files: Arc<dyn Files>,
    path: PathBuf,
    segment: Option<Segment>,
    batches: Vec<Batch>,
}

impl PendingLog {
    /// Opens the pending log in `folder`. An incomplete last record is cut: its edits were
    /// never acknowledged.
    ///
    /// # Errors
    /// If the file is damaged or cannot be read.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_in(Arc::new(SystemFiles), folder)
    }

    /// As [`PendingLog::open`], on other files than the system's.
    ///
    /// # Errors
    /// As [`PendingLog::open`].
    pub fn open_in(files: Arc<dyn Files>, folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        let Some(found) = read_whole(&*files, &path)? else {
            return Ok(Self {
                files,
                path,
                segment: None,
                batches: Vec::new(),
            });
        };
        let segment = match found.content.len() {
            0 => None,
            _ => Some(Segment::reopen(
                &*files,
                &path,
                &found.content,
                found.ending,
                false,
            )?),
        };
        Ok(Self {
            files,
            path,
            segment,
            batches: found.batches,
        })
    }

    /// Reads the pending log in `folder`, if there is one, and changes nothing.
    ///
    /// # Errors
    /// If the file is damaged or cannot be read.
    pub fn check(folder: &Path) -> Result<(), StoreError> {
        read_whole(&SystemFiles, &folder.join(FILE)).map(drop)
    }

    /// The batches that wait, oldest first.
    #[must_use]
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Adds batches; they are durable when this returns.
    ///
    /// # Errors
    /// If the disk is full or fails; none of them counts then.
    pub fn add(&mut self, batches: &[Batch]) -> Result<(), StoreError> {
        let segment = match &mut self.segment {
            Some(segment) => segment,
            none => none.insert(Segment::create(&*self.files, &self.path, NUMBER)?),
        };
        for batch in batches {
            segment.append(&Record::Pending(Box::new(batch.clone())))?;
        }
        segment.sync()?;
        self.batches.extend_from_slice(batches);
        Ok(())
    }

    /// Forgets what the chain holds by now. The file goes when nothing waits any more; until
    /// then it only grows, because a batch that is read again is known by its edits' ids.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn settle(&mut self, chain: &ChainState) -> Result<(), StoreError> {
        if self.batches.is_empty() && self.segment.is_none() {
            return Ok(());
        }
        self.batches.retain(|batch| waits(batch, chain));
        if self.batches.is_empty() && self.segment.take().is_some() {
            let removed = self.files.remove(&self.path);
            removed.map_err(io("could not remove", &self.path))?;
            files::sync_folder_of(&*self.files, &self.path)?;
        }
        Ok(())
    }
}

/// Whether `chain` does not hold this batch yet.
pub(crate) fn waits(batch: &Batch, chain: &ChainState) -> bool {
    batch.first_seq >= chain.next_seq(batch.author.device, batch.author.incarnation)
}

/// The batches of the pending log in `folder` that can be read, and what is wrong with it first.
///
/// # Errors
/// If the file is there and cannot be read at all.
pub(super) fn readable(
    files: &dyn Files,
    folder: &Path,
) -> Result<(Vec<Batch>, Option<StoreError>), StoreError> {
    let path = folder.join(FILE);
    let found = read(files, &path)?;
    Ok(found.map_or((Vec::new(), None), |found| {
        let wound = found.wound.map(|wound| damaged(&path, wound));
        (found.batches, wound)
    }))
}

struct Found {
    /// The file up to its last whole record.
    content: Bytes,
    ending: Ending,
    batches: Vec<Batch>,
    /// The first thing that is wrong.
    wound: Option<Wound>,
}

fn damaged(path: &Path, wound: Wound) -> StoreError {
    StoreError::Damaged {
        path: path.to_path_buf(),
        offset: wound.offset,
        damage: wound.damage,
    }
}

/// Reads the file, unless it is damaged.
fn read_whole(files: &dyn Files, path: &Path) -> Result<Option<Found>, StoreError> {
    match read(files, path)? {
        Some(Found {
            wound: Some(wound), ..
        }) => Err(damaged(path, wound)),
        found => Ok(found),
    }
}

fn read(files: &dyn Files, path: &Path) -> Result<Option<Found>, StoreError> {
    let Some(content) = files::read_if_there(files, path)? else {
        return Ok(None);
    };
    segment::refuse_newer(path, &content)?;
    let mut batches = Vec::new();
    let mut wound = None;
    let (end, ending) = segment::walk(
        &content,
        NUMBER,
        |record, _, _| {
            if let Record::Pending(batch) = record {
                batches.push(*batch);
            }
            Ok(())
        },
        |next| {
            wound.get_or_insert(next);
            true
        },
    );
    let content = content.slice(..end);
    Ok(Some(Found {
        content,
        ending,
        batches,
        wound,
    }))
}
