//! Blocks out of the bucket for a device that no quorum is within reach of: what others put there
//! before they went away. Each is checked as one that another device gave would be.
//!
//! Reads only, and needs no proof of what is shown: it is what that proof is made from.

use std::time::Duration;

use kinfolio_bucket::Bucket;
use kinfolio_node::engine::Standing;
use kinfolio_node::{Excerpt, NodeError, Role, SubmitError};

use super::lines::{Part, entries, newest, parts};
use super::link::{Work, longest_pause};
use super::places::{last_segment, noted};
use super::segments::{SegmentError, check, has, read};
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
    part: Part,
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
                    (pause * 2).min(longest_pause(&error, PAUSE_MAX))
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
            () = library.bucket().rest(pause), if alone => {}
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
    let began = library.node().tip().height;
    for part in way(library, &bucket).await? {
        let next = library.node().tip().height + 1;
        if part.to.is_some_and(|to| next > to) || next < part.from {
            continue;
        }
        let before = place
            .take()
            .filter(|one| one.of == name && one.part == part);
        let mut number = match before {
            Some(before) => before.number,
            None => find(library, &bucket, &part).await?,
        };
        while is_alone(library) && has(&bucket, &part, number).await? {
            let Some(segment) = read(&bucket, &part, number).await? else {
                break;
            };
            take(library, &bucket, &part, number, &segment).await?;
            let tip = library.node().tip().height;
            if part.to.is_some_and(|to| tip >= to) {
                break;
            }
            number += 1;
        }
        let of = name.clone();
        *place = Some(Place { of, part, number });
    }
    library.bucket().is_well(Work::News);
    Ok(library.node().tip().height > began)
}

/// The way on from the tip here: along the line that this device is on, or to one that a device which
/// was left has begun above the tip. What was begun otherwise is for a person to follow.
async fn way(library: &Library, bucket: &Bucket) -> Result<Vec<Part>, LibraryError> {
    let own = parts(&library.node().lines());
    let entries = entries(bucket).await?;
    if entries.is_empty() {
        return Ok(own);
    }
    let status = library.node().status();
    let newest = newest(bucket, &entries, Some(status.household_id)).await?;
    let goes_on = newest.parts.len() >= own.len();
    let shared = newest.parts.iter().zip(&own);
    let shared = shared.filter(|(one, other)| one.line == other.line && one.from == other.from);
    let forks_above = newest.parts.get(own.len() - 1).and_then(|part| part.to);
    let forks_above = forks_above.is_none_or(|fork| status.tip.height <= fork);
    Ok(match goes_on && shared.count() == own.len() {
        true if newest.by_survivors && forks_above => newest.parts,
        _ => own,
    })
}

/// Takes in what of a segment is not here yet.
async fn take(
    library: &Library,
    bucket: &Bucket,
    part: &Part,
    number: u64,
    segment: &Excerpt,
) -> Result<(), LibraryError> {
    let household = library.node().status().household_id;
    let next = library.node().tip().height + 1;
    check(bucket, number, segment, household, next)?;
    let new = segment
        .blocks()
        .iter()
        .filter(|one| one.height() >= next && part.to.is_none_or(|to| one.height() <= to));
    let new: Vec<_> = new.cloned().collect();
    for blocks in new.chunks(BLOCKS_AT_ONCE) {
        let learned = library.node().learn(blocks.to_vec()).await;
        learned.map_err(|error| refused(library, bucket, number, error))?;
    }
    Ok(())
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
async fn find(library: &Library, bucket: &Bucket, part: &Part) -> Result<u64, LibraryError> {
    let next = library.node().tip().height + 1;
    let begins_below = async |number| {
        let first = read(bucket, part, number).await?;
        let first = first.and_then(|one| one.blocks().first().map(|first| first.height()));
        Ok::<_, LibraryError>(first.is_some_and(|first| first <= next))
    };
    if let Some(noted) = noted(library, bucket, part)
        && has(bucket, part, noted.last).await?
        && begins_below(noted.last).await?
    {
        return Ok(noted.last);
    }
    let Some(mut above) = last_segment(bucket, part, None).await? else {
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
