//! Segments of the ledger: small objects that are written whole.
//!
//! Those of each line of history are numbered from 0 without gaps, so that who reads them needs no
//! list, and never written twice: where another one lies under a number, two histories have met. The
//! first line's lie in `ledger/`, those of an epoch below its name. `epochs/` tells which there are,
//! numbered in the same way.

use bytes::Bytes;
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::error::BucketError;

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// It is there now, and was not before.
    Created,
    /// The very same was there.
    Same,
    /// Another one is there, and is untouched.
    Other,
}

impl Bucket {
    /// Stores a segment of a line of the ledger (`None`: the first) unless one is there under its number.
    ///
    /// # Errors
    /// What is wrong with the bucket. Whether the segment was stored is then unknown: ask again.
    pub async fn create_segment(
        &self,
        line: Option<&str>,
        number: u64,
        bytes: Bytes,
    ) -> Result<Segment, BucketError> {
        self.is_mounted()?;
        let path = segment(line, number);
        if self.create(&path, bytes.clone()).await? {
            return Ok(Segment::Created);
        }
        let there = self.read(&path).await?;
        Ok(match there == bytes {
            true => Segment::Same,
            false => Segment::Other,
        })
    }

    /// A segment of a line of the ledger.
    ///
    /// # Errors
    /// [`BucketError::Missing`], or what is wrong with the bucket. Whether its blocks are right is
    /// for the ledger to say.
    pub async fn segment(&self, line: Option<&str>, number: u64) -> Result<Bytes, BucketError> {
        self.read(&segment(line, number)).await
    }

    /// Whether there is a segment under this number.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn has_segment(&self, line: Option<&str>, number: u64) -> Result<bool, BucketError> {
        self.is_mounted()?;
        self.has(&segment(line, number)).await
    }

    /// Tells of an epoch under this number. False: another one is told of there.
    ///
    /// # Errors
    /// What is wrong with the bucket. Whether it was stored is then unknown: read it.
    pub async fn create_epoch(&self, number: u64, bytes: Bytes) -> Result<bool, BucketError> {
        self.is_mounted()?;
        self.create(&epoch(number), bytes).await
    }

    /// What is told of an epoch under this number, if anything is.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn epoch(&self, number: u64) -> Result<Option<Bytes>, BucketError> {
        self.is_mounted()?;
        match self.read(&epoch(number)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(BucketError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn segment(line: Option<&str>, number: u64) -> Path {
    Path::from(match line {
        None => format!("ledger/{number:020}"),
        Some(line) => format!("ledger/{line}/{number:020}"),
    })
}

fn epoch(number: u64) -> Path {
    Path::from(format!("epochs/{number:020}"))
}
