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
        let Some(found) = read(&*files, &path)? else {
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
        read(&SystemFiles, &folder.join(FILE)).map(drop)
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

struct Found {
    /// The file up to its last whole record.
    content: Bytes,
    ending: Ending,
    batches: Vec<Batch>,
}

fn read(files: &dyn Files, path: &Path) -> Result<Option<Found>, StoreError> {
    let Some(content) = files::read_if_there(files, path)? else {
        return Ok(None);
    };
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
        |first| {
            wound = Some(first);
            false
        },
    );
    match wound {
        Some(Wound { offset, damage }) => Err(StoreError::Damaged {
            path: path.to_path_buf(),
            offset,
            damage,
        }),
        None => {
            let content = content.slice(..end);
            Ok(Some(Found {
                content,
                ending,
                batches,
            }))
        }
    }
}
