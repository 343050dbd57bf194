//! Where in the bucket's segments a device is: how that is found, and noted for the next time.

use std::fs;

use kinfolio_bucket::Bucket;
use kinfolio_node::{BlockHash, EpochId, Height};

use super::lines::Part;
use super::link::Work;
use super::numbered::Numbered;
use super::segments::{SegmentError, has, read};
use crate::error::LibraryError;
use crate::library::Library;

/// Where in the bucket this device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// In which of the chain's parts.
    pub(super) part: usize,
    /// The next segment.
    pub(super) number: u64,
    /// The lowest block that it is to hold.
    pub(super) next: Height,
    /// What it must stand on, where that is known.
    pub(super) below: Option<BlockHash>,
    /// Whether the last one was another device's.
    pub(super) is_second: bool,
}

/// Where to go on in a part: at the last segment that is there, which is checked again, or at the
/// first.
pub(super) async fn find(
    library: &Library,
    bucket: &Bucket,
    parts: &[Part],
    index: usize,
) -> Result<Place, LibraryError> {
    let part = &parts[index];
    let noted = noted(library, bucket, part);
    if let Some(noted) = &noted
        && !has(bucket, part, noted.last).await?
    {
        let again = restart(bucket, part, index, noted.last).await?;
        lost(library, bucket, part, again.number, noted.next);
        return Ok(again);
    }
    let last = last_segment(bucket, part, noted.map(|noted| noted.last)).await?;
    let first = match last {
        Some(last) => read(bucket, part, last).await?,
        None => None,
    };
    let first = first.and_then(|last| last.blocks().first().map(|first| first.height()));
    Ok(Place {
        part: index,
        number: last.unwrap_or(0),
        next: first.unwrap_or(part.from),
        below: None,
        is_second: last.is_some(),
    })
}

/// The number of the last segment of a line.
pub(crate) async fn last_segment(
    bucket: &Bucket,
    part: &Part,
    noted: Option<u64>,
) -> Result<Option<u64>, LibraryError> {
    Numbered::Segments(part).last(bucket, noted).await
}

/// How far this bucket was known to be.
pub(super) struct Noted {
    line: String,
    /// The last segment of that line that was there.
    pub(super) last: u64,
    /// The height above its last block.
    next: Height,
}

/// What was noted of this bucket and this line.
pub(super) fn noted(library: &Library, bucket: &Bucket, part: &Part) -> Option<Noted> {
    let of_bucket = read_note(library, bucket);
    of_bucket.filter(|noted| noted.line == part.name())
}

/// The epoch that was noted of this bucket.
pub(super) fn noted_line(library: &Library, bucket: &Bucket) -> Option<EpochId> {
    read_note(library, bucket)?.line.parse().ok()
}

fn read_note(library: &Library, bucket: &Bucket) -> Option<Noted> {
    let text = fs::read_to_string(library.layout().bucket_ledger()).ok()?;
    let mut lines = text.lines();
    let address = lines.next()?;
    let line = lines.next()?.to_owned();
    let number: u64 = lines.next()?.parse().ok()?;
    let next = lines.next()?.parse().ok()?;
    let last = number.checked_sub(1)?;
    (address == bucket.to_string()).then_some(Noted { line, last, next })
}

/// Notes how far the bucket is; should that be lost, it is asked.
pub(super) fn note(library: &Library, part: &Part, at: Place) {
    let link = library.bucket();
    let mut is_new = false;
    link.note(|status| is_new = status.blocks.replace(at.next) != Some(at.next));
    let Some(address) = link.address().filter(|_| is_new && at.number > 0) else {
        return;
    };
    let path = library.layout().bucket_ledger();
    let draft = path.with_extension("new");
    let text = format!("{address}\n{}\n{}\n{}\n", part.name(), at.number, at.next);
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
    if let Err(error) = written {
        tracing::warn!(%error, path = %path.display(), "where the ledger is in the bucket cannot be noted");
    }
}

/// Where a stretch of segments ends, at or before one that is missing: from there on all is written
/// or compared again.
pub(super) async fn restart(
    bucket: &Bucket,
    part: &Part,
    index: usize,
    missing: u64,
) -> Result<Place, LibraryError> {
    let segments = Numbered::Segments(part);
    let last = match has(bucket, part, 0).await? {
        true => Some(segments.last_between(bucket, 0, missing).await?),
        false => None,
    };
    let end = match last {
        Some(last) => read(bucket, part, last).await?.map(|last| last.end()),
        None => None,
    };
    Ok(Place {
        part: index,
        number: last.map_or(0, |last| last + 1),
        next: end.unwrap_or(part.from),
        below: None,
        is_second: true,
    })
}

/// Tells that segments are gone.
pub(super) fn lost(library: &Library, bucket: &Bucket, part: &Part, number: u64, blocks: Height) {
    let lost = SegmentError::Lost {
        bucket: bucket.to_string(),
        line: part.name(),
        number,
        blocks,
    };
    library.bucket().is_troubled(Work::Loss, &lost.to_string());
}
