//! The ledger out of the bucket: its segments in order, some read ahead.

use std::path::Path;

use futures_util::{StreamExt, stream};
use kinfolio_bucket::Bucket;
use kinfolio_node::{Excerpt, Height, HouseholdId, NodeError, Restoring};
use tokio::sync::watch;

use super::RestoreError;
use crate::bucket::{Part, check_segment, has_segment, read_segment};
use crate::error::LibraryError;
use crate::library::node_error;

/// Segments that are read at a time; each is as large as a block may be, in the worst case.
const AHEAD: usize = 8;

/// How far behind a missing segment others are looked for: far enough to tell a hole from the end.
const LOOK_BEHIND: u32 = 16;

/// How far the ledger has come: whose it is, and its height; nothing at first.
pub(super) type Come = Option<(HouseholdId, Height)>;

/// Makes the ledger from the bucket's segments, in the parts that lead to the newest line, and tells
/// `come` of each. Says where lines went on that another one had left.
pub(super) async fn restore(
    root: &Path,
    (bucket, parts): (&Bucket, &[Part]),
    mut restoring: Restoring,
    come: watch::Sender<Come>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Restoring, Vec<String>), LibraryError> {
    let mut left = Vec::new();
    for part in parts {
        let went_on;
        (restoring, went_on) = stretch(root, (bucket, part), restoring, &come, progress).await?;
        let blocks = restoring.next();
        if let Some(to) = part.to.filter(|&to| blocks <= to) {
            let reason = format!(
                "line {} of the ledger in the bucket {bucket} ends below block {to}, after which an epoch begins",
                part.name()
            );
            return Err(LibraryError::Restore(RestoreError::Broken {
                blocks,
                reason,
            }));
        }
        if let Some(to) = part.to.filter(|_| went_on) {
            left.push(format!(
                "the ledger that the household had before went on after block {to}, where this one begins anew: what was written there is in this one only if the devices that wrote it have followed it since"
            ));
        }
    }
    Ok((restoring, left))
}

/// Takes in what one part holds; whether there is more of its line than is meant.
async fn stretch(
    root: &Path,
    (bucket, part): (&Bucket, &Part),
    mut restoring: Restoring,
    come: &watch::Sender<Come>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Restoring, bool), LibraryError> {
    let mut behind = 0;
    let mut went_on = false;
    let segments = stream::iter(0..).map(|number| async move {
        let read = read_segment(bucket, part, number).await;
        (number, read)
    });
    let mut segments = Box::pin(segments.buffered(AHEAD));
    while part.to.is_none_or(|to| restoring.next() <= to)
        && let Some((number, read)) = segments.next().await
    {
        let blocks = restoring.next();
        let excerpt = match read {
            Ok(Some(excerpt)) => excerpt,
            Ok(None) => {
                is_the_end(bucket, part, number)
                    .await
                    .map_err(|error| broken(blocks, error))?;
                break;
            }
            Err(error) => return Err(broken(blocks, error)),
        };
        let household = restoring.household().unwrap_or(excerpt.household());
        check_segment(bucket, number, &excerpt, household, blocks)
            .map_err(|error| broken(blocks, error.into()))?;
        // Signatures take time; the network goes on meanwhile.
        let to = part.to;
        behind = number + 1;
        let last = excerpt.blocks().last().map(|last| last.height());
        went_on = to.is_some_and(|to| last > Some(to));
        let (moved, taken) = tokio::task::spawn_blocking(move || {
            let taken = take(&mut restoring, &excerpt, to);
            (restoring, taken)
        })
        .await
        .map_err(|_| LibraryError::Closing)?;
        restoring = moved;
        let blocks = restoring.next();
        taken.map_err(|error| match error {
            NodeError::Unfit { .. } => {
                let reason = format!(
                    "segment {number} of the ledger in the bucket {bucket} was altered: {error}"
                );
                LibraryError::Restore(RestoreError::Broken { blocks, reason })
            }
            error => node_error(root, error),
        })?;
        let height = blocks.checked_sub(1);
        come.send_replace(restoring.household().zip(height));
        progress(blocks);
    }
    if part.to.is_some() && !went_on {
        went_on = has_segment(bucket, part, behind).await?;
    }
    Ok((restoring, went_on))
}

/// Takes in the blocks that are not here yet, up to the last one that is meant.
fn take(restoring: &mut Restoring, excerpt: &Excerpt, to: Option<Height>) -> Result<(), NodeError> {
    let wanted = restoring.next()..=to.unwrap_or(Height::MAX);
    let blocks = excerpt.blocks().iter();
    let mut new = blocks.filter(|one| wanted.contains(&one.height()));
    new.try_for_each(|block| restoring.take(block))
}

/// Makes sure that no segment follows one that is not there.
async fn is_the_end(bucket: &Bucket, part: &Part, number: u64) -> Result<(), LibraryError> {
    for behind in 0..LOOK_BEHIND {
        let later = number.saturating_add(1 << behind);
        if has_segment(bucket, part, later).await? {
            let bucket = bucket.to_string();
            return Err(LibraryError::Restore(RestoreError::Missing {
                bucket,
                number,
            }));
        }
    }
    Ok(())
}

/// What is wrong with one segment, and how far all was right; trouble with the bucket as a whole
/// stays what it is.
fn broken(blocks: u64, error: LibraryError) -> LibraryError {
    match error {
        LibraryError::Bucket(error) if error.is_about_all() => LibraryError::Bucket(error),
        LibraryError::Bucket(_) | LibraryError::Segment(_) | LibraryError::Restore(_) => {
            let reason = error.to_string();
            LibraryError::Restore(RestoreError::Broken { blocks, reason })
        }
        error => error,
    }
}
