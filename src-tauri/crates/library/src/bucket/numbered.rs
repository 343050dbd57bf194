//! Objects that are numbered from 0 without gaps: the last one is found in few steps, without a list.

use kinfolio_bucket::Bucket;

use super::lines::Part;
use super::segments::has;
use crate::error::LibraryError;

/// Which of them.
#[derive(Clone, Copy)]
pub(super) enum Numbered<'a> {
    /// Of a line.
    Segments(&'a Part),
    Cards,
}

impl Numbered<'_> {
    /// The number of the last one that is there; `noted` is one that was.
    pub(super) async fn last(
        self,
        bucket: &Bucket,
        noted: Option<u64>,
    ) -> Result<Option<u64>, LibraryError> {
        let mut there = match noted {
            Some(noted) if self.has(bucket, noted).await? => noted,
            _ if self.has(bucket, 0).await? => 0,
            _ => return Ok(None),
        };
        let mut stride = 1;
        while self.has(bucket, there + stride).await? {
            there += stride;
            stride *= 2;
        }
        let last = self.last_between(bucket, there, there + stride).await?;
        Ok(Some(last))
    }

    /// One that is there, and the next one is not, of those from one that is there to one that is
    /// missing.
    pub(super) async fn last_between(
        self,
        bucket: &Bucket,
        mut there: u64,
        mut missing: u64,
    ) -> Result<u64, LibraryError> {
        while missing - there > 1 {
            let middle = there + (missing - there) / 2;
            match self.has(bucket, middle).await? {
                true => there = middle,
                false => missing = middle,
            }
        }
        Ok(there)
    }

    async fn has(self, bucket: &Bucket, number: u64) -> Result<bool, LibraryError> {
        match self {
            Self::Segments(part) => has(bucket, part, number).await,
            Self::Cards => bucket.has_card(number).await.map_err(LibraryError::Bucket),
        }
    }
}
