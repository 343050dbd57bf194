//! The ledger's segments in the bucket as they are read: by a device that is about to write the
//! next one, and by one that is to be made from them.

use kinfolio_bucket::{Bucket, BucketError};
use kinfolio_node::{Excerpt, ExcerptError, Height, HouseholdId};

use super::lines::Part;
use crate::error::LibraryError;

/// Why what a bucket holds of a ledger cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// It is no segment, or none any more.
    #[error(
        "segment {number} of the ledger in the bucket {bucket} cannot be used: {reason}; if the bucket keeps older versions of its objects, put an older one back"
    )]
    Unreadable {
        /// Which bucket.
        bucket: String,
        /// Which segment.
        number: u64,
        /// What is wrong with it.
        reason: ExcerptError,
    },
    /// Segments that were there are not there any more.
    #[error(
        "the bucket {bucket} has lost a part of the household's ledger: segment {number} (line {line}) and perhaps later ones are missing, though it had held all blocks below {blocks}. They are written again from this device's ledger; see to it that nobody and no rule of the bucket deletes anything in it"
    )]
    Lost {
        /// Which bucket.
        bucket: String,
        /// Of which line.
        line: String,
        /// Which segment.
        number: u64,
        /// The height above the last block that was there.
        blocks: Height,
    },
    /// It is of another household.
    #[error(
        "the bucket {bucket} holds the ledger of another household (segment {number}): use another bucket, or an empty prefix in this one"
    )]
    OtherHousehold {
        /// Which bucket.
        bucket: String,
        /// Which segment.
        number: u64,
    },
    /// It holds another block than this device.
    #[error(
        "segment {number} of the ledger in the bucket {bucket} holds another block {height} than this device: two histories have met, and nothing more of the ledger is stored there; keep the bucket and this device's folder as they are, and compare with the household's other devices (`kinfolio verify`, `kinfolio devices`)"
    )]
    Forked {
        /// Which bucket.
        bucket: String,
        /// Which segment.
        number: u64,
        /// At which height.
        height: Height,
    },
    /// A block in it cannot follow the chain here.
    #[error(
        "segment {number} of the ledger in the bucket {bucket} is not taken in: {reason}; either it was altered or two histories have met: keep the bucket and this device's folder as they are, and compare with the household's other devices (`kinfolio verify`, `kinfolio devices`)"
    )]
    Unfit {
        /// Which bucket.
        bucket: String,
        /// Which segment.
        number: u64,
        /// Which block, and what is wrong with it.
        reason: String,
    },
    /// It does not go on where the one before it ends.
    #[error(
        "segment {number} of the ledger in the bucket {bucket} begins at block {found}, though the ones before it end below block {expected}: a segment is missing or was put in another's place"
    )]
    Gap {
        /// Which bucket.
        bucket: String,
        /// Which segment.
        number: u64,
        /// The next block.
        expected: Height,
        /// The one that is there.
        found: Height,
    },
}

/// The segment of this number of a line; nothing, if the bucket has none.
pub(crate) async fn read(
    bucket: &Bucket,
    part: &Part,
    number: u64,
) -> Result<Option<Excerpt>, LibraryError> {
    let bytes = match bucket.segment(part.folder().as_deref(), number).await {
        Ok(bytes) => bytes,
        Err(BucketError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(LibraryError::Bucket(error)),
    };
    let read = Excerpt::decode(bytes).map_err(|reason| SegmentError::Unreadable {
        bucket: bucket.to_string(),
        number,
        reason,
    });
    Ok(Some(read?))
}

/// Whether a line has a segment of this number.
pub(crate) async fn has(bucket: &Bucket, part: &Part, number: u64) -> Result<bool, LibraryError> {
    let has = bucket.has_segment(part.folder().as_deref(), number).await;
    has.map_err(LibraryError::Bucket)
}

/// Whether a segment can follow what ends below block `next` of this household.
pub(crate) fn check(
    bucket: &Bucket,
    number: u64,
    excerpt: &Excerpt,
    household: HouseholdId,
    next: Height,
) -> Result<(), SegmentError> {
    let bucket = bucket.to_string();
    if excerpt.household() != household {
        return Err(SegmentError::OtherHousehold { bucket, number });
    }
    match excerpt.blocks().first() {
        Some(first) if first.height() > next => Err(SegmentError::Gap {
            bucket,
            number,
            expected: next,
            found: first.height(),
        }),
        _ => Ok(()),
    }
}
