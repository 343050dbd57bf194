//! Segments of the ledger: small objects that are written whole.
//!
//! They are numbered from 0 without gaps, so that who reads them needs no list, and never
//! written twice: where another one lies under a number, two histories have met.

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
    /// Stores a segment of the ledger unless one is there under its number.
    ///
    /// # Errors
    /// What is wrong with the bucket. Whether the segment was stored is then unknown: ask again.
    pub async fn create_segment(&self, number: u64, bytes: Bytes) -> Result<Segment, BucketError> {
        self.is_mounted()?;
        let path = segment(number);
        if self.create(&path, bytes.clone()).await? {
            return Ok(Segment::Created);
        }
        let there = self.read(&path).await?;
        Ok(match there == bytes {
            true => Segment::Same,
            false => Segment::Other,
        })
    }

    /// A segment of the ledger.
    ///
    /// # Errors
    /// [`BucketError::Missing`], or what is wrong with the bucket. Whether its blocks are right is
    /// for the ledger to say.
    pub async fn segment(&self, number: u64) -> Result<Bytes, BucketError> {
        self.read(&segment(number)).await
    }

    /// Whether there is a segment under this number.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn has_segment(&self, number: u64) -> Result<bool, BucketError> {
        self.is_mounted()?;
        self.has(&segment(number)).await
    }
}

fn segment(number: u64) -> Path {
    Path::from(format!("ledger/{number:020}"))
}
