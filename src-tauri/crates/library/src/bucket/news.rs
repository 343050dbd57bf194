//! Blocks out of the bucket for a device that no quorum is within reach of: what others put there
//! before they went away. Each is checked as one that another device gave would be.
//!
//! Reads only, and needs no proof of what is shown: it is what that proof is made from.

use std::time::Duration;

use kinfolio_bucket::Bucket;
use kinfolio_node::engine::Standing;
use kinfolio_node::{Excerpt, NodeError, Role, SubmitError};

use super::ledger::{last_segment, remembered};
use super::link::Work;
use super::segments::{SegmentError, check, read};
use crate::error::LibraryError;
use crate::library::Library;

/// How long others have to come within reach, who are asked before the bucket is.
const OTHERS_FIRST: Duration = Duration::from_secs(2);

/// How long until the bucket is asked again that had no news, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Blocks that are handed over together: the ledger's thread has more to do.
const BLOCKS_AT_ONCE: usize = 256;

/// Where in which bucket the next block is to be found.
struct Place {
    of: String,
    number: u64,
}

/// Takes in what the bucket has and this device has not, whenever it is on its own, until the library
/// closes.
pub(super) async fn run(library: Library) {
    let library = &library;
    let mut household = library.node().watch_household();
    let mut agreed = library.agreed();
    let mut place = None;
    let mut pause = PAUSE_MIN;
    tokio::time::sleep(OTHERS_FIRST).await;
    loop {
        household.mark_unchanged();
        agreed.mark_unchanged();
        let alone = is_alone(library);
        if alone {
            pause = match look(library, &mut place).await {
                Ok(true) => PAUSE_MIN,
                Ok(false) => (pause * 2).min(PAUSE_MAX),
                Err(error) => {
                    let trouble = error.to_string();
                    library.bucket().is_troubled(Work::News, &trouble);
                    place = None;
                    (pause * 2).min(PAUSE_MAX)
                }
            };
        } else {
            // The others have it all, and this device's place is another one afterwards.
            library.bucket().is_well(Work::News);
            (place, pause) = (None, PAUSE_MIN);
        }
        tokio::select! {
            changed = household.changed() => if changed.is_err() { return },
            changed = agreed.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(pause), if alone => {}
        }
    }
}

/// Whether nobody within reach is sure to know all that was decided, and this device still follows the
/// household. Where the bucket votes, this device and the bucket are a quorum, of which only the bucket
/// knows what others have decided.
fn is_alone(library: &Library) -> bool {
    let status = library.node().status();
    let follows = matches!(status.standing, Standing::Good | Standing::Healing);
    let me = status.device.id;
    let others = status
        .members
        .iter()
        .filter(|one| one.id != me && one.role != Role::Bucket);
    let accompanied = others.clone().any(|one| one.reachable);
    follows && (!status.quorum || others.count() > 0 && !accompanied)
}

/// Takes in all that follows the tip; whether anything did.
async fn look(library: &Library, place: &mut Option<Place>) -> Result<bool, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(false);
    };
    let bucket = bucket?;
    let name = bucket.to_string();
    let before = place.take().filter(|place| place.of == name);
    let mut number = match before {
        Some(before) => before.number,
        None => find(library, &bucket).await?,
    };
    let mut is_new = false;
    while is_alone(library) && has(&bucket, number).await? {
        let Some(segment) = read(&bucket, number).await? else {
            break;
        };
        is_new |= take(library, &bucket, number, &segment).await?;
        number += 1;
    }
    library.bucket().is_well(Work::News);
    *place = Some(Place { of: name, number });
    Ok(is_new)
}

/// Takes in what of a segment is not here yet; whether anything was.
async fn take(
    library: &Library,
    bucket: &Bucket,
    number: u64,
    segment: &Excerpt,
) -> Result<bool, LibraryError> {
    let household = library.node().status().household_id;
    let next = library.node().tip().height + 1;
    check(bucket, number, segment, household, next)?;
    let new = segment.blocks().iter().filter(|one| one.height() >= next);
    let new: Vec<_> = new.cloned().collect();
    for blocks in new.chunks(BLOCKS_AT_ONCE) {
        let learned = library.node().learn(blocks.to_vec()).await;
        learned.map_err(|error| refused(library, bucket, number, error))?;
    }
    Ok(!new.is_empty())
}

/// Why the blocks of a segment were not taken in.
fn refused(library: &Library, bucket: &Bucket, number: u64, error: SubmitError) -> LibraryError {
    match &error {
        SubmitError::Ledger(why) if matches!(**why, NodeError::Unfit { .. }) => {
            LibraryError::Segment(SegmentError::Unfit {
                bucket: bucket.to_string(),
                number,
                reason: why.to_string(),
            })
        }
        _ => library.submit_error(error),
    }
}

/// The number of a segment that the block above the tip may be in, at or after it: nothing below is
/// read again.
async fn find(library: &Library, bucket: &Bucket) -> Result<u64, LibraryError> {
    let next = library.node().tip().height + 1;
    let begins_below = async |number| {
        let first = read(bucket, number).await?;
        let first = first.and_then(|one| one.blocks().first().map(|first| first.height()));
        Ok::<_, LibraryError>(first.is_some_and(|first| first <= next))
    };
    if let Some(noted) = remembered(library, bucket)
        && has(bucket, noted).await?
        && begins_below(noted).await?
    {
        return Ok(noted);
    }
    let Some(mut above) = last_segment(bucket, None).await? else {
        return Ok(0);
    };
    let mut below = 0;
    while below < above {
        let middle = above - (above - below) / 2;
        match begins_below(middle).await? {
            true => below = middle,
            false => above = middle - 1,
        }
    }
    Ok(below)
}

async fn has(bucket: &Bucket, number: u64) -> Result<bool, LibraryError> {
    let has = bucket.has_segment(number).await;
    has.map_err(LibraryError::Bucket)
}
