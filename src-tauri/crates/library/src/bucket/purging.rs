//! Deleting from the bucket what the household has purged, each lot once for the household.
//!
//! What is to go the catalogue says: what was stored there before a purge, and what an upload brought
//! there that ended too late. A lot is claimed through the ledger, deleted, and said to be gone. A
//! photo that is imported again meanwhile has another copy in the bucket, under another name, so
//! nothing that is done here, however late it arrives, can hit that one. An upload that began before
//! the purge is waited for: the claims stand in the chain's order, and whoever claims an upload after
//! the purge finds that there is nothing to upload.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use kinfolio_bucket::{Bucket, BucketError};
use kinfolio_catalog::{Height, Leftovers, LibraryEdit, PhotoId};
use kinfolio_node::{TaskName, TaskState};

use super::claim::{Turn, claim, finish, while_held};
use super::link::Work;
use super::{original_id, storing};
use crate::edit::{PHOTOS_PER_PAYLOAD, send};
use crate::error::LibraryError;
use crate::library::Library;
use crate::tasks::now_ms;

/// Requests at a time.
const AT_ONCE: usize = 8;

/// How long to wait where another device is at it, or nobody could say who is.
const LATER: Duration = Duration::from_secs(10);

/// How long to wait after trouble, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// What came of a round.
enum Round {
    /// There is nothing to delete.
    Nothing,
    /// Something was deleted; there may be more.
    More,
    /// There is something, but not for this device, or not now.
    Later,
}

/// Deletes until the library closes.
pub(super) async fn run(library: Library) {
    let library = &library;
    let mut shown = library.watch_shown();
    let mut agreed = library.agreed();
    let mut pause = PAUSE_MIN;
    loop {
        shown.mark_unchanged();
        agreed.mark_unchanged();
        let (wait, troubled) = match round(library).await {
            Ok(Round::More) => continue,
            Ok(Round::Nothing) => (None, false),
            Ok(Round::Later) => (Some(LATER), false),
            Err(error) => {
                let trouble = error.to_string();
                library.bucket().is_troubled(Work::Purge, &trouble);
                (Some(pause), true)
            }
        };
        if troubled {
            pause = (pause * 2).min(PAUSE_MAX);
        } else {
            library.bucket().is_well(Work::Purge);
            pause = PAUSE_MIN;
        }
        tokio::select! {
            changed = shown.changed(), if !troubled => if changed.is_err() { return },
            changed = agreed.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
    }
}

async fn round(library: &Library) -> Result<Round, LibraryError> {
    let Some(address) = library.bucket().address() else {
        return Ok(Round::Nothing);
    };
    let Some((lot, _)) = first(library, &address).await? else {
        return Ok(Round::Nothing);
    };
    // Alone nobody could say whose it is; and a restored device does nothing by itself.
    if !library.node().status().quorum {
        return Ok(Round::Later);
    }
    let Some(bucket) = library.bucket().open().await else {
        return Ok(Round::Nothing);
    };
    let bucket = bucket?;
    // Nothing is claimed that could not be done.
    bucket.reach().await.map_err(LibraryError::Bucket)?;
    let task = format!(
        "delete purged originals from {address} (block {})",
        lot.since
    );
    let task = TaskName::new(task.as_bytes()).map_err(LibraryError::Task)?;
    let token = match claim(library, &task).await? {
        Turn::Ours(token) => Some(token),
        // What is left over all the same anybody may delete.
        Turn::Done => None,
        Turn::Theirs | Turn::Undecided => return Ok(Round::Later),
    };
    // As of the claim: somebody may have done it before.
    library.shows(library.node().tip().height).await?;
    let before = lot.since;
    let (lot, seen) = match first(library, &address).await? {
        Some((lot, seen)) if lot.since == before => (lot, seen),
        _ => return Ok(Round::More),
    };
    let count = lot.originals.len();
    let deleting = delete(library, &bucket, &address, (lot, seen));
    let gone = while_held(library, &task, token, deleting).await?;
    if gone < count {
        return Ok(Round::Later);
    }
    if let Some(token) = token {
        finish(library, task, token).await?;
    }
    tracing::info!(
        count,
        bucket = address,
        "purged originals were deleted from the bucket"
    );
    Ok(Round::More)
}

/// What is to be deleted first, and what the catalogue had seen of the chain.
async fn first(
    library: &Library,
    address: &str,
) -> Result<Option<(Leftovers, Height)>, LibraryError> {
    let address = address.to_owned();
    let look = library.read(move |catalog| {
        let catalog = catalog.snapshot();
        let first = catalog.leftovers(&address)?;
        Ok(first.map(|first| (first, catalog.height().unwrap_or(0))))
    });
    Ok(look.await?.value)
}

/// Deletes a lot, but for what is being uploaded, and says what is gone; how many that are.
async fn delete(
    library: &Library,
    bucket: &Bucket,
    address: &str,
    (lot, seen): (Leftovers, Height),
) -> Result<usize, LibraryError> {
    let mut gone = Vec::with_capacity(lot.originals.len());
    let mut deletions = stream::iter(lot.originals.iter().copied())
        .map(|one| async move { (one, delete_one(library, bucket, address, one).await) })
        .buffer_unordered(AT_ONCE);
    let mut failed = None;
    while let Some((one, deleted)) = deletions.next().await {
        match deleted {
            Ok(true) => gone.push(one),
            Ok(false) => {}
            Err(error) => {
                let is_about_all = is_about_all(&error);
                failed.get_or_insert(error);
                if is_about_all {
                    break;
                }
            }
        }
    }
    drop(deletions);
    let count = gone.len();
    say(library, address, seen, gone).await?;
    failed.map_or(Ok(count), Err)
}

fn is_about_all(error: &LibraryError) -> bool {
    match error {
        LibraryError::Bucket(error) => error.is_about_all(),
        _ => true,
    }
}

/// Deletes one original; false: somebody is uploading it.
async fn delete_one(
    library: &Library,
    bucket: &Bucket,
    address: &str,
    (id, life): (PhotoId, Height),
) -> Result<bool, LibraryError> {
    let at = address.to_owned();
    let lost = library.read(move |catalog| Ok(catalog.snapshot().times_lost(&at, &id)?));
    let upload = storing::task(id, life, address, lost.await?.value)?;
    let state = library.node().task(upload).await;
    if let TaskState::Held(holding) = state.map_err(|error| library.submit_error(error))?
        && !holding.is_lapsed(now_ms())
    {
        return Ok(false);
    }
    let deleted: Result<(), BucketError> = bucket.delete_original(original_id(id, life)).await;
    deleted.map_err(LibraryError::Bucket)?;
    Ok(true)
}

/// Says in the ledger what the bucket does not hold any more.
async fn say(
    library: &Library,
    address: &str,
    seen: Height,
    mut gone: Vec<(PhotoId, Height)>,
) -> Result<(), LibraryError> {
    gone.sort_unstable_by_key(|(id, life)| (*life, *id));
    let of_one_life = gone.chunk_by(|(_, one), (_, other)| one == other);
    let lots = of_one_life.flat_map(|lot| lot.chunks(PHOTOS_PER_PAYLOAD));
    for lot in lots {
        let edit = LibraryEdit::Deleted {
            bucket: address.to_owned(),
            originals: lot.iter().map(|(id, _)| *id).collect(),
            life: lot.first().map_or(0, |(_, life)| *life),
            seen,
        };
        send(library, vec![edit.encode()]).await?;
    }
    Ok(())
}
